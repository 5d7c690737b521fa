"""Both forms of verification: the modules, and the file of a bundle."""

import pytest
from verifiers import Assembled, Modules, Verifier


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    """The file of a bundle."""
    return Assembled(tmp_path_factory.mktemp("assembled") / "verify.py")


@pytest.fixture(params=["modules", "assembled"])
def verifier(request: pytest.FixtureRequest) -> Verifier:
    """One form after the other."""
    return Modules() if request.param == "modules" else request.getfixturevalue("script")
