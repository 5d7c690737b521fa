"""Prints the matrix of models and stacks at the end, and writes it where ``--matrix`` says."""

import json
from pathlib import Path

import pytest
from matrix import PROPERTY, Row, table, write_into
from stacks import MODELS, STACKS

_ROWS = pytest.StashKey[dict[str, Row]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--matrix",
        type=Path,
        help="demand every stack, and write the matrix into this file, between its marks <!-- stacks -->",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ROWS] = {}
    config.pluginmanager.register(_Collector(config))


class _Collector:
    """Gathers rows from the tests' reports, which come from several processes."""

    def __init__(self, config: pytest.Config) -> None:
        self.rows = config.stash[_ROWS]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            name = report.nodeid.partition("[")[2].rstrip("]")
            for key, value in report.user_properties:
                if key == PROPERTY:
                    self.rows[name] = Row(**json.loads(value))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash[_ROWS]
    if not rows:
        return
    text = table([rows[name] for name in STACKS if name in rows], MODELS)
    terminalreporter.section("largest differences from the golden outputs")
    terminalreporter.write(text)
    page = config.getoption("--matrix")
    if page is not None and len(rows) == len(STACKS):
        write_into(page, text)


@pytest.fixture
def all_stacks(request: pytest.FixtureRequest) -> bool:
    """Whether a stack that is not installed is a fault."""
    return request.config.getoption("--matrix", None) is not None
