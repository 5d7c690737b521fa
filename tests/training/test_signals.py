"""A second signal does not wait for the step."""

import os
import signal

import pytest

from zoo.training.signals import StopRequest


def test_a_second_signal_interrupts() -> None:
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt), StopRequest(said.append) as stop:  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.signal is signal.SIGINT
        os.kill(os.getpid(), signal.SIGINT)
    assert said == ["SIGINT: finishing the step, then saving (again: stop at once)"]
