"""What a file is by its name: an image, one that cannot be read here, a system's leftover."""

import os
import re
from collections import Counter
from collections.abc import Iterable

from zoo.data.image_opening import HEIF_REMEDY, HEIF_SUFFIXES
from zoo.data.images import SUFFIXES
from zoo.io.paths import is_file, is_folder

_RAW = (".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf", ".pef", ".srw", ".raw")
_VIDEO = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".3gp", ".mts", ".wmv", ".mpg", ".mpeg")
_OTHER_PICTURES = (".svg", ".psd", ".psb", ".ai", ".eps", ".pdf", ".ico", ".tga", ".xcf", ".jxl", ".heics")
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
_KINDS = {  # ending → what such files are, the likeliest photos first
    **dict.fromkeys(HEIF_SUFFIXES, "HEIC photo"),
    ".avif": "AVIF photo",
    **dict.fromkeys(_RAW, "raw photo"),
    **dict.fromkeys(_OTHER_PICTURES, "image of another kind"),
    **dict.fromkeys(_VIDEO, "video"),
    **dict.fromkeys(ARCHIVES, "archive"),
}
_PICTURES = (*HEIF_SUFFIXES, ".avif", *_RAW, *_OTHER_PICTURES)
_REMEDIES = {
    "HEIC photo": f"to read them: {HEIF_REMEDY}",
    "AVIF photo": "to read them: a Pillow with AVIF",
    "raw photo": "to use them: export them as JPEG",
    "image of another kind": "to use them: save them as JPEG or PNG",
    "archive": "to use what they hold: unpack them",
    "link to a folder": "not followed",
    "photo library file": "to use them: export them",
}
_NO_ENDING = "file without an ending"
_PLURALS = {
    "image of another kind": "images of other kinds",
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
_NAMED = 3  # endings of other files that are named


def is_image(name: str) -> bool:
    """Whether a file of this name (without folders) is listed as an image."""
    return name.lower().endswith(SUFFIXES) and not name.startswith(".") and not _NAS_THUMBNAIL.match(name)


def system_folder(name: str) -> str | None:
    """What the images in a folder of this name are, if it is hidden, a system's or a photo manager's."""
    lower = name.lower()
    kind = _SYSTEM_FOLDERS.get(lower) or _SYSTEM_ENDINGS.get(os.path.splitext(lower)[1])
    return kind or ("hidden file" if name.startswith(".") else None)


def unreadable_pictures(folder: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """(name, kind) of the files in a folder that are images and cannot be read; ``folder`` goes before."""
    prefix = f"{folder}/" if folder else ""
    kinds = ((name, _picture_kind(name)) for name in sorted(names))
    return [(prefix + name, kind) for name, kind in kinds if kind is not None]


def _picture_kind(name: str) -> str | None:
    ending = os.path.splitext(name.lower())[1]
    unreadable = ending in _PICTURES and ending not in SUFFIXES and not name.startswith(".")
    return _KINDS[ending] if unreadable else None


def kind_passed_over(entry: os.DirEntry) -> str | None:
    """What kind of thing is passed over, "" for what is not reported; None for an image."""
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
    counts = [_counted(skipped[kind], kind) for kind in (*known, *others[:_NAMED])]
    if more := sum(skipped[kind] for kind in others[_NAMED:]):
        counts.append(_counted(more, "other file"))
    return [f"skipped: {', '.join(counts)}"] if counts else []


def _is_other(kind: str) -> bool:
    """Whether a kind is no more than the ending of the files' names."""
    return kind.startswith(".") or kind == _NO_ENDING


def why_passed_over(kind: str) -> str:
    """Why a file of this kind is not used, for a table of what was left out."""
    noun = kind.partition(" in ")[0]
    remedy = f" ({_REMEDIES[noun]})" if noun in _REMEDIES else ""
    return f"not an image: {kind}" if _is_other(kind) else f"{kind}{remedy}"


def _counted(count: int, kind: str) -> str:
    noun, _, place = kind.partition(" in ")
    remedy = f" ({_REMEDIES[noun]})" if noun in _REMEDIES else ""
    if count > 1:
        noun = _PLURALS.get(noun) or f"{noun}s"
    return f"{count:,} {noun}{f' in {place}' if place else ''}{remedy}"
