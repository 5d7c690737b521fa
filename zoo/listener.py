"""What long work in the library reports while it runs; the library itself prints nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int], None]
"""Called with how many items are done, and how many there are."""


class Listener:
    """Receives what a function reports; this one ignores it. A command's listener prints, a server's may log.

    Functions of the library that take long, or decide something worth knowing, have a
    parameter ``listener`` whose default is ``SILENT``.
    """

    def say(self, lines: str | Iterable[str]) -> None:
        """Receive one line or several."""

    def warn(self, warning: str) -> None:
        """Receive a warning."""

    @contextmanager
    def counted(self, title: str) -> Iterator[Progress]:
        """While entered, receive the progress of the work of that title."""
        yield lambda done, total: None


SILENT = Listener()
