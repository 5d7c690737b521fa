"""Turn a trained model into a bundle, or verify one.

python -m export RUN                writes RUN/bundle: SavedModel, ONNX, contract, card, proof
python -m export verify BUNDLE      proves a bundle, from here or from elsewhere
"""

import argparse
import os
import sys
import traceback
from pathlib import Path

# Only export.verify is imported up here: verifying needs neither zoo nor TensorFlow, and
# recipes, whose commands share their own parser, import from this package.
from export import verify


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
    parser.add_argument("run", type=Path, help="directory of a training run")
    parser.add_argument(
        "--usage", metavar="NAME", help="which use of the model, such as BtoA (default: its usual one)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="where the bundle goes (default: RUN/bundle; RUN/bundle-NAME for another --usage)",
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
    parser.add_argument("--licence", help="licence of the weights, for contract and card")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return _export(parser.parse_args(arguments))


def _export(options: argparse.Namespace) -> int:
    from zoo.errors import UserError

    # Before TensorFlow is imported: it prints its start-up notes from C++.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        from export.bundle import export_run

        export_run(
            options.run,
            options.output,
            options.statistics,
            options.checkpoint,
            options.licence,
            _say,
            options.usage,
        )
    except UserError as error:
        if options.debug:
            traceback.print_exc()
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped by Ctrl-C; no bundle was written", file=sys.stderr)
        return 130
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
