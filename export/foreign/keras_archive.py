"""The three members of a .keras file that are read, each with a bound; no other is opened."""

import errno
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zoo.errors import UserError
from zoo.io.archives import check_directory
from zoo.io.limits import JSON_BYTES, MIB, MODEL_BYTES

CONFIGURATION, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_EXPANSION = 20  # bytes that one byte of weights may become: compressed, they become 1.1


@contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """A .keras file for reading.

    Raises:
        UserError: it is not a ZIP archive, is damaged, or exceeds ``zoo.io.limits``; and for what the
            body meets in reading a member.
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            if size > MODEL_BYTES:
                raise UserError(f"{path} has {size:,} bytes, and {MODEL_BYTES:,} are read at most")
            if not zipfile.is_zipfile(file):
                raise UserError(
                    f"{path} is not a ZIP archive, as .keras files are: copy it again, or save it again"
                )
            check_directory(file)
            with zipfile.ZipFile(file) as archive:
                names = archive.namelist()
                if len(set(names)) < len(names):
                    raise UserError("it has a member twice: it looks malicious")
                yield archive
    # What the module raises for damage; RuntimeError for what is encrypted.
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise  # of the copy
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"{path} cannot be read ({reason}): copy it again, or save it again") from error


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """A member that is JSON."""
    member = _member(archive, name)
    if member.file_size > JSON_BYTES:
        raise UserError(f"its {name} has {member.file_size:,} bytes, too many for JSON: it looks malicious")
    return archive.read(member)  # no more than is announced


def copy_member(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    """Copy a member that holds weights to a file."""
    member = _member(archive, name)
    if member.file_size > min(MODEL_BYTES, JSON_BYTES + _EXPANSION * member.compress_size):
        raise UserError(
            f"its {name} has {member.file_size:,} bytes in {member.compress_size:,}, which weights never "
            "have: it looks malicious"
        )
    with archive.open(member) as source, target.open("wb") as copy:
        while block := source.read(MIB):
            copy.write(block)


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    if name not in archive.NameToInfo:
        raise UserError(f"it has no {name}, as .keras files do: save the model again (model.save)")
    member = archive.getinfo(name)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UserError(f"its {name} is compressed as Keras never does: save the model again")
    return member
