"""Verifies a bundle: that its files are whole and compute what the trained generator computed.

The modules of this folder are put together into one file, every bundle's verify.py, by ``assembly``.
They import each other by name alone, from ``zoo`` what ``assembly`` can copy, and otherwise the standard
library and numpy; onnxruntime and TensorFlow are imported late.
"""

from export.verify.cases import verify
from export.verify.contract import read_contract
from export.verify.errors import BundleError
from export.verify.report import table
from zoo.renamed import moved

__getattr__ = moved(
    __name__,
    {
        "add_arguments": "command",
        "main": "command",
        "check_files": "files",
        "sha256": "files",
        "bundle_file": "paths",
        "FORMAT_VERSION": "contract",
        "READABLE": "contract",
    },
)

__all__ = ["BundleError", "read_contract", "table", "verify"]
