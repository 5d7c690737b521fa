"""Images by path, folder or pattern: each once, none left out silently."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zoo.errors import UserError
from zoo.inference.image_patterns import find_images

SIZE = (4, 6)


def image(path: Path, grey: int = 9) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((*SIZE, 3), grey, np.uint8)).save(path)
    return path


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    """Each real image comes once, whatever leads to it; what is linked from elsewhere is there too."""
    image(tmp_path / "loop" / "a.png")
    image(tmp_path / "loop" / "deep" / "b.png")
    image(tmp_path / "loop" / ".hidden" / "c.png")
    image(tmp_path / "elsewhere" / "d.png")
    links = {"up": "..", "here": ".", "self": "self", "x": "../elsewhere"}
    links |= {"deep/up": "../..", "deep/here": "../deep"}
    for name, target in links.items():
        (tmp_path / "loop" / name).symlink_to(target)
    for pattern in ("**/*.png", "**/**/**/*.png", "**"):
        images = find_images([f"{tmp_path}/loop/{pattern}"], tmp_path / "out")
        real = sorted(os.path.relpath(os.path.realpath(file), tmp_path) for file, _ in images)
        assert real[:3] == ["elsewhere/d.png", "loop/a.png", "loop/deep/b.png"], pattern
        assert len(real) == 3
        assert all(".." not in below.parts for _, below in images)


def test_patterns_match_as_a_shell_does(tmp_path: Path) -> None:
    for name in ("a.png", "b/c.png", "b/d/e.png", "b/.f.png", "[x]/g.png"):
        image(tmp_path / name)

    def matches(pattern: str) -> list[str]:
        return sorted(str(below) for _, below in find_images([f"{tmp_path}/{pattern}"], tmp_path / "out"))

    assert matches("*.png") == ["a.png"]
    assert matches("**/*.png") == ["[x]/g.png", "a.png", "b/c.png", "b/d/e.png"]
    assert matches("*/*.png") == ["[x]/g.png", "b/c.png"]
    assert matches("b/.*.png") == [".f.png"]
    assert matches("b/*/../*.png") == ["c.png"]
    assert matches("?") == matches("b*") == ["b/c.png", "b/d/e.png"]
    assert matches("[[]x]/*.png") == ["[x]/g.png"]


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in it is not left out silently."""
    image(tmp_path / "in" / "a.png")
    image(tmp_path / "in" / "closed" / "b.png")

    def but_one(function: Callable) -> Callable:
        def call(path: object = ".") -> object:
            if str(path).endswith("closed"):
                raise PermissionError(13, "Permission denied", str(path))
            return function(path)

        return call

    monkeypatch.setattr(os, "scandir", but_one(os.scandir))
    monkeypatch.setattr(os, "listdir", but_one(os.listdir))
    for text in (tmp_path / "in", f"{tmp_path}/in/**/*.png"):
        with pytest.raises(UserError, match=r"in/closed cannot be read \(Permission denied\)"):
            find_images([str(text)], tmp_path / "out")


def test_what_is_passed_over_in_a_folder_is_reported(tmp_path: Path) -> None:
    """Thumbnails of a NAS were translated, and raw photos were passed over in silence."""
    for name in ("a.jpg", "@eaDir/a.jpg", "__MACOSX/._a.jpg", "b.cr2", "c.mp4", "out/a.png", ".hidden/a.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    said: list[str] = []
    images = find_images([str(tmp_path)], tmp_path / "out", said.extend)
    assert [below.as_posix() for _, below in images] == ["a.jpg"]
    (line,) = said
    for part in (
        "1 raw photo",
        "1 video",
        "1 thumbnail in @eaDir/",
        "1 macOS file in __MACOSX/",
        "1 hidden file",
    ):
        assert part in line
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(UserError, match=r"holds no images.*; skipped: 1 raw photo"):
        find_images([str(tmp_path)], tmp_path / "out")
