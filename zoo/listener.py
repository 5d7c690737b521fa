"""What long work in the library says while it runs; the library itself prints nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int], None]
"""Called with how many items are done, and how many there are."""


class Listener:
    """Hears what a function says; this one ignores it. A command's listener prints, a server's may log.

    Functions of the library that take long, or decide something that a person wants to know, have a
    parameter ``listener`` whose default is ``SILENT``.
    """

    def say(self, lines: str | Iterable[str]) -> None:
        """Hear one line or several."""

    def warn(self, warning: str) -> None:
        """Hear what a person should look into."""

    @contextmanager
    def counted(self, title: str) -> Iterator[Progress]:
        """While entered, hear how far the work of that title is."""
        yield lambda done, total: None


SILENT = Listener()
