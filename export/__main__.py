"""Turn a trained model into a bundle, or verify one.

python -m export RUN                       writes RUN/bundle: SavedModel, ONNX, contract, card, proof
python -m export latest_net_G.pth --output DIR
                                           the same of a generator that a PyTorch reference saved:
                                           pix2pix, CycleGAN, StarGAN (-G.ckpt), MUNIT (gen_.pt), Fader
python -m export verify BUNDLE             proves a bundle, from here or from elsewhere
"""

import argparse
import os
import sys
import traceback
from pathlib import Path

# Only export.verify is imported up here: verifying needs neither zoo nor TensorFlow, and
# recipes, whose commands share their own parser, import from this package.
from export import verify

MODELS = ("pix2pix", "cyclegan", "stargan", "munit", "fader")


class _HelpFormatter(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.default in (None, False) else super()._get_help_string(action)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:
        self.exit(2, f"error: {message} (see {self.prog} --help)\n")


def main(arguments: list[str] | None = None) -> int:
    """Run ``python -m export`` with these arguments and return its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["verify"]:
        parser = _Parser(
            prog="python -m export verify",
            description="Prove a bundle: hashes, golden pictures, random inputs, batch sizes, names.\n"
            "Exit status 0: passed; 1: something differs; 2: no readable bundle.",
            formatter_class=_HelpFormatter,
        )
        parser.add_argument("bundle", type=Path, help="folder with contract.json")
        verify.add_arguments(parser)
        return verify.main(parser.parse_args(arguments[1:]))

    parser = _Parser(prog="python -m export", description=__doc__, formatter_class=_HelpFormatter)
    parser.add_argument(
        "source", type=Path, help="directory of a training run, or a state dict: .pth, .pt, .ckpt"
    )
    parser.add_argument(
        "--usage", metavar="NAME", help="which use of the model, such as BtoA (default: its usual one)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="where the bundle goes (default: RUN/bundle; RUN/bundle-NAME for another --usage; a state "
        "dict needs it)",
    )
    parser.add_argument(
        "--statistics",
        choices=("auto", "image", "moving"),
        default="auto",
        help="what normalises, where the model leaves a choice: each image's own mean and variance "
        "(auto: if trained at batch 1), or moving averages",
    )
    parser.add_argument(
        "--checkpoint",
        choices=("auto", "last", "best"),
        default="auto",
        help="which weights: the last ones, or those that measured best (auto: if the run kept them)",
    )
    group = parser.add_argument_group("state dicts")
    group.add_argument(
        "--model", choices=MODELS, help="which it is of (default: what the names of its tensors say)"
    )
    group.add_argument(
        "--size", type=_size, metavar="N or HxW", help="of the pictures (default: 256; 128 for StarGAN)"
    )
    group.add_argument(
        "--attributes",
        type=_attributes,
        default=(),
        metavar="NAMES",
        help="what StarGAN's and Fader's numbers say, in order, as Black_Hair,Male or fit:loose:normal:tight "
        "(default: attribute_1,attribute_2,...)",
    )
    parser.add_argument("--licence", help="licence of the weights, for contract and card")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return _export(parser.parse_args(arguments))


def _export(options: argparse.Namespace) -> int:
    from zoo.errors import UserError

    # Before TensorFlow is imported: it prints its start-up notes from C++.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        _write(options)
    except UserError as error:
        if options.debug:
            traceback.print_exc()
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped by Ctrl-C; no bundle was written", file=sys.stderr)
        return 130
    return 0


def _write(options: argparse.Namespace) -> None:
    from export.sources import export_checkpoint, export_run
    from zoo.attributes import Attribute
    from zoo.errors import UserError

    source, output, usage, licence = options.source, options.output, options.usage, options.licence
    if not source.is_file():
        for name in ("model", "size", "attributes"):
            if getattr(options, name):
                raise UserError(f"--{name}: is for a state dict, and a run knows its own; leave it out")
        export_run(source, output, options.statistics, options.checkpoint, licence, _say, usage)
        return
    if output is None:
        raise UserError(f"--output: {source} is a file, whose bundle needs a place; give --output DIR")
    if options.checkpoint != "auto":
        raise UserError("--checkpoint: is for a run that keeps several; leave it out")
    attributes = tuple(Attribute(name, values) for name, values in options.attributes)
    export_checkpoint(
        source, output, options.model, usage, options.size, attributes, options.statistics, licence, _say
    )


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


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
