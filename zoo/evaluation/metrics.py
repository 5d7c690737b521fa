"""The figures that models are measured by: which way is better, what they are called, how they are written.

The one list: what ``--best`` offers, what the training loop compares, and what reports and evaluations
write are looked up here.
"""

import math
from dataclasses import dataclass

NOT_FIGURES = ("n", "size", "step", "seconds")
ACCURACY = "accuracy "  # begins the names of accuracies of single attributes


@dataclass(frozen=True)
class Figure:
    """A figure, and how it is written.

    Attributes:
        title: its name.
        detail: what it says, for who does not know it.
        less: whether less is better; None where that is unknown.
        digits: behind the point.
        share: whether it is a share in 0 to 1, written in per cent.
    """

    title: str
    detail: str = ""
    less: bool | None = None
    digits: int = 3
    share: bool = False

    @property
    def short(self) -> str:
        """The title within a sentence: without its unit, and small where it is a word."""
        name = self.title.split(",")[0]
        return name if name[1:2].isupper() or name[1:2].isdigit() else name[:1].lower() + name[1:]

    def said(self, value: float) -> str:
        """A value of it, with as many digits as it deserves."""
        return f"{100 * value:.{self.digits}f}%" if self.share else f"{value:.{self.digits}f}"

    def better(self, value: float, best: float | None) -> bool:
        """Whether ``value`` beats the ``best`` so far, None for none yet; what is not finite never does.

        Raises:
            ValueError: nothing says which way is better.
        """
        if self.less is None:
            raise ValueError(f"{self.title}: neither less nor more is known to be better")
        if not math.isfinite(value):
            return False
        return best is None or (value < best if self.less else value > best)

    def bar(self, value: float) -> str:
        """A value that somebody asked for, as they said it."""
        return f"{100 * value:g}%" if self.share else f"{value:g}"


_LESS, _MORE = "less is better", "more is better"

FIGURES = {
    "l1": Figure("L1", _LESS, True),
    "psnr": Figure("PSNR, dB", _MORE, False, 2),
    "ssim": Figure("SSIM", _MORE, False),
    "fid": Figure("FID", _LESS, True, 1),
    "kid": Figure("KID", _LESS, True, 4),
    "lpips": Figure("LPIPS", _LESS, True),
    "target_accuracy": Figure(
        "Target accuracy", "pictures in which the wanted value is seen; more is better", False, 1, True
    ),
    "kept_accuracy": Figure(
        "Kept accuracy", "other attributes that are seen as they were; more is better", False, 1, True
    ),
    "silhouette_iou": Figure("Silhouette overlap", "with the input's, 1 for the same; more is better", False),
    "diversity": Figure(
        "Diversity", "mean difference of two answers to one input, of 2; more is better", False
    ),
    "monotone_share": Figure(
        "Steady sliders", "inputs whose attribute rises all along the slider; more is better", False, 1, True
    ),
    "category_accuracy": Figure(
        "Category accuracy", "pictures in which the wanted category is seen; more is better", False, 1, True
    ),
    "categories_drawn": Figure("Categories drawn", "few are a collapse; more is better", False, 0),
}


def figure(name: str) -> Figure:
    """How a figure of ``evaluation.json`` or ``held_out.csv`` is written; unknown ones plainly.

    Names such as "accuracy sleeve_length" are accuracies of one attribute: shares, more is better.
    """
    if name in FIGURES:
        return FIGURES[name]
    if name.startswith(ACCURACY):
        return Figure(f"Accuracy: {_words(name.removeprefix(ACCURACY))}", _MORE, False, 1, True)
    return Figure(_words(name))


def _words(name: str) -> str:
    return name.replace("_", " ")


def in_order(names: list[str]) -> list[str]:
    """Known figures in the order of ``FIGURES``, then the others as they come."""
    known = list(FIGURES)
    return sorted(names, key=lambda name: known.index(name) if name in FIGURES else len(known))
