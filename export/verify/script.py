"""Verifies a bundle: that its files are whole and compute what the trained generator computed.

Stands alone: it needs numpy and onnxruntime, and TensorFlow only for the SavedModel. A SavedModel is a
program: its files are compared with their hashes, and it runs only on request. Once one of the bundle's
files turns out to be altered, nothing of the bundle is opened.

Name the bundle (``python verify.py DIRECTORY``), or run the script inside it (``python verify.py``). A
script inside a bundle is as trustworthy as the source of the bundle: for bundles from elsewhere use a copy
that you trust, or ``python -m export verify``.

Exit status 0: everything within the tolerances of contract.json; 1: something differs by more; 2: the
bundle cannot be read or run, or a file was altered, is missing or was added.
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    # A file beside this one, such as json.py, must not be what the imports below mean.
    sys.path[:] = [p for p in sys.path if os.path.abspath(p) != os.path.dirname(os.path.abspath(__file__))]
    try:
        __import__("numpy")
    except ImportError as error:
        print(f"error: {error}: pip install numpy onnxruntime", file=sys.stderr)
        sys.exit(2)

import argparse
from pathlib import Path

from export.verify.command import add_arguments, main


def run_script() -> int:
    """Run this file as a command and return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument(
        "bundle",
        nargs="?",
        default=Path(__file__).resolve().parent,
        type=Path,
        help="folder of the bundle (default: the one that holds this script)",
    )
    add_arguments(parser)
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="backslashreplace")  # for terminals that show ASCII alone
        status = main(parser.parse_args())
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever read the output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        print("stopped by Ctrl-C", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(run_script())
