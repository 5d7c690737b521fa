"""The main recipe, run as a user runs it but in this process."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from recipes import pix2pix_product2model
from zoo import command_line


@pytest.fixture
def train(capsys: pytest.CaptureFixture) -> Callable[..., SimpleNamespace]:
    """Runs the recipe with arguments; gives status, out, err."""

    def command(*arguments: object) -> SimpleNamespace:
        capsys.readouterr()
        try:
            options = pix2pix_product2model.parser().parse_args([str(word) for word in arguments])
            status = command_line.run(pix2pix_product2model.main, options)
        except SystemExit as left:
            status = left.code
        captured = capsys.readouterr()
        return SimpleNamespace(status=status, out=captured.out, err=captured.err)

    return command
