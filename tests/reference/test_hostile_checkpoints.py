"""Small files that stand for much are refused at once, before anything is allocated for what they say."""

import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from torch_files import Call, Named, legacy, pth, state_dict, tensor

from zoo.errors import UserError
from zoo.inference.reference_checkpoint import identify
from zoo.io import limits
from zoo.reference.norms import Norm
from zoo.reference.resnet import resnet_layout
from zoo.reference.state_dict import read_tensors

FLOATS = {"0": bytes(64)}
SIXTEEN = tensor("0", (16,), (1,), 16)


def key(text: str) -> bytes:
    return b"X" + struct.pack("<I", len(text)) + text.encode()


def laughs(wide: int, deep: int) -> bytes:
    """Dictionaries that hold one another ``wide`` times: wide ** deep entries."""
    program = b"\x80\x02Nq\x000"
    for level in range(deep):
        entries = b"".join(key(str(i)) + b"h" + bytes([level]) for i in range(wide))
        program += b"}(" + entries + b"uq" + bytes([level + 1]) + b"0"
    return program + b"h" + bytes([deep]) + b"."


DESCRIPTIONS = {
    "memo": b"\x80\x02Nr" + struct.pack("<I", 2**28) + b".",
    "memo, text": b"Np99999999999\n.",
    "bytes": b"\x80\x05\x96" + struct.pack("<Q", 10**13) + b".",
    "text": b"\x80\x04\x8d" + struct.pack("<Q", 10**13) + b".",
    "integer": b"\x80\x02\x8b" + struct.pack("<I", 2**31 - 1) + b".",
    "digits": b"L" + b"9" * 10**5 + b"L\n.",
    "laughs": laughs(300, 4),
    "dictionary in itself": b"\x80\x02}q\0" + key("a") + b"h\0s.",
    "depth": b"\x80\x02" + b"(" * 50_000 + b"t" * 50_000 + b".",
    "hash": b"\x80\x02}" + b")" + b"2\x86" * 40 + b"Ns.",
    "names": b"\x80\x02Nq\0" + b"".join(b"}" + key("a" * 500) + b"h\0sq\0" for _ in range(40)) + b".",
    "pairs, again and again": b"\x80\x02ccollections\nOrderedDict\nq\0]q\1("
    + (key("a") + b"K\1\x86q\2" + b"h\2" * 20_000)
    + b"e"
    + b"0h\0h\1\x85R" * 5_000
    + b".",
    "shape, again and again": b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\0("
    + b"(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\x000X\3\0\0\0cpuK\1tQq\1K\0("
    + b"K\1" * 20_000
    + b"tq\2h\2tq\3R0"
    + b"h\0h\3R0" * 5_000
    + b"N.",
    "long name": b"\x80\x02c" + b"torch.nn." + b"A" * 10**6 + b"\n!\n.",
}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_descriptions(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "net.pth", "w") as archive:
        archive.writestr("net/data.pkl", DESCRIPTIONS[name])
    tracemalloc.start()
    try:
        refused(tmp_path / "net.pth")
        assert tracemalloc.get_traced_memory()[1] < 80 * limits.MIB
    finally:
        tracemalloc.stop()


def test_instructions_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoo.reference.pickled.PICKLE_OPCODES", 100)
    with zipfile.ZipFile(tmp_path / "net.pth", "w") as archive:
        archive.writestr("net/data.pkl", b"\x80\x02" + b"}" * 200 + b".")
    refused(tmp_path / "net.pth", "more than 100 instructions")


TENSORS = {
    "a terabyte of one number": tensor("0", (10**6, 10**6), (0, 0), 16),
    "more than 64 bits": tensor("0", (2**63, 2**63), (1, 1), 16),
    "a storage that is not there": tensor("0", (10**12,), (1,), 10**12),
    "stride beyond": tensor("0", (2, 2), (16, 1), 16),
    "fraction": tensor("0", (2.0,), (1,), 16),
    "true": tensor("0", (True,), (1,), 16),
    "sides without strides": tensor("0", (2, 2), (1,), 16),
    "forty sides": tensor("0", (1,) * 40, (1,) * 40, 16),
    "key of another folder": tensor("../data.pkl", (16,), (1,), 16),
}


@pytest.mark.parametrize("name", TENSORS)
def test_tensors(name: str, tmp_path: Path) -> None:
    refused(pth(tmp_path / "net.pth", {"a": TENSORS[name]}, FLOATS))


def test_one_storage_has_one_length(tmp_path: Path) -> None:
    """What is read once for a short tensor must not be looked at as if it were long."""
    values = {"a": SIXTEEN, "b": tensor("0", (8,), (1,), 8, kind="DoubleStorage")}
    refused(pth(tmp_path / "net.pth", values, FLOATS), "disagree")
    shorter = {"a": tensor("0", (4,), (1,), 4), "b": SIXTEEN}
    refused(pth(tmp_path / "net.pth", shorter, FLOATS), "disagree")


def test_few_numbers_cannot_stand_for_many(tmp_path: Path) -> None:
    content = {"0": bytes(4 * 2**16)}
    values = {str(i): tensor("0", (2**16,), (1,), 2**16) for i in range(600)}
    refused(pth(tmp_path / "net.pth", values, content), "few stand for many")


def members(path: Path, change: Callable[[zipfile.ZipFile], None]) -> Path:
    pth(path, {"a": SIXTEEN}, FLOATS)
    with zipfile.ZipFile(path, "a") as archive:
        change(archive)
    return path


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archives(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    for name in ("net/../../hostile_out/x", "/etc/x", "C:\\x", "net\\..\\..\\x"):
        refused(members(path, lambda archive, name=name: archive.writestr(name, b"x")), "looks malicious")
    refused(members(path, lambda archive: archive.writestr("net/data/0", bytes(64))), "named twice")
    refused(members(path, lambda archive: archive.writestr("two/data.pkl", b"N.")), "not one that torch.save")
    whole = members(path, lambda archive: None).read_bytes()
    place = whole.index(b"PK\x01\x02", whole.index(b"PK\x01\x02") + 4)  # of the numbers, in the directory
    announced = bytearray(whole)
    announced[place + 20 : place + 28] = struct.pack("<2I", 10**9, 10**9)
    path.write_bytes(announced)
    refused(path)
    directory = bytearray(whole)
    end = whole.rindex(b"PK\x05\x06")
    directory[end + 12 : end + 16] = struct.pack("<I", 2**31)
    path.write_bytes(directory)
    refused(path, "its list of members has")


@pytest.mark.parametrize("cut", [20, 200, 300, -70, -1])
def test_cut_old_files(cut: int, tmp_path: Path) -> None:
    path = legacy(tmp_path / "net.pth", {"a": SIXTEEN}, {"0": np.zeros(16, "<f4")})
    path.write_bytes(path.read_bytes()[:cut])
    refused(path)


def test_old_files_announce_what_they_have(tmp_path: Path) -> None:
    numbers = np.zeros(16, "<f4")
    for value, storages in (
        ({"a": tensor("0", (10**12,), (1,), 10**12)}, {"0": numbers}),
        ({"a": SIXTEEN}, {"1": numbers}),
        ({"a": SIXTEEN}, {"0": numbers[:4]}),
        ({"a": SIXTEEN}, {}),
        ({"a": Call(Named("os", "system"), "touch x")}, {"0": numbers}),
    ):
        refused(legacy(tmp_path / "net.pth", value, storages))


def test_nothing_is_built_that_is_larger_than_the_file(tmp_path: Path) -> None:
    """Networks are as wide as their first convolution says: the others are looked at before."""
    small = resnet_layout((3, 3), 2, 4, Norm("instance", False, True, ""), False).needed
    tensors = {name: np.zeros(shape, "f4") for name, shape in small.items()}
    wide = {"model.1.weight": np.zeros((4096, 3, 7, 7), "f4"), "model.1.bias": np.zeros(4096, "f4")}
    assert identify(state_dict(tmp_path / "net.pth", tensors))
    with pytest.raises(UserError, match=r"'model\.4\.weight' has shape .* of this width has"):
        identify(state_dict(tmp_path / "net.pth", {**tensors, **wide}))


@pytest.mark.parametrize(
    "name",
    [
        "bytearray8",
        "huge_count",
        "huge_shape",
        "laughs",
        "memo_bomb",
        "neg",
        "overflow",
        "plain",
        "reduce",
        "slip",
    ],
)
def test_files_that_passed_before(name: str, case: Callable[[str], Path]) -> None:
    refused(case(f"hostile/{name}.pth"))


def test_pictures_have_few_channels(tmp_path: Path) -> None:
    """A network of a few megabytes may ask for images of many gigabytes."""
    shapes = resnet_layout((500, 3), 1, 1, Norm("instance", False, True, ""), False).needed
    path = state_dict(tmp_path / "net.pth", {name: np.zeros(shape, "f4") for name, shape in shapes.items()})
    with pytest.raises(UserError, match="500 channels"):
        identify(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoo.reference.containers.MODEL_BYTES", 100)
    refused(pth(tmp_path / "net.pth", {"a": SIXTEEN}, FLOATS), "100 at most")


def refused(path: Path, words: str = "") -> None:
    with pytest.raises(UserError) as raised:
        read_tensors(path)
    message = str(raised.value)
    assert message.startswith(f"{path}: ")
    assert words in message
    assert "\n" not in message
    assert len(message) < 600
