"""Weights from outside are read or refused in one line, and nothing in them is executed."""

import io
import os
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from torch_files import Call, Named, Pickler, Storage, legacy, pth, tensor

from zoo.errors import UserError
from zoo.networks.patchgan import patchgan_discriminator
from zoo.networks.unet import unet_generator
from zoo.reference.patchgan import load_patchgan
from zoo.reference.state_dict import read_state_dict
from zoo.reference.unet import load_unet

NUMBERS = np.arange(6, dtype="<f4")


def test_tensors_come_back_as_they_were(tmp_path: Path) -> None:
    storages = {"0": NUMBERS.tobytes(), "1": struct.pack("<q", 7), "2": b""}
    state = {
        "weight": tensor("0", (2, 3), (3, 1), 6),
        "transposed": tensor("0", (3, 2), (1, 3), 6),
        "part": tensor("0", (2,), (1,), 6, offset=4),
        "count": tensor("1", (), (), 1, kind="LongStorage"),
        "empty": tensor("2", (0,), (1,), 0),
    }
    read = read_state_dict(pth(tmp_path / "net.pth", state, storages))
    assert list(read) == list(state)
    np.testing.assert_array_equal(read["weight"], NUMBERS.reshape(2, 3))
    np.testing.assert_array_equal(read["transposed"], NUMBERS.reshape(2, 3).T)
    assert read["part"].tolist() == [4, 5]
    nested = read_state_dict(pth(tmp_path / "two.pth", {"a": state, "b": state}, storages))
    assert list(nested)[:2] == ["a.weight", "a.transposed"]
    assert (read["count"], read["count"].dtype) == (7, np.int64)
    assert (read["empty"].shape, read["weight"].dtype) == ((0,), np.float32)


@pytest.mark.parametrize(
    "function", [os.system, eval, exec, Named("builtins", "getattr"), Named("torch", "load")]
)
@pytest.mark.parametrize("where", ["root", "value", "state"])
def test_a_malicious_pickle_is_refused_and_not_executed(function: object, where: str, tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    code = f"touch {marker}" if function is os.system else f"open({str(marker)!r}, 'w')"
    call = Call(function, code)
    value = {"root": call, "value": {"a": call}, "state": Call(OrderedDict, state={"_metadata": call})}[where]
    path = pth(tmp_path / "net.pth", value)
    with pytest.raises(
        UserError, match=r"net.pth: it holds the pickled object .* not executed: save its state"
    ):
        read_state_dict(path)
    assert not marker.exists()

    # the file is what it is meant to be: plain unpickling would execute it
    if function is os.system:
        with zipfile.ZipFile(path) as archive:
            pickle.loads(archive.read("net/data.pkl"))
        assert marker.exists()


def test_a_pickle_cannot_change_the_reader(tmp_path: Path) -> None:
    class Changed(Named):
        pass

    class Meddling(Pickler):
        def save(self, value: object, **options: bool) -> None:
            super().save(value, **options)
            if isinstance(value, Changed):
                self.save({"dtype": "O", "func": "changed"})
                self.write(pickle.BUILD)

    good = pth(tmp_path / "good.pth", {"a": tensor("0", (6,), (1,), 6)}, {"0": NUMBERS.tobytes()})
    for name in (
        ("torch", "FloatStorage"),
        ("torch._utils", "_rebuild_tensor_v2"),
        ("collections", "OrderedDict"),
    ):
        buffer = io.BytesIO()
        Meddling(buffer, protocol=2).dump({"a": Changed(*name)})
        with zipfile.ZipFile(tmp_path / "bad.pth", "w") as archive:
            archive.writestr("net/data.pkl", buffer.getvalue())
        with pytest.raises(UserError, match=r"bad\.pth"):
            read_state_dict(tmp_path / "bad.pth")
        np.testing.assert_array_equal(read_state_dict(good)["a"], NUMBERS)


BAD_TENSORS = {
    "longer than its storage": tensor("0", (7,), (1,), 6),
    "offset beyond": tensor("0", (2,), (1,), 6, offset=5),
    "negative offset": tensor("0", (2,), (1,), 6, offset=-1),
    "negative size": tensor("0", (-2,), (1,), 6),
    "negative stride": tensor("0", (2,), (-1,), 6),
    "a terabyte out of one number": tensor("0", (1 << 38,), (0,), 6),
    "storage is missing": tensor("9", (6,), (1,), 6),
    "storage is short": tensor("0", (99,), (1,), 99),
    "unknown dtype": tensor("0", (6,), (1,), 6, kind="QInt8Storage"),
    "no storage": Call(Named("torch._utils", "_rebuild_tensor_v2"), 1, 0, (1,), (1,)),
    "no tensor": 3,
}


@pytest.mark.parametrize("case", BAD_TENSORS)
def test_bad_tensor(case: str, tmp_path: Path) -> None:
    path = pth(tmp_path / "net.pth", {"a": BAD_TENSORS[case]}, {"0": NUMBERS.tobytes()})
    refused(path)


def test_bad_file(tmp_path: Path) -> None:
    whole = pth(
        tmp_path / "net.pth", {"a": tensor("0", (6,), (1,), 6)}, {"0": NUMBERS.tobytes()}
    ).read_bytes()
    path = tmp_path / "bad.pth"
    refused(path, "no such file")
    for cut in (0, 1, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        refused(path, "not a whole PyTorch file")
    place = whole.index(NUMBERS.tobytes())
    path.write_bytes(whole[:place] + b"\xff" + whole[place + 1 :])
    refused(path, "not a whole PyTorch file")  # the archive's own checksum
    path.write_bytes(pickle.dumps({"a": 1}))
    refused(path, "save it again")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "hello")
    refused(path, "not one that torch.save wrote")
    pth(path, {}, {"0": bytes(10**6)}, compression=zipfile.ZIP_DEFLATED)
    refused(path, "compressed")
    for content in (b"", b"(", b"garbage", b"\x80\x02]", b"\x80\x02r\xff\xff\xff\x7f."):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("net/data.pkl", content)
        refused(path)
    refused(pth(path, [1, 2]), "not a state dict of tensors")
    endless: dict = {}
    endless["a"] = endless
    refused(pth(path, endless), "not a state dict of tensors")
    refused(tmp_path)


class PythonTwo(Pickler):
    """Writes text as Python 2 did its own."""

    def save(self, value: object, **options: bool) -> None:
        if isinstance(value, str):
            self.write(pickle.SHORT_BINSTRING + bytes([len(value)]) + value.encode("ascii"))
        else:
            super().save(value, **options)


@pytest.mark.parametrize("pickler", [Pickler, PythonTwo])
def test_files_from_before_pytorch_1_6(
    pickler: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch_files.Pickler", pickler)
    old = Call(Named("torch._utils", "_rebuild_tensor"), Storage("FloatStorage", "94", 6), 0, (3, 2), (1, 3))
    pairs = [["weight", old], ["part", tensor("94", (2,), (1,), 6, offset=4)]]
    state = Call(Named("collections", "OrderedDict"), pairs, state={"_metadata": {}})
    path = legacy(tmp_path / "net.pth", state, {"94": NUMBERS})
    read = read_state_dict(path)
    np.testing.assert_array_equal(read["weight"], NUMBERS.reshape(2, 3).T)
    assert read["part"].tolist() == [4, 5]


def test_numbers_of_every_width(tmp_path: Path) -> None:
    kinds = {"Half": "<f2", "Double": "<f8", "Int": "<i4", "Short": "<i2", "Char": "i1", "Byte": "u1"}
    values = {name: tensor(name, (6,), (1,), 6, kind=f"{name}Storage") for name in (*kinds, "BFloat16")}
    storages = {name: NUMBERS.astype(dtype).tobytes() for name, dtype in kinds.items()}
    storages["BFloat16"] = (NUMBERS.view("<u4") >> 16).astype("<u2").tobytes()
    read = read_state_dict(pth(tmp_path / "net.pth", values, storages))
    assert all(tensor.tolist() == NUMBERS.tolist() for tensor in read.values())
    assert read["BFloat16"].dtype == np.float32


def refused(path: Path, words: str = "") -> None:
    with pytest.raises(UserError) as raised:
        read_state_dict(path)
    message = str(raised.value)
    assert message.startswith(str(path))
    assert words in message
    assert "\n" not in message


def test_golden_files_are_read(golden: Path) -> None:
    for path in sorted(golden.glob("*.pth")):
        state = read_state_dict(path)
        assert len(state) > 3, path
        assert all(np.isfinite(value).all() for value in state.values()), path


def test_golden_weights_of_another_network_are_refused(golden: Path) -> None:
    state = read_state_dict(golden / "pix2pix_net_G.pth")
    first = state["model.model.0.weight"]
    width, channels = first.shape[:2]
    depth = sum(value.ndim == 4 for value in state.values()) // 2
    network = unet_generator(channels, channels, depth=depth, width=width)
    load_unet(network, state)
    loaded = network.get_layer("down1").kernel.numpy()
    np.testing.assert_array_equal(loaded, first.transpose(2, 3, 1, 0))

    wider = unet_generator(channels, channels, depth=depth, width=2 * width)
    with pytest.raises(
        UserError, match=r"'model\.model\.0\.weight' has shape .* build the network with the width"
    ):
        load_unet(wider, state)
    without = {name: value for name, value in state.items() if name != "model.model.0.weight"}
    with pytest.raises(UserError, match=r"no tensor 'model\.model\.0\.weight'"):
        load_unet(network, without)
    with pytest.raises(UserError, match=r"'model\.model\.0\.weight' has shape \(5,\)"):
        load_unet(network, {**state, "model.model.0.weight": np.zeros(5)})
    with pytest.raises(UserError, match=r"no tensor 'model\.0\.weight'"):
        load_patchgan(patchgan_discriminator(2 * channels, width=width), state)
