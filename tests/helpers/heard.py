"""A listener that keeps what it hears."""

from collections.abc import Iterable

from zoo.listener import Listener


class Heard(Listener):
    """Keeps the lines that the library says, and its warnings."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.warnings: list[str] = []

    def say(self, lines: str | Iterable[str]) -> None:
        self.lines += [lines] if isinstance(lines, str) else lines

    def warn(self, warning: str) -> None:
        self.warnings.append(warning)
