"""The images that a bundle is tried on are the user's, not a system's."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from export.user_pictures import read_pictures
from zoo.errors import UserError

SOURCE = SimpleNamespace(pictures=[SimpleNamespace(domain="a", shape=(None, None, None, 3))], size=(4, 4))


def test_thumbnails_and_hidden_files_are_not_taken(tmp_path):
    for name, red in (("b/0.png", 200), ("@eaDir/0.png", 10), (".c/1.png", 20), ("b/._0.png", 30)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (4, 4), (red, 0, 0)).save(tmp_path / name)
    pictures = read_pictures(tmp_path, SOURCE)["a"]
    assert np.unique(pictures[..., 0]).tolist() == [200]


def test_no_pictures(tmp_path):
    (tmp_path / "0.cr2").write_bytes(b"x")
    with pytest.raises(UserError, match=r"it holds no image; skipped: 1 raw photo"):
        read_pictures(tmp_path, SOURCE)
    with pytest.raises(UserError, match="does not exist"):
        read_pictures(tmp_path / "none", SOURCE)
