"""The main recipe, run as a user runs it but in this process."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from recipes import _cli, pix2pix_product2model


@pytest.fixture
def train(capsys: pytest.CaptureFixture) -> Callable[..., SimpleNamespace]:
    """Runs the recipe with arguments; gives status, out, err."""

    def command(*arguments: object) -> SimpleNamespace:
        capsys.readouterr()
        try:
            options = pix2pix_product2model.parser().parse_args([str(word) for word in arguments])
            status = _cli.run(pix2pix_product2model.main, options)
        except SystemExit as left:
            status = left.code
        captured = capsys.readouterr()
        return SimpleNamespace(status=status, out=captured.out, err=captured.err)

    return command
