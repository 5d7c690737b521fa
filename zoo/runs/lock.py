"""One training at a time in a run: a lock that ends with the process that holds it."""

import datetime
import json
import os
import socket
import stat
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from zoo.errors import UserError
from zoo.io.text import printable

LOCK = "training.lock"
"""In a run that is being trained: who does. One that a crash left there locks nothing."""

_ATTEMPTS = 100  # at a file that others take away in between; one attempt is the rule
_REGION = 1 << 30  # Windows locks bytes, which cannot be read then: one that is not there
_SHOWN = 1000  # bytes of the file that are read for a message


@contextmanager
def training_lock(run: Path) -> Iterator[None]:
    """Hold the lock of the directory ``run``, which is made if it is missing.

    The operating system releases it when the process ends, also by SIGKILL. It holds between the
    processes of one machine and, on file systems that pass locks on (NFS, Lustre with ``flock``),
    between machines. Where the file system supports no locks there is a warning and no lock.

    The file goes, and with it a directory in which nothing else is, when the block ends.

    Raises:
        UserError: if another process holds it, by name; or the directory cannot be created or written to.
    """
    is_new = not run.exists()
    path = run / LOCK
    try:
        run.mkdir(parents=True, exist_ok=True)
        handle = _locked(path)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror}); choose a place you can write to"
        ) from None
    try:
        yield
    finally:
        with suppress(OSError):  # Windows keeps what is open
            path.unlink()  # before it is released: whoever takes it next sees that it went
        os.close(handle)
        if is_new:
            with suppress(OSError):  # not empty: a run
                run.rmdir()


def _locked(path: Path) -> int:
    """A handle of the file at ``path`` that holds its lock."""
    for _ in range(_ATTEMPTS):
        # A run may come from elsewhere: nothing is written through a link in it.
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise UserError(f"{path}: not a regular file; remove it")
            if not _try(handle, path):
                raise UserError(
                    f"{path.parent}: {_holder(handle)}; wait for it, stop it, or choose another `run`"
                )
            if _is_at(handle, path):
                os.ftruncate(handle, 0)
                os.write(handle, _myself())
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # of a training that ended just now and took its file away
    raise UserError(f"{path.parent}: trainings start and end in it all the time; choose another `run`")


def _try(handle: int, path: Path) -> bool:
    """Take the lock if no other process has it; where there are no locks, warn and continue."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, _REGION, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        warnings.warn(
            f"{path.parent}: cannot be locked on this file system ({error.strerror}); make sure that no "
            "second training writes there",
            stacklevel=4,
        )
    return True


def _is_at(handle: int, path: Path) -> bool:
    """Whether ``path`` still is the open file: who held it may have taken it away."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _myself() -> bytes:
    since = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}).encode()


def _holder(handle: int) -> str:
    """Who holds the lock, as far as the file says it."""
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        os.lseek(handle, 0, os.SEEK_SET)
        holder = json.loads(os.read(handle, _SHOWN))
        pid, host, since = (printable(str(holder[name])) for name in ("pid", "host", "since"))
        return f"process {pid} on {host} has been training it since {since}"
    return "another process is training it"
