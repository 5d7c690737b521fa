"""Options of ``python -m export``, and what their values look like."""

import argparse
import math
from pathlib import Path

from export.variants import registry
from zoo.command_line import Parser

Range = tuple[float, float]
Size = tuple[int, int]


def export_parser(description: str) -> Parser:
    """The parser of an export."""
    parser = Parser(prog="python -m export", description=description, former_names={"--usage": "--signature"})
    parser.add_argument(
        "source",
        type=Path,
        help="directory of a training run or of a SavedModel; a Keras file: .keras, .h5; a state dict: .pth, "
        ".pt, .ckpt",
    )
    parser.add_argument(
        "--signature",
        metavar="NAME",
        help="which use of the model, such as BtoA, or which signature of a SavedModel that has several "
        "(default: the usual one)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="where the bundle goes (default: RUN/bundle, or RUN/bundle-NAME for another --signature; "
        "required for anything but a run)",
    )
    parser.add_argument("--licence", help="licence of the weights, for contract and card")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")

    group = parser.add_argument_group("the network")
    group.add_argument(
        "--checkpoint",
        choices=("auto", "last", "best"),
        default="auto",
        help="which weights of a run: the last, or those with the best metric (auto: the best, if the run "
        "kept them)",
    )
    group.add_argument(
        "--statistics",
        choices=("auto", "image", "moving"),
        default="auto",
        help="what normalises, where the model leaves a choice: each image's own mean and variance "
        "(auto: if trained at batch size 1), or moving averages (auto: for a Keras file, unless it calls "
        "them with training=True)",
    )
    group.add_argument(
        "--dropout",
        choices=("off", "on"),
        default="off",
        help="for pix2pix and CycleGAN trained with dropout, and for Keras files. off: the result is the "
        "same each time. on: drawn again at each call, as in training, and in the pix2pix reference's tests "
        "without --eval; verified by means and spreads of many runs, which takes longer",
    )
    group.add_argument(
        "--size",
        type=size,
        metavar="N or HxW",
        help="of the images in training, for anything but a run (default: the model's own if it has one, "
        "else 256; 128 for StarGAN)",
    )

    group = parser.add_argument_group("state dicts")
    group.add_argument(
        "--model", metavar="NAME", help="which model it is of (default: what its tensors' names say)"
    )
    group.add_argument(
        "--attributes",
        type=attributes,
        default=(),
        metavar="NAMES",
        help="names of StarGAN's and Fader's conditions, in order, such as Black_Hair,Male or "
        "fit:loose:normal:tight (default: attribute_1,attribute_2,...)",
    )
    group.add_argument(
        "--norm",
        type=norm,
        metavar="instance or group:N",
        help="which normalisation has a scale and an offset and no running statistics, where a file's has: "
        "instance (or batch without running statistics), or group in N groups of channels",
    )
    group.add_argument(
        "--weights",
        metavar="NAME",
        help="in a file of several generators: prefix of the tensors' names, such as netG_A or params_ema",
    )

    group = parser.add_argument_group(
        "generators of other projects",
        "What the file does not say. The bundle takes and gives images in [-1, 1] whatever the model does;\n"
        "the conversion is part of the graph.",
    )
    group.add_argument(
        "--input-range",
        type=value_range,
        metavar="LOW..HIGH",
        help="of the images that the model takes, such as --input-range=-1..1 or 0..255 (default: -1..1)",
    )
    group.add_argument(
        "--output-range",
        type=value_range,
        metavar="LOW..HIGH",
        help="of the images that it returns (default: that of its input)",
    )
    group.add_argument(
        "--size-multiple",
        type=positive,
        metavar="N",
        help="what height and width must be multiples of, where they are free (default: the first of 1, 2, "
        "4, ... 512 with which images come out as large as they go in)",
    )
    group.add_argument(
        "--input",
        type=input_kind,
        action="append",
        default=[],
        metavar="NAME=KIND",
        help="what an input that is not an image is: noise (the default for a row of numbers), "
        "choice:VALUE:VALUE:... (one-hot, or its index), or amount:LOW:HIGH (from 0 to 1, "
        "with the ends' names)",
    )

    lines = registry.described()
    group = parser.add_argument_group("variants", f"Other forms of the ONNX file:\n{lines}")
    group.add_argument(
        "--variants",
        metavar="NAMES",
        help="which to add, such as float16,nchw; joined with + in one file, such as int8+uint8-io",
    )
    group.add_argument(
        "--force",
        action="store_true",
        help="keep a file that exceeds its tolerance; the contract then states the difference",
    )
    group.add_argument(
        "--pictures",
        type=Path,
        metavar="FOLDER",
        help="images for the golden files and for calibration (default: those that the run held out)",
    )
    return parser


def value_range(text: str) -> Range:
    """``"0..255"``: (0.0, 255.0)."""
    try:
        low, high = map(float, text.split(".."))
    except ValueError:
        low = high = math.nan
    if not -math.inf < low < high < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not LOW..HIGH, such as 0..255")
    return low, high


def positive(text: str) -> int:
    """``"4"``: 4."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r}: must be an integer ≥ 1")
    return int(text)


def norm(text: str) -> str:
    """``"instance"`` or ``"group:32"``, as it is."""
    kind, _, number = text.partition(":")
    if text != "instance" and (kind != "group" or not number.isdecimal() or not 0 < int(number) < 10_000):
        raise argparse.ArgumentTypeError(f"{text!r} is neither instance nor group:N, such as group:32")
    return text


def input_kind(text: str) -> tuple[str, tuple[str, ...]]:
    """``"label=choice:red:blue"``: ("label", ("choice", "red", "blue"))."""
    name, _, kind = text.rpartition("=")
    what, *values = (each.strip() for each in kind.split(":"))
    fits = {"noise": not values, "choice": len(values) > 1, "amount": len(values) == 2}
    if not name or not fits.get(what) or not all(values) or len(set(values)) < len(values):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not NAME=noise, NAME=choice:VALUE:VALUE or NAME=amount:LOW:HIGH"
        )
    return name, (what, *values)


def size(text: str) -> Size:
    """``"128"`` or ``"256x192"``: (height, width)."""
    height, _, width = text.partition("x")
    if not height.isdecimal() or not (width or height).isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor HEIGHTxWIDTH")
    return int(height), int(width or height)


def attributes(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``"Male,fit:loose:tight"``: names with their values, "no" and "yes" where there are none."""
    named = []
    for part in text.split(","):
        name, *values = (each.strip() for each in part.split(":"))
        if not name or len(values) == 1 or not all(values):
            raise argparse.ArgumentTypeError(f"{part!r} is neither NAME nor NAME:VALUE:VALUE")
        named.append((name, tuple(values) or ("no", "yes")))
    return tuple(named)
