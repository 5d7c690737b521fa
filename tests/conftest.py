"""Fixtures that every test may use."""

import os
import sys
from pathlib import Path

import pytest

_STATUS = pytest.StashKey[int]()

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# XLA's optimising takes minutes for a training step, and changes nothing of what is tested here.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")


@pytest.fixture(scope="session")
def golden() -> Path:
    """Folder with the reference's weights, outputs and training steps; skips without it."""
    folder = Path(os.environ.get("ZOO_GOLDEN", Path(__file__).parents[2] / "shared" / "golden"))
    if not (folder / "meta.json").is_file():
        pytest.skip(f"no golden files in {folder}; set ZOO_GOLDEN to their folder")
    return folder


def pytest_collection_finish() -> None:
    """Make two devices of the CPU, which must happen before TensorFlow first computes."""
    if "tensorflow" in sys.modules:
        tf = sys.modules["tensorflow"]
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_STATUS] = int(exitstatus)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave without Python's own end, in which TensorFlow waits for input services that tests killed."""
    if "tensorflow" in sys.modules and _STATUS in config.stash:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[_STATUS])


@pytest.fixture(scope="session")
def two_devices() -> list[str]:
    """Names of the two logical devices."""
    from zoo.backend import tf

    return [device.name for device in tf.config.list_logical_devices("CPU")]
