"""Options of what to translate or draw, and the settings of a model that they name."""

import argparse
import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recipes.options import option_types
from zoo.engine.signature import Amount, Choice, Noise, Picture
from zoo.errors import UserError
from zoo.inference.settings import BEYOND, Rows, describe, missing, value_fault
from zoo.inference.translator import Translator

MOST_DRAWINGS = 1000  # combinations of values, each drawn
LONGEST_NAME = 50  # characters of a drawing's name; a file's has 255 bytes


@dataclass(frozen=True)
class Drawing:
    """Images to draw together: a name for their files, "" for a single one, and their rows."""

    name: str
    rows: tuple[Rows, ...]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that this module reads."""
    group = parser.add_argument_group("what to generate; which of these apply depends on the model")
    group.add_argument(
        "--direction", metavar="SIGNATURE", help="a signature other than the usual one, such as BtoA"
    )
    group.add_argument(
        "--set",
        action="append",
        metavar="NAME=VALUE",
        help="value of an attribute: sleeve_length=long,fit=tight; all others stay as they are",
    )
    group.add_argument(
        "--value",
        action="append",
        metavar="AMOUNT",
        help="amount of an attribute, 0 to 1, or NAME=AMOUNT if there are several; values beyond that, "
        f"up to {BEYOND:g} either way, exaggerate",
    )
    group.add_argument(
        "--slide",
        type=option_types.positive,
        metavar="N",
        help="N images side by side, with an attribute's amount from 0 to 1",
    )
    group.add_argument("--style-from", metavar="IMAGE", help="translate in the style of this image")
    group.add_argument(
        "--styles",
        type=option_types.positive,
        metavar="N",
        help="N answers for each image, in styles sampled at random: NAME-1.png and so on",
    )
    group.add_argument(
        "--draw",
        type=option_types.positive,
        metavar="N",
        help="generate N images from noise, without INPUT; N for each value of an attribute that is not set",
    )
    group.add_argument(
        "--seed", type=option_types.natural, metavar="N", help="of styles and of noise (default: 0)"
    )


def check_options(translator: Translator, options: argparse.Namespace) -> None:
    """Raise ``UserError`` for an option that the model does not use, or for one that is missing."""
    pictures, noise = translator.of_kind(Picture), translator.of_kind(Noise)
    amounts = translator.of_kind(Amount)
    uses = {
        "INPUT": (options.inputs, pictures),
        "--set": (options.set, translator.of_kind(Choice)),
        "--value": (options.value, amounts),
        "--slide": (options.slide, amounts and pictures),
        "--style-from": (options.style_from, pictures[1:]),
        "--styles": (options.styles, noise and pictures),
        "--draw": (options.draw, not pictures),
        "--seed": (options.seed is not None, noise),
    }
    signature = translator.info.signature
    for option, (given, useful) in uses.items():
        if given and not useful:
            raise UserError(f"{option}: {signature} does not use it; it takes {_takes(translator)}")
    if options.slide and options.styles:
        raise UserError("--slide and --styles: give one of them")
    if pictures and not options.inputs:
        raise UserError(f"no INPUT: name images to translate; {signature} takes {_takes(translator)}")
    if pictures[1:] and not options.style_from:
        raise UserError("--style-from IMAGE is needed: the image whose style the others get")
    if not pictures and not options.draw:
        raise UserError(f"--draw N is needed: how many images; {signature} takes {_takes(translator)}")


def _takes(translator: Translator) -> str:
    """The options of a model, in words."""
    pictures, noise = translator.of_kind(Picture), translator.of_kind(Noise)
    choices, amounts = translator.of_kind(Choice), translator.of_kind(Amount)
    parts = ["images" if pictures else "--draw N"]
    parts += ["--style-from IMAGE"] if pictures[1:] else []
    parts += [f"--set NAME=VALUE of {describe(choices)}"] if choices else []
    parts += [f"--value or --slide of {describe(amounts)}"] if amounts else []
    parts += ["--styles N"] if noise and pictures else []
    parts += ["--seed N"] if noise else []
    return ", ".join(parts) if parts[1:] else f"{parts[0]} and nothing else"


def variants(translator: Translator, options: argparse.Namespace) -> list[Rows]:
    """The settings of the answers that each image gets: one, or as many as --slide or --styles say.

    Raises:
        UserError: a name or a value is not the model's, or one is missing.
    """
    values = _choices(translator, options.set or ())
    for each in missing(translator.of_kind(Choice), values):
        raise UserError(f"{each.name} is needed: --set {each.name}=VALUE, one of {', '.join(each.values)}")
    amounts = _slid(translator, _amounts(translator, options.value or ()), options.slide)
    styles = translator.noise_rows(options.styles or 1, options.seed or 0)
    return [
        {**translator.condition_rows({**values, **amount}), **style}
        for amount, style in itertools.product(amounts, styles)
    ]


def drawings(translator: Translator, options: argparse.Namespace) -> list[Drawing]:
    """What to draw: ``options.draw`` images, of each value of the required choices that are not set.

    All have the same noise, so that values can be compared. Raises as ``variants``.
    """
    values = _choices(translator, options.set or ())
    (amounts,) = _slid(translator, _amounts(translator, options.value or ()), None)
    left = missing(translator.of_kind(Choice), values)
    count = math.prod(len(each.values) for each in left)
    if count > MOST_DRAWINGS:
        raise UserError(
            f"--draw: {count:,} combinations of values are more than {MOST_DRAWINGS:,}; --set some of "
            f"{', '.join(each.name for each in left)}"
        )
    noise = translator.noise_rows(options.draw, options.seed or 0)
    combinations = list(itertools.product(*(each.values for each in left)))
    names = [
        "-".join(re.sub(r"[^\w.-]+", "_", value) for value in combination)[:LONGEST_NAME]
        for combination in combinations
    ]
    if len({name.casefold() for name in names}) < len(names):
        names = [f"{number}-{name}" for number, name in enumerate(names, 1)]
    listed = []
    for name, combination in zip(names, combinations, strict=True):
        setting = {**values, **dict(zip((each.name for each in left), combination, strict=True)), **amounts}
        rows = translator.condition_rows(setting)
        listed.append(Drawing(name, tuple({**rows, **row} for row in noise)))
    return listed


def _choices(translator: Translator, texts: Sequence[str]) -> dict[str, str]:
    """Values by the names of their attributes, from --set."""
    choices = translator.of_kind(Choice)
    known = {each.name: each for each in choices}
    values: dict[str, str] = {}
    for text in _split(texts):
        name, equals, value = text.partition("=")
        if not equals:
            raise UserError(f"--set {text}: give NAME=VALUE, of {describe(choices)}")
        if name not in known:
            raise UserError(f"--set {text}: no attribute {name!r}; there are {describe(choices)}")
        if fault := value_fault(known[name], value):
            raise UserError(f"--set {text}: {name} {fault}")
        if values.setdefault(name, value) != value:
            raise UserError(f"--set {text}: {name} is {values[name]} already; give it once")
    return values


def _amounts(translator: Translator, texts: Sequence[str]) -> dict[str, float]:
    """Amounts by the names of their attributes, from --value."""
    known = {each.name: each for each in translator.of_kind(Amount)}
    amounts: dict[str, float] = {}
    for text in _split(texts):
        name, equals, number = text.rpartition("=")
        if not equals and len(known) == 1:
            (name,) = known
        if name not in known:
            raise UserError(f"--value {text}: give NAME=AMOUNT, of {describe(known.values())}")
        try:
            amounts[name] = float(number)
        except ValueError:
            amounts[name] = np.nan
        if fault := value_fault(known[name], amounts[name]):
            raise UserError(f"--value {text}: {fault}")
    return amounts


def _split(texts: Sequence[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",")]


def _slid(translator: Translator, amounts: dict[str, float], count: int | None) -> list[dict[str, float]]:
    """One setting of all amounts, or ``count`` with the one that is not given from 0 to 1."""
    known = translator.of_kind(Amount)
    left = missing(known, amounts)
    if count is None and not left:
        return [amounts]
    if count is None:
        raise UserError(f"--value is needed of {describe(left)}: 0 to 1; or --slide N")
    if len(left) != 1:
        raise UserError(
            f"--slide: leave --value out for the attribute to slide, of {describe(known)}, and give it for "
            "the others"
        )
    return [{**amounts, left[0].name: float(value)} for value in np.linspace(0, 1, count)]
