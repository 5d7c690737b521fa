"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(scope="session")
def golden() -> Path:
    """Folder with the reference's weights, outputs and training steps; skips without it."""
    folder = Path(os.environ.get("ZOO_GOLDEN", Path(__file__).parents[2] / "shared" / "golden"))
    if not (folder / "meta.json").is_file():
        pytest.skip(f"no golden files in {folder}; set ZOO_GOLDEN to their folder")
    return folder
