"""Where results go: all names are chosen and checked before the first is written."""

import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from zoo.errors import UserError
from zoo.inference.contract import CONTRACT
from zoo.io.limits import NAME_CHARACTERS


def destinations(files: Sequence[tuple[Path, Path]], output: Path, count: int = 1) -> list[list[Path]]:
    """Give each input the PNG of each of its results, below ``output``.

    Folders below an argument are kept. Where two would get one name, all are placed as they
    lie below their common folder, then keep their ending (a.jpg.png), then are numbered.

    Args:
        files: each with its path below the argument that named it, see ``find_images``.
        output: where results go.
        count: results of each; if there are several, they are numbered: a-1.png, a-2.png.
    """
    names = [below.with_suffix(".png") for _, below in files]
    if _clashing(names):
        real = [Path(os.path.realpath(file.parent), file.name) for file, _ in files]
        common = os.path.commonpath([file.parent for file in real])
        names = [file.relative_to(common).with_suffix(".png") for file in real]
        same = _clashing(names)
        names = [
            name.with_name(f"{file.name}.png") if _key(name) in same else name
            for name, file in zip(names, real, strict=True)
        ]
    taken = {_key(folder) for name in names for folder in name.parents}
    paths = []
    for original in names:
        name, number = original, 2
        while taken & {_key(result) for result in numbered(name, count)}:
            name, number = original.with_stem(f"{original.stem}-{number}"), number + 1
        taken |= {_key(result) for result in numbered(name, count)}
        paths.append([output / result for result in numbered(name, count)])
    return paths


def numbered(name: Path, count: int) -> list[Path]:
    """``name`` for one result; with -1, -2 and so on for several."""
    return [name] if count == 1 else [name.with_stem(f"{name.stem}-{i}") for i in range(1, count + 1)]


def refuse_overwriting(results: Iterable[Path], inputs: Iterable[Path], overwrite: bool) -> None:
    """Refuse, before anything is written, results that would take the place of something.

    What is compared is the files and not their names: a name may be spelt differently, or be a link.

    Args:
        results: paths of all that will be written.
        inputs: files that are read, which are never written over.
        overwrite: whether other files may be.

    Raises:
        UserError: for the first such result.
    """
    given = {each for file in inputs for each in _identities(file)}
    for path in results:
        if len(os.fsencode(path.name)) > NAME_CHARACTERS:
            raise UserError(f"{path} cannot be written (its name is too long): shorten that of the image")
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise UserError(f"{path} cannot be written ({error.strerror}): choose another `output`") from None
        if given & _identities(path):
            raise UserError(f"{path} is an input and would be written over: choose another `output`")
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISLNK(status.st_mode):
            raise UserError(f"{path} already exists, and is not a file: choose another `output`")
        if not overwrite:
            raise UserError(f"{path} already exists: choose another `output`, or set `overwrite`")


def refuse_bundle(parameter: str, output: Path) -> None:
    """Refuse to write into a bundle, which lists all its files.

    Args:
        parameter: name of the parameter that ``output`` is given with, for the error.
        output: where something is to be written.

    Raises:
        UserError: ``output`` is a bundle, or in one.
    """
    real = Path(os.path.realpath(output))
    for folder in (real, *real.parents):
        if os.path.lexists(folder / CONTRACT):
            raise UserError(
                f"`{parameter}` {output} is in the bundle {folder}, which may hold nothing that its "
                "contract does not list: choose another"
            )


def _identities(path: Path) -> set[tuple[int, int]]:
    """What the system knows a file by, and where it is a link what that leads to."""
    identities = set()
    for follow in (False, True):
        try:
            status = os.stat(path, follow_symlinks=follow)
        except OSError:  # missing, or a link to nothing
            continue
        identities.add((status.st_dev, status.st_ino))
    return identities


def _clashing(names: Sequence[Path]) -> set[str]:
    return {key for key, count in Counter(map(_key, names)).items() if count > 1}


def _key(path: Path) -> str:
    """The same for two names that some systems take for one, who ignore case or how letters are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", str(path)).casefold())
