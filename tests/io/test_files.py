"""Files appear whole or not at all, readable by all who can read the folder."""

import os
from pathlib import Path

import pytest

from zoo.errors import UserError
from zoo.io.files import make_folder, read_json, write_json, write_text, write_whole
from zoo.io.limits import JSON_BYTES


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    """Readers of a run see the former file or the new one, never half of one."""
    path = tmp_path / "grid.png"
    write_whole(path, b"old")
    with pytest.raises(TypeError):
        write_whole(path, "not bytes")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["grid.png"]


def test_a_full_disk_is_the_users_to_mend(tmp_path, monkeypatch):
    """One line that names the file; nothing is left behind."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(UserError, match=r"a\.txt cannot be written \(No space left"):
        write_text(tmp_path / "a.txt", "text")
    assert not list(tmp_path.iterdir())


def test_missing_folders_and_files_are_named(tmp_path):
    with pytest.raises(UserError, match=r"none/a\.json cannot be written"):
        write_json(tmp_path / "none" / "a.json", {})
    with pytest.raises(UserError, match=r"a\.json: no such file"):
        read_json(tmp_path / "a.json")
    write_text(tmp_path / "file", "")
    with pytest.raises(UserError, match="below cannot be created"):
        make_folder(tmp_path / "file" / "below")


def test_what_is_written_is_read_by_everyone(tmp_path):
    """A web server under another user shows the report; mkstemp alone would forbid it."""
    path = tmp_path / ("ä" * 125 + ".json")  # 255 bytes, the longest name that there is
    write_json(path, {"name": "Blümchen"})
    assert read_json(path) == {"name": "Blümchen"}
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("text", ["{", "[" * 100_000])
def test_broken_json_is_one_line(tmp_path, text):
    write_text(tmp_path / "a.json", text)
    with pytest.raises(UserError, match="cannot be read as JSON"):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[" * 100_000, "cannot be read as JSON"),
        (b"[" * 70 + b"]" * 70, "nested more than 64 deep"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b"\xff", "cannot be read as JSON"),
        (b" " * (JSON_BYTES + 1), "too many for JSON"),
    ],
)
def test_json_from_outside_is_bounded(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(UserError, match=said):
        read_json(tmp_path / "a.json")
