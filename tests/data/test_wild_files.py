"""CelebA's list and idx files of any content are read as they are meant, or refused in one line."""

import gzip
import shutil
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labelled_folders import celeba, deepfashion, idx, styles, write_idx

from zoo.data.layouts.shared.attribute_lists import read_attribute_text
from zoo.data.layouts.shared.idx_files import read_idx
from zoo.data.selection.images import find_images, read_images
from zoo.errors import UserError
from zoo.io.limits import IDX_BYTES

WILD = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refused(read, *arguments):
    """The message, if it was refused."""
    said = None
    try:
        read(*arguments)
    except UserError as error:
        said = str(error)
    assert said is None or "\n" not in said
    return said


# --- CelebA's list


@WILD
@given(
    rows=st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=6),
    gap=st.sampled_from([" ", "  ", "\t", " \t "]),
    end=st.sampled_from(["\n", "\r\n", " \n"]),
)
def test_any_spacing_is_read(tmp_path, rows, gap, end):
    lines = [str(len(rows)), gap.join("abc")]
    lines += [gap.join([f"{i}.jpg", *("1" if has else "-1" for has in row)]) for i, row in enumerate(rows)]
    path = tmp_path / "list.txt"
    path.write_bytes("".join(line + end for line in lines).encode())
    listed = read_attribute_text(path)
    assert listed.names.tolist() == [f"{i}.jpg" for i in range(len(rows))]
    assert (listed.signs > 0).tolist() == rows


@WILD
@given(
    st.text(st.sampled_from("01-2a. \n\t\"'\r\0é"), max_size=60)
    | st.text(max_size=40)
    | st.lists(st.sampled_from(["2", "a b", "x 1 -1", "y -1 -1", "z 1", "w 1 1 1", "v 1 yes", "", '"'])).map(
        "\n".join
    )
)
def test_any_text_is_read_or_refused(tmp_path, text):
    path = tmp_path / "list.txt"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    if refused(read_attribute_text, path) is None:
        listed = read_attribute_text(path)
        assert listed.signs.shape == (len(listed.names), len(listed.attributes))
        differs = len(listed.names) != int(text.removeprefix("\ufeff").splitlines()[0])
        assert bool(listed.notes) == differs


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("image,Male\n1.jpg,1\n", "line 1 is 'image,Male'; it must be the number of images"),
        ("1\n\n0.jpg 1\n", "line 2 must name the attributes"),
        ("1\nMale Male\n0.jpg 1 1\n", "line 2 must name the attributes, each once"),
        ("1\nMale\n0.jpg 2\n", "line 3 is not a name and 1 values, each 1, -1 or 0, but '0.jpg 2'"),
        ("1\nMale Hat\n0.jpg 1\n", "line 3 is not a name and 2 values"),
        ("2\nMale\n0.jpg 1\n1.jpg 1 1\n", "line 4 is not a name and 1 values"),
        ("1\nMale\n0.jpg 11\n", "line 3 is not a name and 1 values"),
        ("1\nMale\n", "lists no images"),
        ("2\nMale\n0.jpg 1\n0.jpg 1\n", "names an image twice"),
        ("1\nMale\n../0.jpg 1\n", "names '../0.jpg', which is not a file inside"),
    ],
)
def test_fault_in_the_list_is_named(tmp_path, text, says):
    with pytest.raises(UserError, match=says):
        find_images(celeba(tmp_path, text))


# --- every list of a data set

LISTS = [
    (celeba, "list_attr_celeba.txt"), (celeba, "list_attr_celeba.csv"), (celeba, "list_eval_partition.txt"),
    (celeba, "list_eval_partition.csv"), (styles, "styles.csv"), (deepfashion, "Anno/list_attr_img.txt"),
    (deepfashion, "Anno/list_attr_cloth.txt"), (deepfashion, "Anno/list_category_img.txt"),
    (deepfashion, "Anno/list_category_cloth.txt"), (deepfashion, "Eval/list_eval_partition.txt"),
]  # fmt: skip
WORDS = (
    *("3", "id", "image_id", "name", "0.jpg", "1.jpg", "img/Some_Blouse/img_0.jpg", "../x", "C:x", "/", "1"),
    *("-1", "0", "2", "train", "9" * 5000, "é", "\0", "\ud800", '"', "sep=;", "a" * 300, ""),
)


@pytest.mark.fuzz
@settings(settings.get_profile("fuzz"))
@given(
    which=st.sampled_from(LISTS),
    rows=st.lists(st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=4), max_size=6),
    gap=st.sampled_from([" ", ",", ";", "\t"]),
    hint=st.sampled_from(["", "sep=;\r\n", "\ufeff"]),
)
def test_any_list_is_read_or_refused(tmp_path_factory, which, rows, gap, hint):
    """All columns too: nothing but UserError may come of what a list says."""
    make, name = which
    root = make(tmp_path_factory.mktemp("set") / "root")
    (root / name).parent.mkdir(exist_ok=True)
    if name == "list_attr_celeba.csv":
        (root / "list_attr_celeba.txt").unlink()
    text = hint + "".join(gap.join(row) + "\n" for row in rows)
    (root / name).write_bytes(text.encode("utf-8", "surrogatepass"))

    def read():
        images = read_images(root)
        for column in images.columns:
            find_images(root, [column])

    refused(read)
    shutil.rmtree(root)


# --- idx files


@WILD
@given(
    header=st.binary(max_size=20)
    | st.builds(
        lambda kind, sizes: bytes((0, 0, kind, 3)) + struct.pack(">3I", *sizes),
        st.sampled_from([8, 8, 8, 9, 13]),
        st.tuples(*[st.sampled_from([0, 1, 2, 3, 2**16, 2**32 - 1])] * 3),
    ),
    body=st.binary(max_size=30),
    packed=st.sampled_from(["no", "yes", "cut", "only by name"]),
)
def test_any_bytes_are_read_or_refused(tmp_path, header, body, packed):
    content = header + body
    path = tmp_path / ("file" if packed == "no" else "file.gz")
    written = gzip.compress(content) if packed in ("yes", "cut") else content
    path.write_bytes(written[:-5] if packed == "cut" else written)
    said = refused(read_idx, path, 3)
    whole = len(content) >= 16 and content[:4] == bytes((0, 0, 8, 3))
    sizes = struct.unpack(">3I", content[4:16]) if whole else ()
    whole = whole and len(content) - 16 == np.prod(sizes, dtype=object)
    whole = whole and np.prod(np.maximum(sizes, 1), dtype=object) <= IDX_BYTES
    assert (said is None) == (whole and packed in ("no", "yes")), said


def test_fault_in_an_idx_file_is_named(tmp_path):
    path = tmp_path / "train-images-idx3-ubyte"
    for content, says in (
        (b"", "no idx file of bytes in 3 dimensions .it begins with nothing.; fetch it again"),
        (b"<html></html>", "it begins with 3c 68 74 6d 6c 3e 3c 2f"),
        (bytes((0, 0, 8, 3)) + struct.pack(">3I", 2, 2, 2) + b"1234", "promises 8 bytes and 4 follow"),
        (bytes((0, 0, 8, 3)) + struct.pack(">3I", 1, 2, 2) + b"12345", "promises 4 bytes and more follow"),
        (
            bytes((0, 0, 8, 3)) + struct.pack(">3I", 9**9, 28, 28),
            "promises 387420489 × 28 × 28 bytes, and the",
        ),
        (bytes((0, 0, 8, 3)) + struct.pack(">3I", 0, 28, 28), "holds 0 images"),
        (bytes((0, 0, 8, 3)) + struct.pack(">3I", 1, 1, 65_000_000) + bytes(65_000_000), "over the limit"),
    ):
        path.write_bytes(content)
        with pytest.raises(UserError, match=says):
            find_images(tmp_path)


def test_a_small_file_does_not_become_a_large_one(tmp_path):
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(bytes((0, 0, 8, 3)) + struct.pack(">3I", 100, 1000, 1000) + bytes(10**8)))
    with pytest.raises(UserError, match=r"promises 100,000,000 bytes, and a file of .* at most"):
        find_images(tmp_path)


def test_a_header_that_does_not_end(tmp_path):
    with (tmp_path / "train-images-idx3-ubyte.gz").open("wb") as file:
        file.write(b"\x1f\x8b\x08\x08" + bytes(6) + b"name" * 500_000)
    with pytest.raises(UserError, match="its header does not end"):
        find_images(tmp_path)


def test_labels_that_do_not_belong(tmp_path):
    idx(tmp_path, labels=(1, 2, 3))
    with pytest.raises(UserError, match=r"labels-idx1-ubyte.gz holds 3 labels, and .*images.*gz 4 images"):
        find_images(tmp_path)


def test_gzip_file_that_is_none(tmp_path):
    write_idx(tmp_path / "train-images-idx3-ubyte", np.zeros((1, 2, 2)))
    (tmp_path / "train-images-idx3-ubyte").rename(tmp_path / "train-images-idx3-ubyte.gz")
    with pytest.raises(UserError, match=r"cannot be read .Not a gzipped file"):
        find_images(tmp_path)
