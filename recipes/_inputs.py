"""Which pictures a command is to take, and where each result goes."""

import glob
import os
from collections import Counter
from pathlib import Path

from zoo.data.images import SUFFIXES
from zoo.errors import UserError


def find_inputs(inputs: list[str], output: Path) -> list[tuple[Path, Path]]:
    """List the images that the arguments name, each once: (file, its path below the argument).

    A file named directly is taken whatever its ending; in folders those that end as images
    do. What lies in ``output``, where that is in such a folder, was made by an earlier call.

    Raises:
        UserError: an argument that names nothing.
    """
    found: dict[Path, tuple[Path, Path]] = {}
    for text in inputs:
        path = Path(text)
        if path.is_dir():
            pairs = [(file, file.relative_to(path)) for file in _images_below(path, output)]
            if not pairs:
                raise UserError(
                    f"{text} holds no images: they end with {', '.join(SUFFIXES[:7])} and the like"
                )
        elif path.exists():
            pairs = [(path, Path(path.name))]
        else:
            matches = [Path(match) for match in sorted(glob.glob(text, recursive=True))]
            root = _fixed_part(text)
            pairs = [
                (file, file.relative_to(root))
                for match in matches
                for file in (_images_below(match, output) if match.is_dir() else [match])
            ]
            if not pairs:
                raise UserError(f"{text} matches no file: check the name, or quote the pattern")
        for file, below in pairs:
            found.setdefault(file.resolve(), (file, below))
    return list(found.values())


def destinations(files: list[tuple[Path, Path]], output: Path) -> list[tuple[Path, Path]]:
    """Give each input its own PNG below ``output``: (input, destination).

    Folders below an argument are kept. Where two would get one name, all are placed as they
    lie below their common folder, then keep their ending (a.jpg.png), then are numbered.

    Raises:
        UserError: a destination is one of the inputs.
    """
    names = [below.with_suffix(".png") for _, below in files]
    if _clashing(names):
        common = os.path.commonpath([file.resolve().parent for file, _ in files])
        names = [file.resolve().relative_to(common).with_suffix(".png") for file, _ in files]
        same = _clashing(names)
        names = [
            name.with_name(f"{file.name}.png") if _key(name) in same else name
            for name, (file, _) in zip(names, files, strict=True)
        ]
    taken: set[str] = set()
    made = []
    inputs = {file.resolve() for file, _ in files}
    for (file, _), wanted in zip(files, names, strict=True):
        name, number = wanted, 2
        while _key(name) in taken:
            name, number = wanted.with_stem(f"{wanted.stem}-{number}"), number + 1
        taken.add(_key(name))
        if (output / name).resolve() in inputs:
            raise UserError(f"{output / name} is an input and would be written over: choose another --output")
        made.append((file, output / name))
    return made


def _images_below(folder: Path, output: Path) -> list[Path]:
    made = output.resolve()
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and (made == folder.resolve() or made not in path.resolve().parents)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _fixed_part(pattern: str) -> Path:
    """Return the folder of a pattern above its first wildcard."""
    parts = Path(pattern).parts[:-1]
    fixed = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(*parts[:fixed])


def _clashing(names: list[Path]) -> set[str]:
    return {key for key, count in Counter(map(_key, names)).items() if count > 1}


def _key(path: Path) -> str:
    return str(path).casefold()  # two names that a Mac or Windows takes for one
