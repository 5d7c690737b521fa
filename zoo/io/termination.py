"""SIGTERM ends a program as an exception does: what is half done is tidied up on the way out."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

TERMINATED = 143
"""Exit status after SIGTERM, as of any program that it ends."""


class Terminated(SystemExit):
    """SIGTERM was received; unless it is caught, the program ends with status 143."""

    def __init__(self) -> None:
        super().__init__(TERMINATED)


@contextmanager
def sigterm_raises() -> Iterator[None]:
    """While entered, SIGTERM raises ``Terminated``, unless somebody handles it in another way."""

    def terminated(number: int, frame: FrameType | None) -> None:
        # timeout(1) sends two: the second one does not stop the tidying up.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Terminated

    here = threading.current_thread() is threading.main_thread()  # elsewhere Python takes no handlers
    if not here or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, terminated)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
