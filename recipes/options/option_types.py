"""The types of value that options take; ``options_from_fields`` checks the ranges of fields."""

import argparse
from collections.abc import Callable

from zoo.engine.configuration import LARGEST


def positive(text: str) -> int:
    """An integer from 1 to ``LARGEST``."""
    return _integer(text, 1)


def natural(text: str) -> int:
    """An integer from 0 to ``LARGEST``: a seed, or a number that may be none."""
    return _integer(text, 0)


def _integer(text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= LARGEST:
        range_ = f"≥ {least}" if number < least else f"≤ {LARGEST:,}"
        raise argparse.ArgumentTypeError(f"{text!r}: must be an integer {range_}")
    return number


def port(least: int = 1) -> Callable[[str], int]:
    """Reads a TCP port from ``least`` on; 0 lets the system choose."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) < 65536):
            raise argparse.ArgumentTypeError(f"{text!r}: must be a port, {least} to 65535")
        return int(text)

    return read


def size_option(text: str) -> tuple[int, int]:
    """``--size``: "128" for a square, "256x192" for height x width."""
    try:
        sides = [int(side) for side in text.lower().replace("×", "x").split("x")]
    except ValueError:
        sides = []
    if len(sides) not in (1, 2) or min(sides, default=0) <= 0:
        raise argparse.ArgumentTypeError(f"{text!r}: not a size; give 128, or 256x192 (height x width)")
    return (sides[0], sides[-1])


def names_option(text: str) -> tuple[str, ...]:
    """Comma-separated names."""
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise argparse.ArgumentTypeError(f"{text!r}: names nothing; give comma-separated names")
    return names


def optional_names(text: str) -> tuple[str, ...]:
    """Comma-separated names, or "none"."""
    return () if text.strip() == "none" else names_option(text)
