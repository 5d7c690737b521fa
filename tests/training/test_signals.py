"""A second signal does not wait for the step."""

import os
import signal

import pytest

from zoo.training.signals import StopRequest


def test_a_second_signal_interrupts(capfd: pytest.CaptureFixture) -> None:
    with pytest.raises(KeyboardInterrupt), StopRequest() as stop:  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.signal is signal.SIGINT
        os.kill(os.getpid(), signal.SIGINT)
    assert "again: stop at once" in capfd.readouterr().err
