"""Whatever a list of pairs holds, it is read or refused in one line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.data.selection.pairs import find_pairs
from zoo.errors import UserError
from zoo.io.text import printable

WORDS = (
    "0.jpg",
    "1.jpg",
    "0_0.jpg",
    "a/0.jpg",
    "..",
    "/",
    "\\",
    "C:",
    ".",
    "'=0.jpg",
    "\x00",
    "é",
    '"',
    "0.JPG",
    "1",
)
GAPS = (" ", "\t", "\n", "\r\n", ";", ",", "", "  ")
LINES = (
    "sep=;",
    "id;product;model_shot",
    "product,model_shot",
    "x;0.jpg;1.jpg",
    "0.jpg,1.jpg",
    "0.jpg 1.jpg",
)
TEXTS = (
    st.lists(st.sampled_from(WORDS) | st.sampled_from(GAPS), max_size=12).map("".join)
    | st.lists(st.sampled_from(LINES) | st.sampled_from(WORDS), max_size=6).map("\n".join)
    | st.text(max_size=30)
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("lists")
    for folder in ("cloth", "image", "images", "."):
        (root / folder).mkdir(exist_ok=True)
        for name in ("0.jpg", "1.jpg", "0_0.jpg", "0_1.jpg"):
            (root / folder / name).write_bytes(b"x")
    return root


@pytest.mark.fuzz
@settings(settings.get_profile("fuzz"))
@given(
    text=TEXTS,
    place=st.sampled_from(
        [("pairs.csv", "catalogue"), ("pairs.txt", "folders"), ("train_pairs.txt", "dress-code")]
    ),
)
def test_any_list_is_read_or_refused(root, text, place):
    name, layout = place
    (root / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        pairs, said = find_pairs(root, layout), ""
    except UserError as error:
        pairs, said = None, printable(str(error))
    finally:
        (root / name).unlink()
    assert "\n" not in said
    for names in pairs.files() if pairs is not None else ():
        assert all((root / name).resolve().is_relative_to(root.resolve()) for name in names)
