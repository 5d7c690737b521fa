"""Folders that appear whole, in one step, and take the place of older ones without a gap."""

import contextlib
import ctypes
import errno
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from zoo.io.termination import sigterm_raises

try:
    import fcntl
except ImportError:  # not a POSIX system: what a killed process leaves is not swept there
    fcntl = None

_TOKEN = "[a-z0-9_]{8}"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextlib.contextmanager
def scratch_beside(target: Path) -> Iterator[Path]:
    """A new folder beside ``target``, on the same file system, for what will become ``target``.

    It is removed at the end, after SIGTERM too, which ends the program with status 143 unless it has a
    handler of its own. What SIGKILL leaves is removed the next time that anyone builds the same
    ``target``: each folder is locked by its process, so that none is taken from a live one.

    Raises:
        OSError: it cannot be created.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    restore_folder(target)
    _sweep(target)
    with sigterm_raises():
        scratch, lock = _claimed(target)
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            lock.close()


def replace_folder(new: Path, target: Path) -> None:
    """Rename ``new`` to ``target``; an older ``target`` is exchanged for it in one step, and removed.

    Where the system cannot exchange folders (anything but Linux, some network file systems) there is a
    moment without ``target``; after a kill in it ``restore_folder`` brings the older one back.

    Raises:
        OSError: it cannot be done; the older ``target`` is still there.
    """
    if not target.exists():
        os.rename(new, target)
    elif _exchanged(new, target):
        _remove(new)
    else:
        _renamed_twice(new, target)


def restore_folder(target: Path) -> None:
    """Bring back a ``target`` that a process had just put aside when it was killed; at most that."""
    if not os.path.lexists(target):
        for old in _named(target, "old"):
            with contextlib.suppress(OSError):  # another process was faster, or the place is not writable
                os.rename(old, target)
                return


def _renamed_twice(new: Path, target: Path) -> None:
    for attempt in range(5):
        old = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.old")
        try:
            os.rename(target, old)
            os.rename(new, target)
        except BaseException as error:
            # Another process may have taken this moment for a crash, and have brought the older one back.
            restored = not os.path.lexists(old)
            restore_folder(target)
            if restored and isinstance(error, OSError) and attempt < 4:
                continue
            raise
        _remove(old)
        return


def _claimed(target: Path) -> tuple[Path, BinaryIO]:
    """A new folder, and the file that is locked for as long as it is open."""
    while True:
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
        with contextlib.suppress(FileNotFoundError, BlockingIOError):  # swept before it was locked
            return scratch, _locked(scratch)


def _locked(scratch: Path, needed: bool = False) -> BinaryIO:
    """The open lock of a folder.

    Raises:
        FileNotFoundError: the folder is gone.
        BlockingIOError: another process has the lock.
        OSError: the file system has no locks, where one is ``needed``.
    """
    path = scratch / "lock"
    file = path.open("ab")
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(path.stat(), os.fstat(file.fileno())):
            raise FileNotFoundError(errno.ENOENT, "the folder was swept", str(scratch))
    except (FileNotFoundError, BlockingIOError):
        file.close()
        raise
    except OSError:
        if needed:
            file.close()
            raise
    return file


def _sweep(target: Path) -> None:
    """Remove what killed processes have left of ``target``."""
    for scratch in _named(target, "part") if fcntl is not None else ():
        # Not those of live processes or other users, nor any on a file system without locks.
        with contextlib.suppress(OSError), _locked(scratch, needed=True):
            shutil.rmtree(scratch, ignore_errors=True)
    for old in _named(target, "old"):
        _remove(old)


def _named(target: Path, suffix: str) -> list[Path]:
    pattern = re.compile(rf"\.{re.escape(target.name)}\.{_TOKEN}\.{suffix}")
    try:
        return [path for path in target.parent.iterdir() if pattern.fullmatch(path.name)]
    except OSError:  # no such folder, or not ours to read
        return []


def _remove(path: Path) -> None:
    if path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two names in one step; whether the system can."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    names = os.fsencode(one), os.fsencode(other)
    if renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP):
        return False
    raise OSError(number, os.strerror(number), str(other))
