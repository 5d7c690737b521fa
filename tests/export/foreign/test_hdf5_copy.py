"""Of an HDF5 file plain arrays are copied, and whatever reaches elsewhere or is not there is refused."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from export.foreign.hdf5_copy import copy_weights, open_hdf5, text
from zoo.errors import UserError

SECRET = Path(__file__)  # a file that anyone can read


def external_storage(group: h5py.Group, folder: Path) -> None:
    group.create_dataset("w", (4,), "u1", external=[(str(SECRET), 0, 4)])


def external_link(group: h5py.Group, folder: Path) -> None:
    with h5py.File(folder / "other.h5", "w") as other:
        other["w"] = np.ones(3)
    group["w"] = h5py.ExternalLink(str(folder / "other.h5"), "/w")


def soft_link(group: h5py.Group, folder: Path) -> None:
    group["w"] = h5py.SoftLink("/model_weights")


def virtual(group: h5py.Group, folder: Path) -> None:
    external_link(group.create_group("elsewhere"), folder)
    del group["elsewhere"]
    layout = h5py.VirtualLayout((3,), "f8")
    layout[:] = h5py.VirtualSource(folder / "other.h5", "w", (3,))
    group.create_virtual_dataset("w", layout)


def cycle(group: h5py.Group, folder: Path) -> None:
    group["again"] = group


def twice(group: h5py.Group, folder: Path) -> None:
    group["w"] = np.ones(3)
    group["again"] = group["w"]


def reference(group: h5py.Group, folder: Path) -> None:
    group.create_dataset("w", data=np.array([group.ref], h5py.ref_dtype), dtype=h5py.ref_dtype)


def region(group: h5py.Group, folder: Path) -> None:
    data = group.create_dataset("a", data=np.ones(3))
    group.create_dataset("w", data=np.array([data.regionref[:2]], h5py.regionref_dtype))


def strings(group: h5py.Group, folder: Path) -> None:
    group["w"] = ["a", "b"]


def structure(group: h5py.Group, folder: Path) -> None:
    group["w"] = np.zeros(2, [("a", "f4"), ("b", "i4")])


def named_type(group: h5py.Group, folder: Path) -> None:
    group["w"] = np.dtype("f4")


def compressed(group: h5py.Group, folder: Path) -> None:
    group.create_dataset("w", data=np.zeros(10**5), compression="gzip")


def never_written(group: h5py.Group, folder: Path) -> None:
    group.create_dataset("w", (10**6, 10**6), "f4", chunks=(1000, 1000))


def filled(group: h5py.Group, folder: Path) -> None:
    group.create_dataset("w", (3 * 10**9,), "u1", fillvalue=1)


def block(group: h5py.Group, folder: Path) -> None:
    group.create_dataset("w", (1,), "u1", maxshape=(None,), chunks=(3 * 10**9,))


def axes(group: h5py.Group, folder: Path) -> None:
    group["w"] = np.ones((1,) * 9)


def deep(group: h5py.Group, folder: Path) -> None:
    for _ in range(70):
        group = group.create_group("g")


def names_twice(group: h5py.Group, folder: Path) -> None:
    group.attrs["weight_names"] = [b"w", b"./w"]


def names_of_a_grid(group: h5py.Group, folder: Path) -> None:
    group.attrs["layer_names"] = np.full((3, 3), b"w")


HOSTILE: dict[Callable[[h5py.Group, Path], None], str] = {
    external_storage: "is in another file",
    external_link: "is a link",
    soft_link: "is a link",
    virtual: "is in another file",
    cycle: "twice",
    twice: "twice",
    reference: "not an array of numbers",
    region: "not an array of numbers",
    strings: "not an array of numbers",
    structure: "not an array of numbers",
    named_type: "not an array of numbers",
    compressed: "compressed",
    never_written: "announces 4,000,000,000,000 bytes",
    filled: "announces 3,000,000,000 bytes",
    block: "in blocks",
    axes: "has 9 axes",
    deep: "deep",
    names_twice: "names of weights",
    names_of_a_grid: "is not as Keras writes it",
}


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_what_is_not_a_plain_array_in_the_file_is_refused(make: Callable, tmp_path: Path) -> None:
    """Bytes of any file became weights of a bundle; a few bytes announced terabytes."""
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        make(file.create_group("model_weights"), tmp_path)
    with (
        pytest.raises(UserError, match=HOSTILE[make]),
        open_hdf5(path) as file,
    ):
        copy_weights(file, tmp_path / "copy.h5")


def test_more_objects_than_a_model_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("export.foreign.hdf5_copy._OBJECTS", 5)
    with h5py.File(tmp_path / "model.h5", "w") as file:
        for name in "abcdef":
            file.create_group(name)
    with pytest.raises(UserError, match="more than 5 groups"), open_hdf5(tmp_path / "model.h5") as file:
        copy_weights(file, tmp_path / "copy.h5")


def test_arrays_and_their_names_are_copied_and_no_optimiser(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "model.h5", "w") as file:
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"conv", b"relu"]
        group.attrs["backend"] = "tensorflow"
        group.attrs["more"] = "text"
        conv = group.create_group("conv")
        conv.attrs["weight_names"] = [b"conv/kernel:0", b"conv/bias:0"]
        conv["conv/kernel:0"] = np.arange(6, dtype="f4").reshape(2, 3)
        conv["conv/bias:0"] = np.float16([])
        group.create_group("relu").attrs["weight_names"] = []
        file["optimizer_weights/Adam"] = np.ones(99)
    with open_hdf5(tmp_path / "model.h5") as file:
        assert copy_weights(file, tmp_path / "copy.h5", ("optimizer_weights",)) == 6
    with h5py.File(tmp_path / "copy.h5") as copy:
        assert [*copy] == ["model_weights"]
        group = copy["model_weights"]
        assert {*group.attrs} == {"layer_names", "backend"}
        assert [*group.attrs["layer_names"]] == [b"conv", b"relu"]
        assert len(group["relu"].attrs["weight_names"]) == 0
        np.testing.assert_array_equal(group["conv/conv/kernel:0"], np.arange(6).reshape(2, 3))
        assert group["conv/conv/bias:0"].shape == (0,)


@pytest.mark.parametrize(
    "value",
    [3, np.ones(3), b"x" * (1 << 25), ["a", "b"]],
    ids=["a number", "numbers", "too long", "a list"],
)
def test_text_that_is_none_or_long_is_refused(value: object, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "model.h5", "w", libver="latest") as file:
        file.attrs["model_config"] = value
    with pytest.raises(UserError, match="model_config"), open_hdf5(tmp_path / "model.h5") as file:
        text(file, "model_config")


def test_what_is_not_hdf5_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "model.h5").write_bytes(b"\x89HDF\r\n\x1a\nand no more")
    with pytest.raises(UserError, match="cannot be read"), open_hdf5(tmp_path / "model.h5"):
        pass
