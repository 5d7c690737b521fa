"""What a file is that is not a state dict, and the remedy."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from zoo.errors import UserError

ZIP = b"PK\x03\x04"
LEGACY = re.compile(rb"\x80[\x02-\x05](?:\x95.{8})?\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19\.", re.DOTALL)
"""How a file of PyTorch before 1.6 begins: a pickle of its magic number, of any protocol."""

_SAVE = "torch.save(network.state_dict(), path)"
_BEGINNINGS = (
    (b"version https://git-lfs.github.com", "a Git LFS pointer, not the file: fetch it with git lfs pull"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file: name a Keras model .h5, and others save as PyTorch's state dict"),
    (b"\x1f\x8b", "a gzip file: unpack it first"),
    (b"BZh", "a bzip2 file: unpack it first"),
    (b"\xfd7zXZ\x00", "an xz file: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"\x89PNG", "an image (PNG), and no weights"),
    (b"\xff\xd8\xff", "an image (JPEG), and no weights"),
    (b"%PDF", "a PDF, and no weights"),
    (b"model_checkpoint_path:", "the list of a TensorFlow checkpoint, which has no network with it: save a "
     "SavedModel, and name its folder"),
    (b"\x93NUMPY", f"a NumPy array: put it into the network and save that, {_SAVE}"),
)  # fmt: skip
_ENDINGS = (
    (("safetensors",), "a safetensors file: torch.save(safetensors.torch.load_file(path), 'net.pth') makes a "
     "state dict of it"),
    (("index", "meta", "ckpt-meta"), "part of a TensorFlow checkpoint, which has no network with it: save a "
     "SavedModel, and name its folder"),
    (("onnx",), "an ONNX file, which needs no export; give what it was made from"),
    (("t7",), "a file of Lua Torch: load it there and save its weights for PyTorch"),
    (("pb",), "a graph of TensorFlow: name the folder of a SavedModel"),
    (("tflite",), "a TensorFlow Lite file: give the model that it was made from"),
)  # fmt: skip
_TENSORFLOW_TABLE = bytes.fromhex("57fb808b247547db")  # the end of a checkpoint's index


def check_no_tensorflow_checkpoint(source: Path) -> None:
    """Refuse the name, or the folder, of a TensorFlow checkpoint, which is several files.

    Raises:
        UserError: it is one.
    """
    folder = source.is_dir() and not (source / "saved_model.pb").is_file() and any(source.glob("*.index"))
    if folder or Path(f"{source}.index").is_file():
        raise UserError(f"{source}: is {dict(_ENDINGS)[('index', 'meta', 'ckpt-meta')]}")


def kind_of_file(head: bytes, file: BinaryIO, size: int, name: str) -> str:
    """What a file is that neither of PyTorch's formats is, in words.

    Args:
        head: its first 1,024 bytes.
        file: open for reading.
        size: in bytes.
        name: of the file.
    """
    lower = name.lower()
    kind = next((words for start, words in _BEGINNINGS if head.startswith(start)), "")
    if not kind and head.lstrip()[:9].lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        kind = "a web page, not the file itself: fetch the file's own address (for GitHub, its raw one)"
    if not kind and size >= 8:
        file.seek(-8, os.SEEK_END)
        if file.read(8) == _TENSORFLOW_TABLE or ".data-0" in lower:
            kind = dict(_ENDINGS)[("index", "meta", "ckpt-meta")]
    if not kind and head[4:8] == b"TFL3":
        kind = dict(_ENDINGS)[("tflite",)]
    if not kind and head[257:262] == b"ustar":
        kind = "a tar archive: unpack it first; of a file of PyTorch before 0.2, save it again"
    if not kind and _is_safetensors(head, size):
        kind = dict(_ENDINGS)[("safetensors",)]
    if not kind:
        kind = next((words for ends, words in _ENDINGS if lower.endswith(tuple(f".{e}" for e in ends))), "")
    if kind:
        return f"is {kind}"
    if not size:
        return "not a whole PyTorch file: it is empty; copy it again"
    if head[:1] == b"\x80":
        return f"is a pickle that torch.save did not write, and is not executed; save it again with {_SAVE}"
    if head.lstrip()[:1] in (b"{", b"["):
        return f"is text, such as a configuration, and no weights; give the file that {_SAVE} wrote"
    return f"not a whole PyTorch file (as torch.save writes it); copy it again, or save it again with {_SAVE}"


def kind_of_archive(names: Sequence[str]) -> str:
    """What a ZIP archive is that ``torch.save`` did not write, by its members' names, in words."""
    ends = {name.rpartition("/")[2] for name in names}
    if "constants.pkl" in ends:
        return (
            "is a TorchScript archive, which is a program: save the weights in it, "
            "torch.save(torch.jit.load(path).state_dict(), 'net.pth')"
        )
    if {"config.json", "metadata.json"} <= ends:
        return "is a Keras file: name it .keras"
    if ends and all(name.endswith(".npy") for name in ends):
        return f"is a file of NumPy arrays: put them into the network and save that, {_SAVE}"
    if any(name.endswith((".pth", ".pt", ".ckpt")) for name in ends):
        return "is a ZIP archive that holds files of weights: unpack it first"
    return "is a ZIP archive but not one that torch.save wrote: unpack it first if weights are in it"


def _is_safetensors(head: bytes, size: int) -> bool:
    return head[8:10] == b'{"' and 2 <= int.from_bytes(head[:8], "little") <= size
