"""Reads HDF5 in a separate process, which has limits: the library can be made to hang, and to crash.

It is written in C and trusts what it reads: a few changed bytes of a small file keep it busy forever.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from zoo.errors import UserError
from zoo.io.limits import GIB, MIB

_ROOT = Path(__file__).parents[2]
# Without the working folder, where anything may lie.
_CHILD = """
import sys
sys.path[:] = [sys.argv[1], *filter(None, sys.path)]
from export.foreign.hdf5_copy import main
main(sys.argv[2:])
"""
_SECONDS = 3  # of computing, beside what copying takes
_BYTES_A_SECOND = 20 * MIB
_MEMORY = 2 * GIB  # beside the arrays
_PATIENCE = 12  # times as long by the clock, on a machine that is busy


@dataclass(frozen=True)
class Contents:
    """What an HDF5 file of Keras' has.

    Attributes:
        configuration, version: its texts; None where there is none.
        of_keras: whether it has anything by which Keras' files are known.
        numbers: how many numbers were copied.
    """

    configuration: str | None
    version: str | None
    of_keras: bool
    numbers: int


def copy_hdf5(path: Path, target: Path) -> Contents:
    """Read the texts of an HDF5 file and copy its weights to another, as ``hdf5_copy`` does.

    Raises:
        UserError: as there, and where reading does not end, or ends the process.
    """
    size = path.stat().st_size
    seconds = _SECONDS + size // _BYTES_A_SECOND
    limits = [str(seconds), str(_MEMORY + 2 * size)]
    command = [sys.executable, "-c", _CHILD, str(_ROOT), str(path), str(target), *limits]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE * seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise UserError(
            f"{path} cannot be read (reading it does not end): copy it again, or save it again"
        ) from None
    try:
        report = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        why = last[0][:200] if last else "reading it does not end, or ends the program that reads"
        raise _unreadable(path, why) from None
    if "refused" in report:
        raise UserError(report["refused"])
    return Contents(**report)


def _unreadable(path: Path, why: str) -> UserError:
    return UserError(f"{path} cannot be read ({why}): copy it again, or save it again")
