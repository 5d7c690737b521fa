"""Turn a trained model into a bundle, or verify one.

python -m export RUN                       writes RUN/bundle: SavedModel, ONNX, contract, card, verification
python -m export latest_net_G.pth --output DIR
                                           the same for a generator that a PyTorch reference saved:
                                           pix2pix, CycleGAN, StarGAN (-G.ckpt), MUNIT (gen_.pt), Fader
python -m export model.keras --output DIR  the same for a Keras 2 model of another project, .keras or .h5,
                                           TensorFlow Addons' layers included; nothing in it is executed
python -m export SAVED_MODEL --output DIR  the same for a SavedModel, which is a program: this runs it
python -m export verify BUNDLE             verifies a bundle, from here or from elsewhere
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

# What needs TensorFlow is imported late, so that --help and verify answer at once.
from export import options
from export.verify import command as verify_command
from zoo import command_line
from zoo.command_line import Parser, say, with_flags
from zoo.listener import Listener


class _Terminal(Listener):
    """Prints what an export says, with this command's flags."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments

    def say(self, lines: str | Iterable[str]) -> None:
        for line in (lines,) if isinstance(lines, str) else lines:
            say(with_flags(line, self.arguments))


def main(arguments: list[str] | None = None) -> int:
    """Run ``python -m export`` with these arguments and return its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["verify"]:
        return command_line.run(_verify, _parsed_verify(arguments[1:]), "stopped by Ctrl-C")
    parsed = options.export_parser(__doc__).parse_args(arguments)
    return command_line.run(_export, parsed, "stopped by Ctrl-C; no bundle was written")


def _parsed_verify(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(
        prog="python -m export verify",
        description="Verify a bundle: hashes, golden images, random inputs, batch sizes, names.\n"
        "Exit status 0: passed; 1: something differs; 2: anything else, such as an altered file.",
    )
    parser.add_argument("bundle", type=Path, help="folder with contract.json")
    verify_command.add_arguments(parser)
    return parser.parse_args(arguments)


def _verify(arguments: argparse.Namespace) -> int:
    from zoo.data.listing import check_named

    check_named(arguments.bundle, "the folder of the bundle")
    return verify_command.main(arguments)


def _export(arguments: argparse.Namespace) -> None:
    from export.bundle import Extras
    from export.sources.kinds import Kind, check_parameters, kind_of
    from export.variants.files import parse_variants
    from zoo.errors import UserError

    extras = Extras(
        arguments.licence, parse_variants(arguments.variants or ""), arguments.force, arguments.pictures
    )
    kind = kind_of(arguments.source)
    check_parameters(arguments.source, kind, vars(arguments))
    if arguments.output is None and kind is not Kind.RUN:
        raise UserError(f"`output`: {arguments.source} is {kind.value}, so name a folder for its bundle")
    common = {
        "output": arguments.output,
        "signature": arguments.signature,
        "statistics": arguments.statistics,
        "dropout": arguments.dropout == "on",
        "extras": extras,
        "listener": _Terminal(arguments),
    }
    match kind:
        case Kind.RUN:
            from export.sources.training_run import export_run

            export_run(arguments.source, checkpoint=arguments.checkpoint, **common)
        case Kind.STATE_DICT:
            from export.sources.reference_weights import export_checkpoint
            from zoo.attributes import Attribute

            export_checkpoint(
                arguments.source,
                model=arguments.model,
                size=arguments.size,
                attributes=tuple(Attribute(name, values) for name, values in arguments.attributes),
                norm=arguments.norm,
                weights=arguments.weights,
                **common,
            )
        case Kind.KERAS_FILE | Kind.SAVED_MODEL:
            from export.foreign.meaning import Meaning
            from export.sources.foreign import export_foreign

            meaning = Meaning(
                arguments.size,
                arguments.size_multiple,
                arguments.input_range,
                arguments.output_range,
                dict(arguments.input),
            )
            export_foreign(arguments.source, meaning=meaning, **common)


if __name__ == "__main__":
    sys.exit(main())
