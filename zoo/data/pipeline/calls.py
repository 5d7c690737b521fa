"""Python functions that TensorFlow calls while it reads ahead: their end and their faults."""

import atexit
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from zoo.backend import tf
from zoo.errors import UserError

Result = TypeVar("Result")


class Calls:
    """Counts TensorFlow's calls into Python, so that the program can end between them.

    A thread of a dataset that asks for the interpreter after it has begun to shut down waits
    forever, and the dataset waits for its thread: the finished program would hang. Datasets read
    ahead a few batches only, so once calls return at once, they soon stop coming.

    Attributes:
        closing: set when the program ends: who waits in a call should return.
    """

    def __init__(self) -> None:
        self.running = self.count = 0
        self.closing = threading.Event()
        self.lock = threading.Lock()

    def __call__(self, read: Callable[[int], Result], number: int, otherwise: Result) -> Result:
        """``read(number)``, or ``otherwise`` when the program ends."""
        with self.lock:
            self.running += 1
            self.count += 1
        try:
            return otherwise if self.closing.is_set() else read(number)
        finally:
            with self.lock:
                self.running -= 1

    def close(self, quiet: float = 0.05, patience: float = 10.0) -> None:
        """Wait until no call has run for ``quiet`` seconds, at most ``patience`` seconds."""
        self.closing.set()
        end = time.monotonic() + patience
        seen = None if self.count else 0
        while (self.running or seen != self.count) and time.monotonic() < end:
            seen = self.count
            time.sleep(quiet)


calls = Calls()
"""Those of this program."""

atexit.register(calls.close)


@contextmanager
def unwrapped(errors: Sequence[UserError]) -> Iterator[None]:
    """Turn TensorFlow's wrapping of a fault met in a call back into the one of ``errors`` that it quotes."""
    try:
        yield
    except tf.errors.OpError as wrapped:
        # Batches are read ahead, in parallel: the fault need not be the first of ``errors``.
        for error in errors:
            if type(error).__name__ in wrapped.message and str(error) in wrapped.message:
                raise error from None
        raise
