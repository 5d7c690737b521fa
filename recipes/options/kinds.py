"""The kinds of value that options take."""

import argparse
import math

MOST = 2**31 - 1  # of a number that TensorFlow gets


def positive(text: str) -> int:
    """A whole number from 1 to ``MOST``."""
    return _whole(text, 1)


def natural(text: str) -> int:
    """A whole number from 0 to ``MOST``: a seed, or a number that may be none."""
    return _whole(text, 0)


def _whole(text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number from {least} to {MOST:,}")
    return number


def share(text: str) -> float:
    """A number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share: give a number from 0 to 1")
    return number


def amount(text: str) -> float:
    """A finite number of 0 or more."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not (math.isfinite(number) and number >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 0 or more")
    return number


def rate(text: str) -> float:
    """A share below 1."""
    number = share(text)
    if number == 1:
        raise argparse.ArgumentTypeError(f"{text!r} leaves nothing: give a number from 0 to less than 1")
    return number


def size_option(text: str) -> tuple[int, int]:
    """``--size``: "128" for a square, "256x192" for height x width."""
    try:
        sides = [int(side) for side in text.lower().replace("×", "x").split("x")]
    except ValueError:
        sides = []
    if len(sides) not in (1, 2) or min(sides, default=0) <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no size: give 128, or 256x192 (height x width)")
    return (sides[0], sides[-1])


def names_option(text: str) -> tuple[str, ...]:
    """Names with commas between."""
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise argparse.ArgumentTypeError(f"{text!r} names nothing: give names with commas between")
    return names


def optional_names(text: str) -> tuple[str, ...]:
    """Comma-separated names, or "none"."""
    return () if text.strip() == "none" else names_option(text)
