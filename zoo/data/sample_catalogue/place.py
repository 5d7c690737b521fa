"""The place that a catalogue is drawn into: by one process at a time, and free of what killed ones left."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from zoo.errors import UserError

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None


@contextmanager
def locked(folder: Path, on_wait: Callable[[], None] | None = None) -> Iterator[int | None]:
    """While entered, no other process draws ``folder``; what killed ones left beside it is removed.

    The end of its holder, however it comes, releases the lock. On a system without locks there is none:
    two drawings at once each take their time, and the first one to end is kept.

    Args:
        folder: what is drawn; the folder above it must be there.
        on_wait: called if another process is drawing it, which is then waited for.

    Yields:
        The lock's file descriptor: the lock lasts as long as any process has it open. None without one.

    Raises:
        UserError: the folder above cannot be written into.
    """
    path = folder.parent / f".{folder.name}.lock"
    with _writing(folder):
        lock = _acquired(path, on_wait)
    try:
        if lock is not None:
            _sweep(folder)
        yield lock
    finally:
        if lock is not None:
            path.unlink(missing_ok=True)
            os.close(lock)


def working_folder(folder: Path) -> Path:
    """A new folder beside ``folder``, for ``take_place``; ``locked`` removes those of killed processes.

    Raises:
        UserError: it cannot be created.
    """
    with _writing(folder):
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
        work.chmod(0o755)  # mkdtemp's is the owner's alone
    return work


def take_place(work: Path, folder: Path) -> None:
    """Rename ``work`` to ``folder``, which is not there or empty.

    Raises:
        UserError: that cannot be done.
    """
    with _writing(folder):
        work.replace(folder)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"{folder} cannot be written ({error.strerror}); name another folder") from None


def _acquired(path: Path, on_wait: Callable[[], None] | None) -> int | None:
    if fcntl is None:
        return None
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        with ExitStack() as closed:
            closed.callback(os.close, lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if on_wait is not None:
                    on_wait()
                fcntl.flock(lock, fcntl.LOCK_EX)
            except OSError:  # a file system without locks
                path.unlink(missing_ok=True)
                return None
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(lock), os.stat(path)):
                    closed.pop_all()
                    return lock
        # Whoever held it has removed it, and another file is the lock now.


def _sweep(folder: Path) -> None:
    left = re.compile(rf"\.{re.escape(folder.name)}\.[a-z0-9_]{{8}}\.part")
    for path in folder.parent.iterdir():
        if left.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
