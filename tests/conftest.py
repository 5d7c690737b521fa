"""Fixtures that every test may use."""

import os
import shutil
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_STATUS = pytest.StashKey[int]()

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# XLA's optimiser takes minutes for a training step and changes nothing that is tested here.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run every test; without it, five minutes' worth")


def pytest_configure(config: pytest.Config) -> None:
    """Register the fuzzers' profile: the same cases each time, because no result may depend on luck.

    ``ZOO_FUZZ_EXAMPLES=3000`` looks further.
    """
    usual = 200 if config.getoption("--all") else 40
    settings.register_profile(
        "fuzz",
        max_examples=int(os.environ.get("ZOO_FUZZ_EXAMPLES", usual)),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without ``--all``, leave out what the marks ``slow``, ``thorough`` and ``sampled`` say.

    A test that is named on the command line, as ``file.py::test``, runs whatever its marks.
    """
    if config.getoption("--all") or any("::" in argument for argument in config.args):
        return
    kept, left_out, sampled = [], [], set()
    for item in items:
        function = item.nodeid.partition("[")[0]
        out = any(item.get_closest_marker(name) for name in ("slow", "thorough"))
        if not out and item.get_closest_marker("sampled"):
            out = function in sampled
            sampled.add(function)
        (left_out if out else kept).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Unpacks a user's situation or copies a hostile file, and returns its path; skips without the cases.

    ``case("40_few")`` is the folder in ``40_few.tar.gz``, ``case("hostile/laughs.pth")`` that file.
    """
    folder = Path(os.environ.get("ZOO_CASES", Path(__file__).parents[2] / "shared" / "cases"))

    def unpacked(name: str) -> Path:
        if not folder.is_dir():
            pytest.skip(f"no cases in {folder}; set ZOO_CASES to their folder")
        scratch = tmp_path_factory.mktemp("case")
        if (folder / name).is_file():
            return Path(shutil.copy(folder / name, scratch))
        with tarfile.open(folder / f"{name}.tar.gz") as archive:
            archive.extractall(scratch, filter="data")
        return scratch / name

    return unpacked


@pytest.fixture(scope="session")
def golden() -> Path:
    """Folder with the reference's weights, outputs and training steps; skips without it."""
    folder = Path(os.environ.get("ZOO_GOLDEN", Path(__file__).parents[2] / "shared" / "golden"))
    if not (folder / "meta.json").is_file():
        pytest.skip(f"no golden files in {folder}; set ZOO_GOLDEN to their folder")
    return folder


def pytest_collection_finish() -> None:
    """Split the CPU into two logical devices, which TensorFlow allows only before it first computes."""
    if "tensorflow" in sys.modules:
        tf = sys.modules["tensorflow"]
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_STATUS] = int(exitstatus)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Exit without Python's shutdown, in which TensorFlow waits for input services that tests killed."""
    if "tensorflow" in sys.modules and _STATUS in config.stash:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[_STATUS])


@pytest.fixture(scope="session")
def two_devices() -> list[str]:
    """Names of the two logical devices."""
    from zoo.backend import tf

    return [device.name for device in tf.config.list_logical_devices("CPU")]
