"""Which files are read and which are written, before anything is: none twice, none in another's place."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_bundle import SIZE, write_tiny_bundle

from recipes import translate
from zoo import command_line
from zoo.inference.loading import load

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture) -> Command:
    """Runs the command with the tiny bundle, which inverts; gives status and its errors or its output."""
    bundle = write_tiny_bundle(tmp_path / "bundle")

    def call(*arguments: object, source: object = bundle) -> tuple[int, str]:
        capsys.readouterr()
        words = [str(source), *map(str, arguments)]
        status = command_line.run(translate.main, translate.parser().parse_args(words))
        said = capsys.readouterr()
        return status, said.err if status else said.out

    return call


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two results of each image, as a bundle of MUNIT gives with ``--styles 2``."""
    monkeypatch.setattr(translate, "variants", lambda *_: [{}, {}])


def image(path: Path, grey: int = 9) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((*SIZE, 3), grey, np.uint8)).save(path)
    return path


def grey(path: Path) -> int:
    return int(np.asarray(Image.open(path))[0, 0, 0])


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- what is written


def refused(command: Command, folder: Path, *arguments: object) -> str:
    """The one line that a command is refused with, which writes nothing in ``folder``."""
    before = files(folder)
    status, said = command(*arguments)
    assert (status, said.count("\n"), files(folder) == before) == (2, 1, True), said
    return said


def test_numbered_results_do_not_take_the_place_of_an_input(
    command: Command, tmp_path: Path, several: None
) -> None:
    photos = [image(tmp_path / "a.jpg"), image(tmp_path / "sub" / "a-1.png")]
    for more in ((), ("--overwrite",)):
        said = refused(command, tmp_path, *photos, "--output", tmp_path / "sub", *more)
        assert "sub/a-1.png is an input" in said
    assert command(photos[0], "--output", tmp_path / "out")[0] == 0
    assert set(files(tmp_path / "out")) == {"a-1.png", "a-2.png"}


def test_another_picture_beside_an_input_stays(command: Command, tmp_path: Path) -> None:
    """p.png may be another image than p.jpg, and cost a day to make."""
    photo, other = image(tmp_path / "p.jpg"), image(tmp_path / "p.png", 77)
    said = refused(command, tmp_path, photo, "--output", tmp_path)
    assert "p.png already exists: choose another --output, or set --overwrite" in said
    assert command(photo, "--output", tmp_path, "--overwrite")[0] == 0
    assert grey(other) == 246


def test_the_last_of_many_is_looked_at_before_the_first_is_written(command: Command, tmp_path: Path) -> None:
    photos = [image(tmp_path / "in" / f"{i}.jpg") for i in range(9)]
    image(tmp_path / "out" / "8.png", 77)
    assert "8.png already exists" in refused(command, tmp_path, *photos, "--output", tmp_path / "out")


@pytest.mark.parametrize("link", ["symbolic", "hard", "dangling", "folder", "of the input"])
def test_links_do_not_lead_to_what_is_kept(command: Command, tmp_path: Path, link: str) -> None:
    """Files are compared, and not their names; what a link leads to is never written."""
    photo, kept = image(tmp_path / "in" / "a.png"), image(tmp_path / "kept.png", 77)
    (tmp_path / "out").mkdir()
    result = tmp_path / "out" / "a.png"
    if link == "symbolic":
        result.symlink_to(photo)
    elif link == "hard":
        os.link(photo, result)
    elif link == "dangling":
        result.symlink_to(tmp_path / "nothing")
    elif link == "folder":
        (tmp_path / "out").rmdir()
        (tmp_path / "out").symlink_to(photo.parent)
    else:
        photo = tmp_path / "out" / "a.png"
        photo.symlink_to(kept)
    said = refused(command, tmp_path, photo, "--output", tmp_path / "out")
    assert ("already exists" if link == "dangling" else "is an input") in said
    if link == "dangling":
        assert command(photo, "--output", tmp_path / "out", "--overwrite")[0] == 0
        assert (result.is_symlink(), (tmp_path / "nothing").exists()) == (False, False)
    else:
        refused(command, tmp_path, photo, "--output", tmp_path / "out", "--overwrite")


def test_a_picture_whose_style_is_taken_is_an_input(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, style = image(tmp_path / "a.jpg"), image(tmp_path / "a.png")
    monkeypatch.setattr(translate, "check_options", lambda *_: None)
    monkeypatch.setattr(translate, "load_styled", lambda source, *_: load(source))
    said = refused(command, tmp_path, photo, "--style-from", style, "--output", tmp_path, "--overwrite")
    assert "a.png is an input" in said


def test_no_bundle_is_written_into(command: Command, tmp_path: Path) -> None:
    """Its contract lists its files, so that an extra one is a fault of the bundle."""
    photo = image(tmp_path / "input_0.jpg")
    for place in ("bundle", "bundle/golden", "bundle/new/folder"):
        said = refused(command, tmp_path, photo, "--output", tmp_path / place, "--overwrite")
        assert "is in the bundle" in said


def test_what_cannot_be_a_file_is_reported_before_the_work(command: Command, tmp_path: Path) -> None:
    photo, out = image(tmp_path / "a.jpg"), tmp_path / "out"
    (out / "a.png").mkdir(parents=True)
    assert "is not a file" in refused(command, tmp_path, photo, "--output", out, "--overwrite")
    assert "Not a directory" in refused(command, tmp_path, photo, "--output", photo / "below")
    long = image(tmp_path / f"{'x' * 251}.jpg").rename(tmp_path / ("x" * 255))
    assert "too long" in refused(command, tmp_path, long, "--output", tmp_path / "new")


# --- what is read


def test_archives_and_addresses_are_refused_with_a_remedy(command: Command, tmp_path: Path) -> None:
    photo = image(tmp_path / "a.jpg")
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.write(photo)
    (tmp_path / "photos").write_bytes((tmp_path / "photos.zip").read_bytes())
    out = ("--output", tmp_path / "out")
    for name in ("photos.zip", "photos"):
        assert f"{name} is an archive: unpack it first" in command(tmp_path / name, *out)[1]
        assert f"{name} is an archive: unpack it first" in command(photo, *out, source=tmp_path / name)[1]
    for address in ("https://example.org/a.jpg", "s3://shop/a.jpg", "ftp://x/a.jpg"):
        status, said = command(address, *out)
        assert (status, f"{address} is an address" in said, "fetch it first" in said) == (2, True, True)
        assert f"{address} is an address" in command(photo, *out, source=address)[1]
        assert f"{address} is an address" in command(photo, "--style-from", address, *out)[1]


def test_names_that_are_not_text_are_translated_and_printed(command: Command, tmp_path: Path) -> None:
    """Bytes that are not UTF-8, and characters that would act on a terminal."""
    folder = tmp_path / os.fsdecode(b"in\xff\x1b[31m")
    photo = image(tmp_path / "a.jpg").rename(tmp_path / "b")
    folder.mkdir()
    photo.rename(folder / os.fsdecode(b"\xe4\n.jpg"))
    (folder / os.fsdecode(b"\xfe\r.png")).write_bytes(b"no image")
    out = tmp_path / os.fsdecode(b"out\xff\x07")
    status, said = command(folder, "--output", out, "--on-bad", "skip")
    assert (status, [os.fsencode(name) for name in os.listdir(out)]) == (0, [b"\xe4\n.png"])
    assert said.isprintable() or said.replace("\n", "").isprintable()
    status, said = command(folder, "--output", tmp_path / "other")
    assert (status, said.count("\n"), said.strip().isprintable()) == (2, 1, True)
    assert r"\udcfe\x0d.png" in said
