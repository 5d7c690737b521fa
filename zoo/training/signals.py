"""Stopping on request: the step in progress is finished and saved."""

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType

from zoo.listener import SILENT


class StopRequest:
    """While entered, the first SIGINT or SIGTERM only sets ``signal``; a second one interrupts.

    Args:
        on_request: called with a line for the user when the first signal arrives, maybe in the middle of a
            ``print``: it must not print itself.

    Attributes:
        signal: the signal received, or None.
    """

    def __init__(self, on_request: Callable[[str], None] = SILENT.say) -> None:
        self._on_request = on_request
        self.signal: signal.Signals | None = None
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> "StopRequest":
        # Elsewhere Python takes no handlers: a training in a thread is stopped by its program.
        is_main = threading.current_thread() is threading.main_thread()
        for number in (signal.SIGINT, signal.SIGTERM) if is_main else ():
            self._before[number] = signal.signal(number, self._received)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _received(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = signal.Signals(number)
        self._on_request(f"{self.signal.name}: finishing the step, then saving (again: stop at once)")
