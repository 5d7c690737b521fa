"""A layout is one file and one line: that makes it recognised, selectable, and named in help and docs."""

import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from labelled_folders import picture

from zoo.data.layouts import registry
from zoo.data.layouts.layout import DataFolder, Layout, Reader
from zoo.data.layouts.shared.labelled_images import LabelledImages
from zoo.data.selection.images import find_images
from zoo.errors import UserError

DOCS = Path(__file__).parents[3] / "docs/how-to/data-layouts.md"


def evidence(folder: DataFolder) -> str | None:
    return "index.txt is there" if (folder.path / "index.txt").is_file() else None


def read(folder: DataFolder) -> LabelledImages:
    names = (folder.path / "index.txt").read_text().split()
    return LabelledImages("album", folder.path, np.array(names, object), {}, evidence(folder))


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new layout, and a folder in it."""
    module = ModuleType("zoo.data.layouts.album")  # the one file
    module.LAYOUT = Layout("album", "`index.txt` and what it names", images=Reader(evidence, read))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(registry.LAYOUTS, "album", ("images",))  # the one line
    picture(tmp_path / "deep/1.png")
    (tmp_path / "index.txt").write_text("deep/1.png\n")
    return tmp_path


def test_a_layout_is_one_file_and_one_line(album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from recipes import cgan_categories

    images = find_images(album)
    assert (images.layout, images.names) == ("album", ["deep/1.png"])
    assert images.describe()[0].startswith("layout: album, because index.txt is there")
    assert find_images(album, layout="album").names == images.names
    with pytest.raises(UserError, match=r"choose from auto, .*, album"):
        find_images(album, layout="none")
    assert "album" in cgan_categories.parser().format_help()
    assert "| `album` | `index.txt` and what it names |" in registry.table("images")
    assert "album" not in registry.names("pairs")


@pytest.mark.parametrize("name", registry.LAYOUTS)
def test_the_registry_says_what_the_files_say(name: str) -> None:
    layout = registry.layout(name)
    assert layout.name == name
    kinds = {kind for kind in ("pairs", "images") if getattr(layout, kind) is not None}
    assert kinds == set(registry.LAYOUTS[name])


@pytest.mark.parametrize("kind", ["pairs", "images"])
def test_the_documentation_has_the_registrys_table(kind: str) -> None:
    """Paste ``registry.table(kind)`` below its mark if this fails."""
    table = re.search(rf"<!-- layouts: {kind} -->\n((?:\|.*\n)+)", DOCS.read_text("utf-8"))
    assert table is not None
    assert table[1] == registry.table(kind) + "\n"
