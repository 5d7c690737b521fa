"""Reads lists of attributes as CelebA and DeepFashion have them: a line an image, 1, -1 or 0 an attribute."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from zoo.attributes import UNKNOWN
from zoo.data.text import check_text_file, read_table, read_text
from zoo.errors import UserError

TRAINING = frozenset({"0", "train", "training"})
TESTING = frozenset({"1", "2", "val", "validation", "test"})
_LINE_BYTES = 1 << 16  # DeepFashion's have some 3,000
_SIGNS = {"1": 1, "-1": 255, "0": 0}  # as bytes that int8 reads


@dataclass(frozen=True)
class AttributeList:
    """What a list says of images.

    Attributes:
        path: of the list.
        names: object (N,) of str, as they are written.
        attributes: the A attributes, in the file's order.
        signs: int8 (N, A): 1 for yes, -1 for no, 0 for what the list calls 0.
        notes: what else should be known, one line each.
    """

    path: Path
    names: np.ndarray
    attributes: Sequence[str]
    signs: np.ndarray
    notes: list[str] = field(default_factory=list)

    def codes(self, attribute: str) -> np.ndarray:
        """Places in ("no", "yes"), int32 (N,); 0 is unknown in a list that has -1 too, else it is "no"."""
        signs = self.signs[:, self.attributes.index(attribute)]
        zero = UNKNOWN if self.says_no else 0
        return np.where(signs == 0, zero, signs > 0).astype(np.int32)

    @property
    def says_no(self) -> bool:
        """Whether the list has a -1."""
        return bool((self.signs == -1).any())


def read_attribute_text(path: Path, attributes: Sequence[str] | None = None) -> AttributeList:
    """Read a list whose first two lines are the number of images and the names of the attributes.

    Args:
        path: the file.
        attributes: their names, where the second line does not have them.

    Raises:
        UserError: another format, or a line that is malformed.
    """
    lines = _lines(path)
    count = next(lines, (1, ""))[1].strip()
    if not re.fullmatch("[0-9]{1,18}", count):
        raise UserError(f"{path}: line 1 is {count[:40]!r}; it must be the number of images, as CelebA's")
    header = next(lines, (2, ""))[1].split()
    attributes = header if attributes is None else list(attributes)
    if not attributes or len(set(attributes)) < len(attributes):
        raise UserError(f"{path}: line 2 must name the attributes, each once")
    names, signs = [], []
    for number, line in lines:
        if not line.strip():
            continue
        name, *words = line.split()
        try:
            values = _signs(words)
        except KeyError:
            values = ()
        if len(values) != len(attributes):
            raise UserError(
                f"{path}: line {number} is not a name and {len(attributes)} values, each 1, -1 or 0, but "
                f"{line.strip()[:80]!r}: fix the line, or fetch the list again"
            )
        names.append(name)
        signs.append(values)
    return _attribute_list(path, names, attributes, signs, int(count))


def read_attribute_table(path: Path) -> AttributeList:
    """Read a CSV whose first column names the images, and each other one an attribute.

    Raises:
        UserError: another format, or a row that is malformed.
    """
    table = read_table(path)
    attributes = table.columns[1:]
    if not attributes or len(set(attributes)) < len(attributes):
        raise UserError(f"{path}: row 1 must name the images' column and the attributes, each once")
    names, signs = [], []
    for number, cells in table.rows:
        try:
            values = _signs(cell.strip() for cell in cells[1:])
        except KeyError as error:
            raise UserError(
                f"{path}: row {number} has {error.args[0][:40]!r}; an attribute must be 1, -1 or 0"
            ) from None
        if len(values) != len(attributes):
            raise UserError(
                f"{path}: row {number} has {len(cells)} cells and the header {len(table.columns)}: fix it"
            )
        names.append(cells[0].strip())
        signs.append(values)
    return _attribute_list(path, names, attributes, signs)


def read_partition(path: Path) -> dict[str, bool]:
    """Whether each image is for testing, from a list of "name partition", text or CSV.

    Partitions are CelebA's 0, 1 and 2 or DeepFashion's train, val and test; what is not 0 or train
    is for testing. A line that names another partition, as a header does, is refused if it is not
    among the first two.

    Raises:
        UserError: another format.
    """
    if path.suffix == ".csv":
        rows = ((number, cells) for number, cells in read_table(path).rows)
    else:
        rows = ((number, line.split()) for number, line in enumerate(read_text(path).splitlines(), 1))
    test = {}
    for number, cells in rows:
        side = cells[1].strip().lower() if len(cells) == 2 else ""
        if side in TRAINING or side in TESTING:
            test[cells[0].strip()] = side in TESTING
        elif cells and not (path.suffix != ".csv" and number <= 2):
            raise UserError(
                f"{path}: line {number} is {' '.join(cells)[:80]!r}, and not a name and 0, 1 or 2: fix it"
            )
    return test


def read_names(path: Path) -> list[str]:
    """Names in a list whose first two lines are their number and a header: "name type" a line.

    A name may have spaces; one that occurs again gets a number.

    Raises:
        UserError: another format.
    """
    lines = [line.split() for line in read_text(path).splitlines()[2:] if line.strip()]
    names: dict[str, None] = {}
    for words in lines:
        plain = name = " ".join(words[:-1] if len(words) > 1 else words)
        number = 1
        while name in names:
            number += 1
            name = f"{plain} {number}"
        names[name] = None
    if not names:
        raise UserError(f"{path} names nothing: fetch it again")
    return list(names)


def _attribute_list(
    path: Path, names: list[str], attributes: Sequence[str], signs: list[np.ndarray], count: int | None = None
) -> AttributeList:
    if not names:
        raise UserError(f"{path} lists no images: fetch it again")
    if len(set(names)) < len(names):
        raise UserError(f"{path} names an image twice: fetch it again")
    notes = []
    if count is not None and count != len(names):
        notes.append(f"{path.name}: line 1 says {count:,} images, and {len(names):,} follow, which are taken")
    return AttributeList(path, np.array(names, object), attributes, np.stack(signs), notes)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines, numbered; one at a time, as DeepFashion's list has nearly a gigabyte."""
    check_text_file(path)
    try:
        with path.open("rb") as file:
            for number in range(1, 1 << 62):
                line = file.readline(_LINE_BYTES + 1)
                if not line:
                    return
                if len(line) > _LINE_BYTES:
                    raise UserError(f"{path}: line {number} is longer than {_LINE_BYTES:,} bytes: fix it")
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): check its permissions") from error


def _signs(words: Iterable[str]) -> np.ndarray:
    """The values 1, -1 and 0, int8. Raises KeyError for another."""
    return np.frombuffer(bytes(map(_SIGNS.__getitem__, words)), np.int8)
