"""The layouts that are known, a line each.

To add a layout, write its file in this folder, with a ``LAYOUT``, and add its line here. A layout is
imported when it is first asked for, so that a command's ``--help`` can name it without that.
"""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from zoo.data.layouts.layout import Layout

Kind = Literal["pairs", "images"]

LAYOUTS: dict[str, tuple[Kind, ...]] = {  # name → what it gives, in the order in which they are tried
    "catalogue": ("pairs", "images"),
    "folders": ("pairs",),
    "dress-code": ("pairs",),
    "two-folders": ("pairs",),
    "side-by-side": ("pairs",),
    "celeba": ("images",),
    "styles": ("images",),
    "deepfashion": ("images",),
    "idx": ("images",),
    "classes": ("images",),
    "folder": ("images",),
}


def names(kind: Kind) -> tuple[str, ...]:
    """Names of the layouts that give pairs, or labelled images."""
    return tuple(name for name, kinds in LAYOUTS.items() if kind in kinds)


@cache
def layout(name: str) -> "Layout":
    """The layout of this name."""
    return import_module(f"zoo.data.layouts.{name.replace('-', '_')}").LAYOUT


def table(kind: Kind) -> str:
    """A Markdown table of the layouts that give pairs, or labelled images."""
    rows = [f"| `{name}` | {layout(name).holds} |" for name in names(kind)]
    return "\n".join(["| layout | what the folder holds |", "|---|---|", *rows])
