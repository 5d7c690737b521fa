"""The command: options, output, exit statuses."""

import argparse
import json
import sys
from pathlib import Path

from export.verify.cases import verify
from export.verify.errors import AGAIN, BundleError, first_line
from export.verify.files import HASH
from export.verify.paths import REPORT
from export.verify.report import table
from zoo.io.text import printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that ``verify.py`` and ``python -m export verify`` share."""
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--saved-model",
        action="store_true",
        help="also run the SavedModel, if TensorFlow is installed: it is a program with all your rights, so "
        "run only those that you trust",
    )
    choice.add_argument(
        "--require-saved-model",
        action="store_true",
        help="the same, and fail if TensorFlow is not installed",
    )
    choice.add_argument("--onnx-only", action="store_true", help="do not run the SavedModel (the default)")
    parser.add_argument("--seed", type=_seed, help="of the random inputs (default: new ones each time)")
    parser.add_argument("--no-report", action="store_true", help=f"do not write {REPORT} into the bundle")


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) < 1 << 64):
        raise argparse.ArgumentTypeError(f"{text!r:.80} must be an integer from 0 to 2**64 - 1")
    return int(text)


def main(arguments: argparse.Namespace) -> int:
    """Verify a bundle, print the table and write the report; return the exit status."""
    try:
        return _main(arguments)
    except BrokenPipeError:  # for the caller
        raise
    except BundleError as error:
        fault = str(error)
    except MemoryError:
        fault = f"{arguments.bundle}: not enough memory to verify it"
    except OSError as error:
        fault = f"{first_line(error)}: {AGAIN}, or free some space"
    except Exception as error:  # status 1 means that a bundle differs, so nothing else may end with it
        fault = f"{first_line(error)}: this should not happen, please report it"
    print(f"error: {printable(fault)}", file=sys.stderr)
    return 2


def _main(arguments: argparse.Namespace) -> int:
    choice = True if arguments.require_saved_model else None if arguments.saved_model else False
    if choice is not False:
        print("the SavedModel is a program: it runs with your rights", file=sys.stderr)
    report = verify(arguments.bundle, choice, arguments.seed)
    print(table(report))
    if not arguments.no_report:
        path = Path(arguments.bundle) / REPORT
        try:
            # A new file, never through a link; half a report after a crash harms nobody.
            path.unlink(missing_ok=True)
            path.write_text(json.dumps(report, indent=2, allow_nan=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise BundleError(f"{path} cannot be written ({error.strerror}): use --no-report") from error
        print(printable(f"written: {path}"))
    errors = [check for check in report["checks"] if check.get("error")]
    if errors:
        altered = [check["detail"] for check in errors if check["case"] == HASH]
        failed = [f"{check['artifact']}, {check['case']}: {check['detail']}" for check in errors]
        raise BundleError(f"{'; '.join(altered)}: {AGAIN}" if altered else "; ".join(failed))
    return 0 if report["verdict"] == "pass" else 1
