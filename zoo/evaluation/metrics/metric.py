"""What a metric is: its name, its direction, how it is computed and how it is written."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Metric:
    """A number that models are compared by.

    A protocol of ``zoo.evaluation.protocols`` computes each metric that names it in ``protocols`` and
    has a function for what that protocol compares; metrics without a function are computed by the
    protocols themselves. Images are NHWC, uint8 or floats in [-1, 1].

    Attributes:
        title: what it is called, without its unit.
        explanation: what it says, for readers who do not know it.
        better: which direction is better; None where that is unknown.
        unit: such as "dB"; "" for none.
        digits: decimal places.
        percent: whether it is a share in 0 to 1 that is written in per cent.
        protocols: names of the protocols that measure it; their recipes offer it as the one that
            chooses the best checkpoint.
        of_pairs: (generated, real) → one value a pair, (N,).
        of_translations: (inputs, outputs) → one value an image, (N,).
        of_images: generated images → one value.
        definition: how it is computed, in one sentence, for the evaluation.
    """

    title: str
    explanation: str = ""
    better: Literal["less", "more"] | None = None
    unit: str = ""
    digits: int = 3
    percent: bool = False
    protocols: tuple[str, ...] = ()
    of_pairs: Callable[[Any, Any], Any] | None = None
    of_translations: Callable[[Any, Any], Any] | None = None
    of_images: Callable[[Any], float] | None = None
    definition: str = ""

    @property
    def heading(self) -> str:
        """Title and unit, for a row of a table."""
        return f"{self.title}, {self.unit}" if self.unit else self.title

    @property
    def short(self) -> str:
        """The title within a sentence: in lower case unless it is an acronym."""
        acronym = self.title[1:2].isupper() or self.title[1:2].isdigit()
        return self.title if acronym else self.title[:1].lower() + self.title[1:]

    @property
    def detail(self) -> str:
        """What it says and which direction is better."""
        return "; ".join(filter(None, (self.explanation, self.better and f"{self.better} is better")))

    def format(self, value: float) -> str:
        """A value with as many digits as it deserves, without its unit."""
        return f"{100 * value:.{self.digits}f}%" if self.percent else f"{value:.{self.digits}f}"

    def format_target(self, value: float) -> str:
        """A value that was asked for, with the digits it was given with."""
        return f"{100 * value:g}%" if self.percent else f"{value:g}"

    def improves(self, value: float, best: float | None) -> bool:
        """Whether ``value`` beats the ``best`` so far, None for none yet; NaN and infinity never do.

        Raises:
            ValueError: the better direction is unknown.
        """
        if self.better is None:
            raise ValueError(f"{self.title}: no direction is known to be better")
        if not math.isfinite(value):
            return False
        return best is None or (value < best if self.better == "less" else value > best)
