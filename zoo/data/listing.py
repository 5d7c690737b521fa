"""Lists the images in a folder, one way for every layout, and counts what it passes over."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zoo.data.image_opening import HEIF_REMEDY, HEIF_SUFFIXES
from zoo.data.images import SUFFIXES
from zoo.errors import UserError
from zoo.io.paths import is_file, is_folder

_RAW = (".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf", ".pef", ".srw", ".raw")
_VIDEO = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".3gp", ".mts", ".wmv", ".mpg", ".mpeg")
_OTHER_PICTURES = (".svg", ".psd", ".psb", ".ai", ".eps", ".pdf", ".ico", ".tga", ".xcf", ".jxl", ".heics")
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
_KINDS = {  # ending → what such files are, the likeliest photos first
    **dict.fromkeys(HEIF_SUFFIXES, "HEIC photo"),
    ".avif": "AVIF photo",
    **dict.fromkeys(_RAW, "raw photo"),
    **dict.fromkeys(_OTHER_PICTURES, "picture of another kind"),
    **dict.fromkeys(_VIDEO, "video"),
    **dict.fromkeys(_ARCHIVES, "archive"),
}
_PICTURES = (*HEIF_SUFFIXES, ".avif", *_RAW, *_OTHER_PICTURES)
_REMEDIES = {
    "HEIC photo": f"to read them: {HEIF_REMEDY}",
    "AVIF photo": "to read them: a Pillow with AVIF",
    "raw photo": "to use them: export them as JPEG",
    "picture of another kind": "to use them: save them as JPEG or PNG",
    "archive": "to use what they hold: unpack them",
    "link to a folder": "not followed",
    "photo library file": "to use them: export them",
}
_NO_ENDING = "file without an ending"
_PLURALS = {
    "picture of another kind": "pictures of other kinds",
    "link to a folder": "links to folders",
    _NO_ENDING: "files without an ending",
}

# What cameras, shops and people did not put there: NAS and desktop thumbnails, leftovers of unpacking,
# photo managers' caches. Names in lower case.
_SYSTEM_FOLDERS = {
    **dict.fromkeys(("@eadir", ".@__thumb", "@__thumb", ".thumbnails", ".thumbs", ".xvpics"), "thumbnail"),
    "__macosx": "macOS file",
    ".picasaoriginals": "Picasa original",
    **dict.fromkeys(
        ("#recycle", "@recycle", "$recycle.bin", "recycler", ".trash", ".trashes", "network trash folder"),
        "deleted file",
    ),
    **dict.fromkeys(("#snapshot", "@recently-snapshot", ".snapshot", ".zfs"), "snapshot"),
    **dict.fromkeys(("lost+found", "system volume information"), "system file"),
}
_SYSTEM_ENDINGS = {
    ".lrdata": "Lightroom preview",
    ".lrcat-data": "Lightroom preview",
    ".photoslibrary": "photo library file",
    ".aplibrary": "photo library file",
    ".photolibrary": "photo library file",
}
_SYSTEM_FILES = ("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r")
_NAS_THUMBNAIL = re.compile(r"SYNO(?:FILE|PHOTO)_THUMB")
PASSED_OVER_MOST = 100_000
"""Names of files that a listing keeps of those it passes over; NAS thumbnails may outnumber the images."""

_NAMED = 3  # endings of other files that are named

_MAGIC = (b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:/")  # a Path has one of the two slashes


@dataclass(frozen=True)
class Listing:
    """Images in a folder.

    Attributes:
        names: relative to the folder, with ``/``, folder by folder, sorted.
        skipped: what was passed over, kind → number of files.
        passed_over: (name, kind) of those files; of a million only the first ``PASSED_OVER_MOST``.
    """

    names: list[str]
    skipped: Counter[str]
    passed_over: list[tuple[str, str]] = field(default_factory=list)

    def notes(self) -> list[str]:
        """A line that says what was passed over, if anything was."""
        return skipped_notes(self.skipped)


def list_images(root: Path | str, below: bool = True, apart: Path | None = None) -> Listing:
    """The images in a folder, by the ending of their names.

    Hidden files, thumbnails and leftovers of systems and photo managers are no images of the
    user's. Links to files are followed, those to folders are not, lest they lead in a circle.

    Args:
        root: the folder.
        below: also those in the folders below it.
        apart: a folder that is not looked into, and nothing is said of.

    Raises:
        UserError: a folder cannot be read.
    """
    apart = apart and os.path.realpath(apart)
    names: list[str] = []
    skipped: Counter[str] = Counter()
    passed_over: list[tuple[str, str]] = []

    def pass_over(name: str, kind: str) -> None:
        skipped[kind] += 1
        if len(passed_over) < PASSED_OVER_MOST:
            passed_over.append((name, kind))

    pending = [""]
    while pending:
        prefix = pending.pop()
        images, folders = [], []
        for entry in _entries(root, prefix):
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                if (kind := system_folder(name)) is not None:
                    for picture in _pictures_below(entry.path):
                        pass_over(f"{prefix}{name}/{picture}", f"{kind} in {name}/")
                elif below and (apart is None or os.path.realpath(entry.path) != apart):
                    folders.append(name)
            elif (kind := _passed_over(entry)) is None:
                images.append(name)
            elif kind:
                pass_over(prefix + name, kind)
        names += [prefix + name for name in sorted(images)]
        pending += [f"{prefix}{name}/" for name in sorted(folders, reverse=True)]
    return Listing(names, skipped, passed_over)


def folders_in(root: Path | str) -> list[str]:
    """Names of the folders in a folder, sorted, without hidden ones and systems' and photo managers'.

    Links to folders count, but those that lead back to where they came from.

    Raises:
        UserError: the folder cannot be read.
    """
    here = Path(root).resolve()
    return sorted(
        entry.name
        for entry in _entries(root, "")
        if system_folder(entry.name) is None
        and is_folder(entry)
        and not (entry.is_symlink() and here.is_relative_to(Path(entry.path).resolve()))
    )


def is_image(name: str) -> bool:
    """Whether a file of this name (without folders) is listed as an image."""
    return name.lower().endswith(SUFFIXES) and not name.startswith(".") and not _NAS_THUMBNAIL.match(name)


def system_folder(name: str) -> str | None:
    """What the pictures in a folder of this name are, if it is hidden, a system's or a photo manager's."""
    lower = name.lower()
    kind = _SYSTEM_FOLDERS.get(lower) or _SYSTEM_ENDINGS.get(os.path.splitext(lower)[1])
    return kind or ("hidden file" if name.startswith(".") else None)


def skipped_pictures(names: Iterable[str]) -> Counter[str]:
    """Of files with these names those that are pictures and cannot be read, by kind."""
    endings = (os.path.splitext(name.lower())[1] for name in names if not name.startswith("."))
    return Counter(_KINDS[end] for end in endings if end in _PICTURES and end not in SUFFIXES)


def unreadable_pictures(folder: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """(name, kind) of the files in a folder that are pictures and cannot be read; ``folder`` goes before."""
    prefix = f"{folder}/" if folder else ""
    return [(prefix + name, kind) for name in sorted(names) for kind in skipped_pictures([name])]


def joined(listings: Mapping[str, Listing]) -> Listing:
    """One listing of several, each in a folder of its name, or "" for the root itself."""
    names, passed_over = [], []
    skipped: Counter[str] = Counter()
    for folder, listing in listings.items():
        prefix = f"{folder}/" if folder else ""
        names += [prefix + name for name in listing.names]
        passed_over += [(prefix + name, kind) for name, kind in listing.passed_over]
        skipped += listing.skipped
    return Listing(names, skipped, passed_over)


def skipped_notes(skipped: Counter[str]) -> list[str]:
    """A line "skipped: 24 HEIC photos (to read them: …), 3 videos, 2 .txt files", if anything was skipped.

    Args:
        skipped: of one ``Listing``, or the sum of several.
    """
    order = [*dict.fromkeys(_KINDS.values())]
    known = sorted(
        (kind for kind in skipped if not _is_other(kind)),
        key=lambda kind: (order.index(kind) if kind in order else len(order), kind),
    )
    others = sorted(filter(_is_other, skipped), key=lambda kind: (-skipped[kind], kind))
    said = [_say(skipped[kind], kind) for kind in (*known, *others[:_NAMED])]
    if more := sum(skipped[kind] for kind in others[_NAMED:]):
        said.append(_say(more, "other file"))
    return [f"skipped: {', '.join(said)}"] if said else []


def check_folder(root: Path | str, holds: str) -> None:
    """Check that what the user names is a folder.

    Args:
        root: what is named.
        holds: what should be in it, in the plural.

    Raises:
        UserError: it is not; the message says what it is and what to do.
    """
    check_source(root, holds)
    if not Path(root).is_dir():
        raise UserError(f"{root} is a file: give the folder that holds the {holds}, here {Path(root).parent}")


def check_source(root: Path | str, holds: str) -> None:
    """As ``check_folder``, but a file passes that is not an archive."""
    check_named(root, f"the folder that holds the {holds}")
    if not os.path.exists(root):
        what = "is a link to something that does not exist" if os.path.islink(root) else "does not exist"
        raise UserError(f"{root} {what}: give the folder that holds the {holds}")


def check_named(text: str | Path, wanted: str) -> None:
    """Refuse an address or an archive, where ``wanted`` (such as "the folder in it") is to be named.

    Raises:
        UserError: it is one of them; the message says what to do with it.
    """
    path = Path(text)
    if not os.path.exists(path) and _ADDRESS.match(str(text)):
        shown = re.sub(":/(?!/)", "://", str(text), count=1)
        raise UserError(f"{shown} is an address, and nothing is fetched: fetch it first, then name {wanted}")
    if os.path.isfile(path) and (path.suffix.lower() in _ARCHIVES or _begins_as_archive(path)):
        raise UserError(f"{text} is an archive: unpack it first, then name {wanted}")


def _begins_as_archive(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(8).startswith(_MAGIC)
    except OSError:  # whoever reads it says why
        return False


def _entries(root: Path | str, prefix: str) -> list[os.DirEntry]:
    folder = os.path.join(root, prefix.rstrip("/")) if prefix else os.fspath(root)
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise UserError(
            f"{folder} cannot be read ({error.strerror}): check its permissions, or take it out"
        ) from error


def _passed_over(entry: os.DirEntry) -> str | None:
    """What kind of thing is passed over, "" for what is not worth a word; None for an image."""
    name = entry.name
    if is_image(name):
        if is_file(entry):
            return None
        return _odd(entry)
    lower = name.lower()
    ending = os.path.splitext(lower)[1]
    if name.startswith("."):
        picture = lower.endswith(SUFFIXES) or ending in HEIF_SUFFIXES
        return ("macOS file" if name.startswith("._") else "hidden file") if picture else ""
    if lower in _SYSTEM_FILES:
        return ""
    if _NAS_THUMBNAIL.match(name):
        return "thumbnail"
    if not is_file(entry):
        return _odd(entry)
    return _KINDS.get(ending) or (f"{ending} file" if ending else _NO_ENDING)


def _odd(entry: os.DirEntry) -> str:
    if entry.is_symlink():
        return "link to a folder" if is_folder(entry) else "broken link"
    return "special file"  # a pipe, a socket, a device


def _pictures_below(folder: str) -> Iterator[str]:
    """Names of the pictures below a folder that is passed over, relative to it; no unreadable folders."""
    endings = (*SUFFIXES, *HEIF_SUFFIXES)
    for above, _, names in os.walk(folder):
        for name in names:
            if name.lower().endswith(endings):
                yield os.path.relpath(os.path.join(above, name), folder).replace(os.sep, "/")


def _is_other(kind: str) -> bool:
    """Whether a kind is no more than the ending of the files' names."""
    return kind.startswith(".") or kind == _NO_ENDING


def why_passed_over(kind: str) -> str:
    """Why a file of this kind is not used, for a table of what was left out."""
    noun = kind.partition(" in ")[0]
    remedy = f" ({_REMEDIES[noun]})" if noun in _REMEDIES else ""
    return f"not an image: {kind}" if _is_other(kind) else f"{kind}{remedy}"


def _say(count: int, kind: str) -> str:
    noun, _, place = kind.partition(" in ")
    remedy = f" ({_REMEDIES[noun]})" if noun in _REMEDIES else ""
    if count > 1:
        noun = _PLURALS.get(noun) or f"{noun}s"
    return f"{count:,} {noun}{f' in {place}' if place else ''}{remedy}"
