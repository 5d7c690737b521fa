"""A file that makes the HDF5 library hang or crash takes a separate process with it, and no more."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from export.foreign import hdf5_apart
from export.foreign.hdf5_apart import Contents, copy_hdf5
from zoo.errors import UserError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["model_config"] = "{}"
        file["layers/conv/vars/0"] = np.ones(7)
    return tmp_path / "model.h5"


def test_texts_and_weights_come_back(path: Path, tmp_path: Path) -> None:
    assert copy_hdf5(path, tmp_path / "copy.h5") == Contents("{}", None, True, 7)
    with h5py.File(tmp_path / "copy.h5") as copy:
        assert copy["layers/conv/vars/0"].shape == (7,)


@pytest.mark.parametrize(
    "acts", ["while True: pass", "import os; os.abort()", "x = bytearray(1 << 40)", "raise ValueError('no')"]
)
def test_what_happens_there_is_one_line_here(
    acts: str, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = "import sys; from export.foreign.hdf5_copy import _limit; _limit(*map(int, sys.argv[-2:])); "
    monkeypatch.setattr(hdf5_apart, "_SECONDS", 1)
    monkeypatch.setattr(
        hdf5_apart, "_CHILD", f"import sys; sys.path.insert(0, sys.argv[1]); {limited}\n{acts}"
    )
    with pytest.raises(UserError, match=r"model\.h5 cannot be read") as error:
        copy_hdf5(path, tmp_path / "copy.h5")
    assert "\n" not in str(error.value)


def test_nothing_is_imported_from_the_working_folder(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where someone may have put a module by the name of one that is imported."""
    (tmp_path / "h5py.py").write_text("open('imported', 'w')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert copy_hdf5(path, tmp_path / "copy.h5").numbers == 7
    assert not (tmp_path / "imported").exists()
