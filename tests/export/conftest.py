"""One bundle of a small generator, made once, that tests may copy."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from small_generator import SIZE, small_inference


@pytest.fixture(scope="session")
def made_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from export.bundle import Extras, write_bundle
    from export.contract import from_inference

    directory = tmp_path_factory.mktemp("run") / "bundle"
    pictures = np.random.default_rng(5).integers(0, 256, (3, *SIZE, 3), np.uint8)
    evaluation = {
        "step": 40,
        "n": 200,
        "size": list(SIZE),
        "figures": {"model": {"l1": 0.2612345, "kept_share": 1.0}, "real images": {"l1": 0.0}},
        "targets": [{"figure": "l1", "at_least": 0.1}],
        "protocol": ["One thing.", "Another."],
    }
    write_bundle(from_inference(small_inference()), directory, {"": pictures}, Extras("CC0-1.0"), evaluation)
    return directory


@pytest.fixture
def bundle(made_bundle: Path, tmp_path: Path) -> Path:
    """A bundle that a test may damage."""
    return Path(shutil.copytree(made_bundle, tmp_path / "copy"))
