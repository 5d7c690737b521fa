"""A file that is no state dict is called what it is, with the way out."""

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from torch_files import Call, Named, pth

from zoo.errors import UserError
from zoo.models.reference_choice import choose
from zoo.reference.file_kinds import check_no_tensorflow_checkpoint
from zoo.reference.state_dict import read_tensors


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        for name in names:
            zipped.writestr(name, b"")
    return content.getvalue()


HEADER = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
KINDS = {
    "Git LFS": ("net.pth", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"),
    "a web page": ("net.pth", b"\n<!DOCTYPE html><html><title>Sign in</title>"),
    "HDF5": ("net.pth", b"\x89HDF\r\n\x1a\n" + bytes(99)),
    "safetensors": ("net.pth", struct.pack("<Q", len(HEADER)) + HEADER + bytes(4)),
    "safetensors.torch.load_file": ("net.safetensors", b"x" * 40),
    "TensorFlow checkpoint": ("model.ckpt.index", bytes(40) + bytes.fromhex("57fb808b247547db")),
    "has no network with it": ("model.ckpt-200000.data-00000-of-00001", bytes(40)),
    "save a SavedModel": ("checkpoint", b'model_checkpoint_path: "model.ckpt-200000"\n'),
    "TensorFlow Lite": ("net.bin", b"\x1c\0\0\0TFL3" + bytes(40)),
    "ONNX": ("net.onnx", b"\x08\x08\x12\x07pytorch"),
    "Lua Torch": ("net.t7", b"\x04\0\0\0\x01\0\0\0"),
    "gzip": ("net.pth", b"\x1f\x8b\x08" + bytes(40)),
    "tar archive": ("net.pth", bytes(257) + b"ustar\x0000" + bytes(99)),
    "pickle that torch.save did not write": ("net.pkl", b"\x80\x04N."),
    "is text": ("net.pth", b'{"model": "cyclegan"}'),
    "it is empty": ("net.pth", b""),
    "an image": ("net.pth", b"\x89PNG\r\n\x1a\n" + bytes(9)),
    "TorchScript": ("net.pt", archive("net/data.pkl", "net/constants.pkl", "net/code/__torch__.py")),
    "name it .keras": ("net.pth", archive("metadata.json", "config.json", "model.weights.h5")),
    "NumPy arrays": ("net.pth", archive("weight.npy", "bias.npy")),
    "holds files of weights": ("net.zip", archive("weights/latest_net_G.pth")),
    "not one that torch.save wrote": ("net.zip", archive("readme.txt")),
    "not a whole PyTorch file": ("net.pth", b"PK\x03\x04" + bytes(99)),
}


@pytest.mark.parametrize("words", KINDS)
def test_other_files_are_named(words: str, tmp_path: Path) -> None:
    name, content = KINDS[words]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError) as raised:
        read_tensors(tmp_path / name)
    assert str(raised.value).startswith(f"{tmp_path / name}: ")
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_tensorflow_checkpoint_is_named_by_its_prefix_and_its_folder(tmp_path: Path) -> None:
    (tmp_path / "model.ckpt-200000.index").touch()
    for source in (tmp_path, tmp_path / "model.ckpt-200000"):
        with pytest.raises(UserError, match="TensorFlow checkpoint, which has no network with it"):
            check_no_tensorflow_checkpoint(source)
    check_no_tensorflow_checkpoint(tmp_path / "other")


def test_a_whole_network_and_an_optimiser_are_named(tmp_path: Path) -> None:
    network = Call(Named("models.networks", "ResnetGenerator"), state={"training": True})
    for value, words in (
        (network, "is a whole pickled network or other object models.networks.ResnetGenerator"),
        (Call(Named("torch.nn.modules.container", "Sequential"), state={}), "whole pickled network"),
        ({"state": {}, "param_groups": [{"lr": 1e-3, "params": [0, 1]}]}, "an optimiser's state"),
    ):
        with pytest.raises(UserError, match=words):
            read_tensors(pth(tmp_path / "net.pth", value))


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["state.0.exp_avg", "state.0.step"], "an optimiser's state"),
        (["netD.model.0.weight"], "PatchGAN discriminator"),
        (["model.1.weight", "model.16.conv_block.1.weight"], "blocks do not begin at number 10"),
        (["G.model.16.conv_block.1.weight", "D.model.0.weight"], "blocks do not begin at number 10"),
        (["features.0.weight"], "image classifier"),
    ],
)
def test_other_networks_are_named(names: list[str], words: str) -> None:
    with pytest.raises(UserError, match=words):
        choose({name: np.zeros(1) for name in names})
