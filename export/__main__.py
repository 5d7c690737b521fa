"""Turn a trained model into a bundle, or verify one.

python -m export RUN                       writes RUN/bundle: SavedModel, ONNX, contract, card, proof
python -m export latest_net_G.pth --output DIR
                                           the same of a generator that a PyTorch reference saved:
                                           pix2pix, CycleGAN, StarGAN (-G.ckpt), MUNIT (gen_.pt), Fader
python -m export model.keras --output DIR  the same of a Keras 2 model made elsewhere, .keras or .h5,
                                           TensorFlow Addons' layers included; nothing in it is executed
python -m export SAVED_MODEL --output DIR  the same of a SavedModel, which is a program: this runs it
python -m export verify BUNDLE             proves a bundle, from here or from elsewhere
"""

import argparse
import math
import sys
from pathlib import Path

# What needs TensorFlow is imported late, so that --help and verify answer at once.
from export import verify
from zoo import command_line
from zoo.command_line import Parser, say

MODELS = ("pix2pix", "cyclegan", "stargan", "munit", "fader")

_ELSEWHERE = ("a Keras file", "a SavedModel")
_ONLY_FOR = {
    "usage": ("a run", "a state dict"),
    "checkpoint": ("a run",),
    "size": ("a state dict", *_ELSEWHERE),
    "model": ("a state dict",),
    "attributes": ("a state dict",),
    "norm": ("a state dict",),
    "weights": ("a state dict",),
    "statistics": ("a run", "a state dict", "a Keras file"),
    "dropout": ("a run", "a state dict", "a Keras file"),
    "signature": ("a SavedModel",),
    **dict.fromkeys(("input_range", "output_range", "size_multiple", "inputs"), _ELSEWHERE),
}
"""Options that not all sources have, by their names in the parsed arguments."""


def main(arguments: list[str] | None = None) -> int:
    """Run ``python -m export`` with these arguments and return its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["verify"]:
        parser = Parser(
            prog="python -m export verify",
            description="Prove a bundle: hashes, golden pictures, random inputs, batch sizes, names.\n"
            "Exit status 0: passed; 1: something differs; 2: anything else, such as an altered file.",
        )
        parser.add_argument("bundle", type=Path, help="folder with contract.json")
        verify.add_arguments(parser)
        return command_line.run(_verify, parser.parse_args(arguments[1:]), "stopped by Ctrl-C")

    parser = Parser(prog="python -m export", description=__doc__)
    parser.add_argument(
        "source",
        type=Path,
        help="directory of a training run or of a SavedModel; a Keras file: .keras, .h5; a state dict: .pth, "
        ".pt, .ckpt",
    )
    parser.add_argument(
        "--usage", metavar="NAME", help="which use of the model, such as BtoA (default: its usual one)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="where the bundle goes (default: RUN/bundle; RUN/bundle-NAME for another --usage; all but a "
        "run need it)",
    )
    parser.add_argument(
        "--statistics",
        choices=("auto", "image", "moving"),
        default="auto",
        help="what normalises, where the model leaves a choice: each image's own mean and variance "
        "(auto: if trained at batch 1), or moving averages (auto: of a Keras file, but where it calls "
        "them with training=True)",
    )
    parser.add_argument(
        "--dropout",
        choices=("off", "on"),
        default="off",
        help="of pix2pix and CycleGAN trained with it, and of Keras files. off: the whole generator is used, "
        "and makes the same each time; on: drawn anew at each call, as in training and as the pix2pix "
        "reference does in tests too without its --eval; proved by means and spreads of many runs, which "
        "takes longer",
    )
    parser.add_argument(
        "--checkpoint",
        choices=("auto", "last", "best"),
        default="auto",
        help="which weights: the last ones, or those that measured best (auto: if the run kept them)",
    )
    parser.add_argument(
        "--size",
        type=_size,
        metavar="N or HxW",
        help="of the pictures in training, of all but a run (default: the model's own if it has one, or 256; "
        "128 for StarGAN)",
    )
    group = parser.add_argument_group("state dicts")
    group.add_argument(
        "--model", choices=MODELS, help="which it is of (default: what the names of its tensors say)"
    )
    group.add_argument(
        "--attributes",
        type=_attributes,
        default=(),
        metavar="NAMES",
        help="what StarGAN's and Fader's numbers say, in order, as Black_Hair,Male or fit:loose:normal:tight "
        "(default: attribute_1,attribute_2,...)",
    )
    group.add_argument(
        "--norm",
        type=_norm,
        metavar="instance or group:N",
        help="which normalisation has a scale and an offset and no running statistics, where a file's has: "
        "instance (or batch without running statistics), or group in N groups of channels",
    )
    group.add_argument(
        "--weights",
        metavar="NAME",
        help="of a file that holds several generators: what the names of the wanted one's tensors begin "
        "with, as netG_A or params_ema",
    )
    group = parser.add_argument_group(
        "models made elsewhere",
        "What no file says. The bundle takes and gives pictures in [-1, 1] whatever the model does;\n"
        "the conversion lies inside.",
    )
    group.add_argument(
        "--input-range",
        type=_range,
        metavar="LOW..HIGH",
        help="of the pictures that the model takes, as --input-range=-1..1, 0..1 or 0..255 (default: -1..1)",
    )
    group.add_argument(
        "--output-range",
        type=_range,
        metavar="LOW..HIGH",
        help="of the pictures that it makes (default: that of its input)",
    )
    group.add_argument(
        "--size-multiple",
        type=_positive,
        metavar="N",
        help="what height and width must be multiples of, where they are free (default: the first of 1, 2, "
        "4, ... 512 at which pictures come out as large as they went in)",
    )
    group.add_argument(
        "--input",
        type=_input,
        action="append",
        default=[],
        dest="inputs",
        metavar="NAME=KIND",
        help="what an input that is no picture is: noise (which a row of numbers is by default), "
        "choice:VALUE:VALUE:... (1 in the value's place, or its number), or amount:LOW:HIGH (from 0 to 1, "
        "with the ends' names)",
    )
    group.add_argument("--signature", metavar="NAME", help="of a SavedModel that has several")
    group = parser.add_argument_group("variants")
    group.add_argument(
        "--variants",
        default="",
        metavar="NAMES",
        help="other forms of the ONNX file, as float16,int8,uint8-io,nchw; joined with + where one is "
        "several, as int8+uint8-io",
    )
    group.add_argument(
        "--force", action="store_true", help="keep a file that differs more than it may; the contract says so"
    )
    group.add_argument(
        "--pictures",
        type=Path,
        metavar="FOLDER",
        help="for golden files, and the ranges of int8 (default: those that the run held out)",
    )
    parser.add_argument("--licence", help="licence of the weights, for contract and card")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return _export(parser.parse_args(arguments))


def _export(options: argparse.Namespace) -> int:
    return command_line.run(_write, options, "stopped by Ctrl-C; no bundle was written")


def _verify(options: argparse.Namespace) -> int:
    from zoo.data.listing import check_named

    check_named(options.bundle, "the folder of the bundle")
    return verify.main(options)


def _write(options: argparse.Namespace) -> None:
    from export.bundle import Extras
    from export.sources import export_checkpoint, export_foreign, export_run
    from export.variants.files import parse_variants
    from zoo.attributes import Attribute
    from zoo.data.listing import check_named
    from zoo.errors import UserError
    from zoo.reference.file_kinds import check_no_tensorflow_checkpoint

    source, output, usage = options.source, options.output, options.usage
    extras = Extras(options.licence, parse_variants(options.variants), options.force, options.pictures)
    check_no_tensorflow_checkpoint(source)
    if not source.exists():
        check_named(source, "the model's file, or the folder of the run")
        raise UserError(f"{source} is not there: name a training run, a model's file or a SavedModel")
    what, dropout = _what_it_is(source), options.dropout == "on"
    for name, which in _ONLY_FOR.items():
        if what not in which and getattr(options, name) not in (None, (), [], "auto", "off"):
            option = name.removesuffix("s" * (name == "inputs")).replace("_", "-")
            raise UserError(f"--{option}: is for {' or '.join(which)}, and {source} is no such; leave it out")
    if what == "a run":
        export_run(source, output, options.statistics, options.checkpoint, extras, say, usage, dropout)
        return
    if output is None:
        raise UserError(f"--output: {source} is {what}, whose bundle needs a place; give --output DIR")
    if what == "a state dict":
        attributes = tuple(Attribute(name, values) for name, values in options.attributes)
        export_checkpoint(
            source, output, options.model, usage, options.size, attributes, options.statistics, extras, say,
            dropout, options.norm, options.weights,
        )  # fmt: skip
        return
    from export.foreign.exportable import Meaning

    meaning = Meaning(
        options.size, options.size_multiple, options.input_range, options.output_range, dict(options.inputs)
    )
    export_foreign(source, output, meaning, options.signature, options.statistics, extras, say, dropout)


def _what_it_is(source: Path) -> str:
    if source.suffix.lower() in (".keras", ".h5", ".hdf5") and not source.is_dir():
        return "a Keras file"
    if (source / "saved_model.pb").is_file():
        return "a SavedModel"
    if source.is_dir() and not (source / "config.json").exists():
        from export.foreign.folders import refuse_folder

        refuse_folder(source)
    return "a state dict" if source.is_file() else "a run"


def _range(text: str) -> tuple[float, float]:
    """``"0..255"``: (0.0, 255.0)."""
    try:
        low, high = map(float, text.split(".."))
    except ValueError:
        low = high = math.nan
    if not -math.inf < low < high < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not LOW..HIGH, as 0..255")
    return low, high


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def _norm(text: str) -> str:
    kind, _, number = text.partition(":")
    if text != "instance" and (kind != "group" or not number.isdecimal() or not 0 < int(number) < 10_000):
        raise argparse.ArgumentTypeError(f"{text!r} is neither instance nor group:N, as group:32")
    return text


def _input(text: str) -> tuple[str, tuple[str, ...]]:
    """``"label=choice:red:blue"``: ("label", ("choice", "red", "blue"))."""
    name, _, kind = text.rpartition("=")
    what, *values = (each.strip() for each in kind.split(":"))
    fits = {"noise": not values, "choice": len(values) > 1, "amount": len(values) == 2}
    if not name or not fits.get(what) or not all(values) or len(set(values)) < len(values):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not NAME=noise, NAME=choice:VALUE:VALUE or NAME=amount:LOW:HIGH"
        )
    return name, (what, *values)


def _size(text: str) -> tuple[int, int]:
    """``"128"`` or ``"256x192"``: (height, width)."""
    height, _, width = text.partition("x")
    if not height.isdecimal() or not (width or height).isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor HEIGHTxWIDTH")
    return int(height), int(width or height)


def _attributes(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``"Male,fit:loose:tight"``: names with their values, "no" and "yes" where there are none."""
    named = []
    for part in text.split(","):
        name, *values = (each.strip() for each in part.split(":"))
        if not name or len(values) == 1 or not all(values):
            raise argparse.ArgumentTypeError(f"{part!r} is neither NAME nor NAME:VALUE:VALUE")
        named.append((name, tuple(values) or ("no", "yes")))
    return tuple(named)


if __name__ == "__main__":
    sys.exit(main())
