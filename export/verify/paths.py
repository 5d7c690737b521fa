"""Names of a bundle's files."""

import os
import re
import stat
from pathlib import Path

from export.verify.errors import BundleError
from export.verify.schema import SCHEMA
from zoo.io.limits import PATH_CHARACTERS

CONTRACT, REPORT = "contract.json", "verification.json"


def bundle_file(directory: Path | str, name: str) -> Path:
    """Absolute path of the regular file that a bundle calls ``name``; every name goes through here.

    Raises:
        BundleError: ``name`` is absolute, climbs, has control characters or is too long; there is no such
            file, it is a folder, a pipe or a device, or a symbolic link leads out of the bundle.
    """
    if len(name) > PATH_CHARACTERS or not re.match(SCHEMA["$defs"]["path"]["pattern"], name):
        raise BundleError(f"{name!r:.80} is not a path inside the bundle")
    root = Path(os.path.realpath(directory))
    path = root / name
    try:
        inside = Path(os.path.realpath(path)).is_relative_to(root)
        regular = inside and stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError) as error:  # a loop of links, a name that this file system cannot have
        raise BundleError(f"{name} is missing") from error
    if not inside:
        raise BundleError(f"{name} leads out of the bundle through a link")
    if not regular:
        raise BundleError(f"{name} is not a regular file")
    return path
