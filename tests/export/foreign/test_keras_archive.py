"""Of a .keras file three members are read, none of them larger than what it may be."""

import json
import struct
import zipfile
from pathlib import Path

import pytest
from keras_configurations import good

from export.foreign.keras_archive import WEIGHTS, copy_member, open_archive, read_member
from zoo.errors import UserError


def archive(path: Path, **members: bytes) -> Path:
    """A .keras file with each member given, dots in their names written as two underlines."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "."), content)
    return path


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    config = json.dumps(good()).encode()
    return archive(tmp_path / "m.keras", config__json=config, metadata__json=b"{}", model__weights__h5=b"h5")


def test_a_member_that_unfolds_is_refused_by_what_it_announces(tmp_path: Path) -> None:
    """Two megabytes took four gigabytes."""
    path = archive(
        tmp_path / "m.keras", config__json=b" " * (1 << 25), metadata__json=b"{}",
        model__weights__h5=bytes(1 << 25),
    )  # fmt: skip
    with open_archive(path) as file:
        with pytest.raises(UserError, match="too many for JSON"):
            read_member(file, "config.json")
        with pytest.raises(UserError, match="weights never have"):
            copy_member(file, WEIGHTS, tmp_path / "weights.h5")
    assert not (tmp_path / "weights.h5").exists()


def test_a_member_that_announces_less_than_it_has_is_damaged(whole: Path) -> None:
    content = bytearray(whole.read_bytes())
    place = content.index(b"PK\x01\x02")  # the list's entry of config.json
    struct.pack_into("<L", content, place + 24, 10)
    whole.write_bytes(content)
    with pytest.raises(UserError, match="cannot be read"), open_archive(whole) as file:
        read_member(file, "config.json")


def test_a_long_list_of_members_is_refused_before_it_is_read(whole: Path) -> None:
    content = bytearray(whole.read_bytes())
    struct.pack_into("<L", content, content.rindex(b"PK\x05\x06") + 12, 1 << 31)
    whole.write_bytes(content)
    with pytest.raises(UserError, match="list of members"), open_archive(whole):
        pass


def test_what_keras_never_writes_is_refused(whole: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "packed.keras", "w", zipfile.ZIP_LZMA) as file:
        file.writestr("config.json", b"{}")
    with open_archive(tmp_path / "packed.keras") as file:
        with pytest.raises(UserError, match="compressed as Keras never does"):
            read_member(file, "config.json")
        with pytest.raises(UserError, match=r"has no model.weights.h5"):
            copy_member(file, WEIGHTS, tmp_path / "weights.h5")
    with zipfile.ZipFile(whole, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("config.json", b"{}")
    with pytest.raises(UserError, match="twice"), open_archive(whole):
        pass


def test_encrypted_and_cut_files_are_one_line(whole: Path) -> None:
    content = bytearray(whole.read_bytes())
    for place in (content.index(b"PK\x01\x02") + 8, 6):
        content[place] |= 1
    whole.write_bytes(content)
    with pytest.raises(UserError, match="encrypted"), open_archive(whole) as file:
        read_member(file, "config.json")
    whole.write_bytes(content[:-30])
    with pytest.raises(UserError, match="not a ZIP archive"), open_archive(whole):
        pass
