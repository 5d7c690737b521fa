"""What a person sets of an artifact, from options to the arrays that go in."""

import argparse
import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recipes._translator import Artifact
from recipes.options import kinds
from zoo.errors import UserError

BEYOND = 5.0  # an amount's bound, either way
MOST_DRAWINGS = 1000  # combinations of values, each drawn
LONGEST_NAME = 50  # characters of a drawing's name; a file's has 255 bytes
Rows = dict[str, np.ndarray]  # one example of each input but the pictures, (1, n), by the inputs' names


@dataclass(frozen=True)
class Drawing:
    """Pictures to draw together: a name for their files, "" if nothing tells them apart, and their rows."""

    name: str
    rows: tuple[Rows, ...]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that this module reads."""
    group = parser.add_argument_group("what to make; which of these there are, depends on the model")
    group.add_argument("--direction", metavar="USAGE", help="another than the usual, such as BtoA")
    group.add_argument(
        "--set",
        action="append",
        metavar="NAME=VALUE",
        help="value of an attribute: sleeve_length=long,fit=tight; what is not set stays as it is",
    )
    group.add_argument(
        "--value",
        action="append",
        metavar="AMOUNT",
        help="how much of an attribute, 0 to 1; NAME=AMOUNT if there are several; beyond that, "
        f"up to {BEYOND:g} either way, it exaggerates",
    )
    group.add_argument(
        "--slide",
        type=kinds.positive,
        metavar="N",
        help="N pictures side by side, with an attribute's amount from 0 to 1",
    )
    group.add_argument("--style-from", metavar="IMAGE", help="translate in the style of this picture")
    group.add_argument(
        "--styles",
        type=kinds.positive,
        metavar="N",
        help="N answers a picture, in styles drawn at random: NAME-1.png and so on",
    )
    group.add_argument(
        "--draw",
        type=kinds.positive,
        metavar="N",
        help="draw N pictures from noise, without INPUT; N of each value of what is not set",
    )
    group.add_argument("--seed", type=kinds.natural, metavar="N", help="of styles and of noise (default: 0)")


def check_options(artifact: Artifact, options: argparse.Namespace) -> None:
    """Raise ``UserError`` for an option that the artifact has no use for, or for what it lacks."""
    pictures, noise = artifact.of_kind("picture"), artifact.of_kind("noise")
    uses = {
        "INPUT": (options.inputs, pictures),
        "--set": (options.set, artifact.choices),
        "--value": (options.value, artifact.amounts),
        "--slide": (options.slide, artifact.amounts and pictures),
        "--style-from": (options.style_from, pictures[1:]),
        "--styles": (options.styles, noise and pictures),
        "--draw": (options.draw, not pictures),
        "--seed": (options.seed is not None, noise),
    }
    for option, (given, useful) in uses.items():
        if given and not useful:
            raise UserError(f"{option}: {artifact.signature} has no use for it; it takes {_takes(artifact)}")
    if options.slide and options.styles:
        raise UserError("--slide and --styles: give one of them")
    if pictures and not options.inputs:
        raise UserError(f"no INPUT: name pictures to translate; it takes {_takes(artifact)}")
    if pictures[1:] and not options.style_from:
        raise UserError("--style-from IMAGE is needed: the picture whose style the others get")
    if not pictures and not options.draw:
        raise UserError(f"--draw N is needed: how many pictures; it takes {_takes(artifact)}")


def _takes(artifact: Artifact) -> str:
    """What can be given to an artifact, in words."""
    pictures, noise = artifact.of_kind("picture"), artifact.of_kind("noise")
    parts = ["pictures" if pictures else "--draw N"]
    parts += ["--style-from IMAGE"] if pictures[1:] else []
    parts += [f"--set NAME=VALUE of {_listed(artifact.choices)}"] if artifact.choices else []
    parts += [f"--value or --slide of {_listed(artifact.amounts)}"] if artifact.amounts else []
    parts += ["--styles N"] if noise and pictures else []
    parts += ["--seed N"] if noise else []
    return ", ".join(parts) if parts[1:] else f"{parts[0]} and nothing else"


def _listed(conditions: Sequence[dict[str, Any]]) -> str:
    """Names with what they may be: sleeve_length (short, long)."""
    words = [
        ", ".join(each["values"]) if each["kind"] == "choice" else f"{each['low']} to {each['high']}"
        for each in conditions
    ]
    return ", ".join(f"{each['name']} ({word})" for each, word in zip(conditions, words, strict=True))


def translations(artifact: Artifact, options: argparse.Namespace) -> list[Rows]:
    """Rows of each answer that a picture gets: one, or as many as --slide or --styles say.

    Raises:
        UserError: a name or a value that the artifact does not know, or one that it needs.
    """
    values = _choices(artifact, options.set or ())
    for each in _open(artifact, values):
        raise UserError(
            f"{each['name']} is needed: --set {each['name']}=VALUE, one of {', '.join(each['values'])}"
        )
    amounts = _slid(artifact, _amounts(artifact, options.value or ()), options.slide)
    styles = _noise(artifact, options.styles or 1, options.seed)
    return [
        {**_rows(artifact, {**values, **amount}), **style}
        for amount, style in itertools.product(amounts, styles)
    ]


def drawings(artifact: Artifact, options: argparse.Namespace) -> list[Drawing]:
    """What to draw: ``options.draw`` pictures, of each value of the required choices that are not set.

    All have the same noise, so that values can be compared. Raises as ``translations``.
    """
    values = _choices(artifact, options.set or ())
    (amounts,) = _slid(artifact, _amounts(artifact, options.value or ()), None)
    left = _open(artifact, values)
    count = math.prod(len(each["values"]) for each in left)
    if count > MOST_DRAWINGS:
        raise UserError(
            f"--draw: {count:,} combinations of values are more than {MOST_DRAWINGS:,}; --set some of "
            f"{', '.join(each['name'] for each in left)}"
        )
    noise = _noise(artifact, options.draw, options.seed)
    taken = list(itertools.product(*(each["values"] for each in left)))
    names = ["-".join(re.sub(r"[^\w.-]+", "_", value) for value in chosen)[:LONGEST_NAME] for chosen in taken]
    if len({name.casefold() for name in names}) < len(names):
        names = [f"{number}-{name}" for number, name in enumerate(names, 1)]
    made = []
    for name, chosen in zip(names, taken, strict=True):
        setting = {**values, **dict(zip((each["name"] for each in left), chosen, strict=True)), **amounts}
        made.append(Drawing(name, tuple({**_rows(artifact, setting), **row} for row in noise)))
    return made


def _open(artifact: Artifact, values: dict[str, str]) -> list[dict[str, Any]]:
    """Choices that must be made, and are not."""
    return [each for each in artifact.choices if not each["optional"] and each["name"] not in values]


def _choices(artifact: Artifact, texts: Sequence[str]) -> dict[str, str]:
    """Values by the names of their attributes, from --set."""
    known = {each["name"]: each for each in artifact.choices}
    chosen: dict[str, str] = {}
    for text in _split(texts):
        name, equals, value = text.partition("=")
        if not equals:
            raise UserError(f"--set {text}: give NAME=VALUE, of {_listed(artifact.choices)}")
        if name not in known:
            raise UserError(f"--set {text}: no attribute {name!r}; there are {_listed(artifact.choices)}")
        if value not in known[name]["values"]:
            raise UserError(f"--set {text}: {name} has {', '.join(known[name]['values'])}")
        if chosen.setdefault(name, value) != value:
            raise UserError(f"--set {text}: {name} is {chosen[name]} already; give it once")
    return chosen


def _amounts(artifact: Artifact, texts: Sequence[str]) -> dict[str, float]:
    """Amounts by the names of their attributes, from --value."""
    known = artifact.amounts
    found: dict[str, float] = {}
    for text in _split(texts):
        name, equals, number = text.rpartition("=")
        if not equals and len(known) == 1:
            name = known[0]["name"]
        if name not in [each["name"] for each in known]:
            raise UserError(f"--value {text}: give NAME=AMOUNT, of {_listed(known)}")
        try:
            found[name] = float(number)
        except ValueError:
            found[name] = np.nan
        if not abs(found[name]) <= BEYOND:
            raise UserError(f"--value {text}: give a number from 0 to 1, or to {BEYOND:g} either way")
    return found


def _split(texts: Sequence[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",")]


def _slid(artifact: Artifact, amounts: dict[str, float], count: int | None) -> list[dict[str, float]]:
    """One setting of all amounts, or ``count`` with the one that is not given from 0 to 1."""
    missing = [each for each in artifact.amounts if each["name"] not in amounts]
    if count is None and not missing:
        return [amounts]
    if count is None:
        raise UserError(f"--value is needed of {_listed(missing)}: 0 to 1; or --slide N")
    if len(missing) != 1:
        raise UserError(
            f"--slide: leave --value out for the attribute to slide, of {_listed(artifact.amounts)}, and "
            "give it for the others"
        )
    return [{**amounts, missing[0]["name"]: value} for value in np.linspace(0, 1, count)]


def _noise(artifact: Artifact, count: int, seed: int | None) -> list[Rows]:
    """``count`` rows of all noise that goes in."""
    random = np.random.default_rng(seed or 0)
    drawn = {
        port["name"]: random.standard_normal((count, port["shape"][1])).astype(np.float32)
        for port in artifact.of_kind("noise")
    }
    return [{name: rows[i : i + 1] for name, rows in drawn.items()} for i in range(count)]


def _rows(artifact: Artifact, setting: dict[str, Any]) -> Rows:
    """A setting as it is written: amounts as they are, choices with 1 in the value's place."""
    made = {}
    for each in artifact.conditions:
        value = setting.get(each["name"])
        row = [value] if each["kind"] == "amount" else [float(value == known) for known in each["values"]]
        made[each["input"]] = np.array([row], np.float32)
    return made
