"""Labelled images are found in every layout, and what is asked for and not there is reported with what is."""

import time

import numpy as np
import pytest
from labelled_folders import catalogue, celeba, classes, deepfashion, idx, picture, styles, unpacked

from zoo.attributes import UNKNOWN, Attribute
from zoo.data.selection.images import find_images
from zoo.errors import UserError

MAKERS = {
    "catalogue": catalogue, "celeba": celeba, "styles": styles, "deepfashion": deepfashion,
    "classes": classes, "idx": idx,
}  # fmt: skip


def reds(images):
    return [int(images.load(i)[0, 0, 0]) for i in range(len(images))]


def labels(images):
    return images.labels.T.tolist()


# --- layouts


@pytest.mark.parametrize("layout", MAKERS)
def test_layout_is_recognised(tmp_path, layout):
    root = MAKERS[layout](tmp_path)
    for asked in ("auto", layout):
        images = find_images(root, layout=asked)
        assert (images.layout, images.attributes, images.labels.shape) == (layout, (), (len(images), 0))
        assert images.labels.dtype == np.int32
        assert f"layout: {layout}, because" in images.describe()[0]


def test_catalogue(tmp_path):
    """An empty cell is unknown, spaces around a value do not make another, values are sorted."""
    images = find_images(catalogue(tmp_path), ("category", "color"))
    assert images.attributes == (
        Attribute("category", ("pants", "skirts", "tops")),
        Attribute("color", ("blue", "red")),
    )
    assert labels(images) == [[2, 2, 1, 2, 0, 2], [1, 0, 1, 1, UNKNOWN, 0]]
    assert images.names[:2] == ["all/0.png", "all/1.png"]
    assert reds(images) == [0, 10, 20, 30, 40, 50]


def test_two_values_are_asked_for_in_an_order(tmp_path):
    images = find_images(catalogue(tmp_path), ("category:tops:skirts", "color:blue:red"))
    assert images.attributes[0] == Attribute("category", ("tops", "skirts"))
    assert labels(images) == [[0, 0, 1, 0, UNKNOWN, 0], [1, 0, 1, 1, UNKNOWN, 0]]


def test_incomplete_images_are_left_out(tmp_path):
    """And so are values that no image is left with: no generator can learn to draw them."""
    images = find_images(catalogue(tmp_path), ("category", "color", "length:short:long"), complete=True)
    assert reds(images) == [0, 20, 30, 50]
    assert images.attributes[0].values == ("skirts", "tops")
    assert labels(images) == [[1, 0, 1, 1], [1, 1, 1, 0], [0, 1, 1, 0]]
    assert "left out: 2 images without a value in category or color or length" in images.describe()
    with pytest.raises(UserError, match="of category:pants:tops only 'tops' is left among the images"):
        find_images(tmp_path, ("category:pants:tops", "color"), complete=True)
    (tmp_path / "data.csv").write_text("id;img_path;category;color\n0;all/0.png;tops;\n1;all/1.png;;red\n")
    with pytest.raises(UserError, match="no image has a value in each of category, color: ask for fewer"):
        find_images(tmp_path, ("category", "color"), complete=True)


def test_celeba(tmp_path):
    images = find_images(celeba(tmp_path), ("Smiling", "Male:yes:no"))
    assert images.attributes == (Attribute("Smiling", ("no", "yes")), Attribute("Male", ("yes", "no")))
    assert labels(images) == [[0, 1, 1, 0], [0, 0, 1, 1]]
    assert images.names[3] == "img_align_celeba/3.jpg"
    (tmp_path / "img_align_celeba/1.jpg").unlink()
    images = find_images(tmp_path, ("Smiling", "Hat"))
    assert labels(images) == [[0, 1, 0], [0, 0, 0]]
    assert images.attributes[1].binary  # though nobody wears one
    assert "left out: 1 of list_attr_celeba.txt whose image is not in img_align_celeba/" in images.notes


def test_styles(tmp_path):
    images = find_images(styles(tmp_path), ("baseColour", "masterCategory"))
    assert labels(images) == [[1, 0, 1], [0, 0, UNKNOWN]]
    assert images.attributes[0].values == ("Blue", "Red")
    assert images.notes == ("left out: 1 of styles.csv whose image is not in images/",)


def test_classes(tmp_path):
    picture(classes(tmp_path) / "tops/more/deep/9.png", 90)
    images = find_images(tmp_path, ["class"])
    assert images.attributes == (Attribute("class", ("bags", "tops")),)
    assert labels(images) == [[0, 0, 1, 1, 1, 1]]
    assert images.names[-1] == "tops/more/deep/9.png"
    (tmp_path / "empty").mkdir()  # no value that nothing could be learned of
    assert find_images(tmp_path, ["class"]).attributes == images.attributes
    assert len(find_images(tmp_path, layout="folder")) == 6


def test_images_beside_folders_are_not_classes(tmp_path):
    picture(classes(tmp_path) / "cover.png")
    assert (find_images(tmp_path).layout, len(find_images(tmp_path))) == ("folder", 6)
    assert find_images(tmp_path, layout="classes").notes == ("not used: 1 image beside the folders",)


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_idx(tmp_path, ending):
    images = find_images(idx(tmp_path, ending), ["class"])
    assert images.attributes == (Attribute("class", ("0", "3", "9")),)
    assert labels(images) == [[1, 0, 1, 2]]
    assert images.load(2, 1)[..., 0].tolist() == np.arange(30, 45).reshape(5, 3).tolist()
    assert images.path(2) == tmp_path / f"train-images-idx3-ubyte{ending}/00000002"
    assert images.describe()[1] == "images: 4, 5×3 (height × width)"
    assert len(list(tmp_path.iterdir())) == 2  # nothing is written
    (tmp_path / f"train-labels-idx1-ubyte{ending}").unlink()
    assert len(find_images(tmp_path)) == 4
    with pytest.raises(UserError, match="has no attribute 'class': it has none"):
        find_images(tmp_path, ["class"])


def test_hidden_files_and_circles_of_links_are_not_images(tmp_path):
    picture(tmp_path / "a/1.png")
    picture(tmp_path / "a/.2.png")
    picture(tmp_path / ".cache/3.png")
    (tmp_path / "a/notes.txt").write_text("x")
    (tmp_path / "a/round").symlink_to(tmp_path)
    assert find_images(tmp_path).names == ["a/1.png"]


# --- faults


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        (["colour"], "has no attribute 'colour': it has category, color, length"),
        (["name"], "has no attribute 'name': it has category, color, length"),
        (["color:red:green"], "color has no value 'green': it has red 3, blue 2, unknown 1"),
        (["color:red"], "attribute color:red: write NAME, or NAME:LOW:HIGH"),
        (["color:red:red"], "two different values"),
        (["color", "length", "color:red:blue"], "attribute color is asked for twice"),
    ],
)
def test_what_is_missing_is_reported_with_what_exists(tmp_path, attributes, says):
    with pytest.raises(UserError, match=says):
        find_images(catalogue(tmp_path), attributes)


def test_empty_column(tmp_path):
    (catalogue(tmp_path) / "data.csv").write_text("id;img_path;fit\n1;all/1.png;\n")
    with pytest.raises(UserError, match="fit is empty for all images"):
        find_images(tmp_path, ["fit"])


def test_wrong_folders(tmp_path):
    (tmp_path / "empty").mkdir()
    file = picture(tmp_path / "photos/1.png")
    for root, layout, says in (
        (tmp_path / "none", "auto", "does not exist: give the folder"),
        (file, "auto", "is a file: give the folder that holds the images, here .*photos"),
        (tmp_path / "empty", "auto", "has no images, nor have the folders in it"),
        (
            file.parent,
            "table",
            "from auto, catalogue, celeba, styles, deepfashion, idx, classes, folder",
        ),
        (file.parent, "catalogue", r"data\.csv: no such file"),
        (file.parent, "celeba", "has no list_attr_celeba.txt"),
        (file.parent, "styles", r"has no styles\.csv"),
        (file.parent, "idx", "has no train-images-idx3-ubyte"),
        (file.parent, "classes", "has no folders in it"),
    ):
        with pytest.raises(UserError, match=says):
            find_images(root, layout=layout)


def test_two_layouts_at_once_ask_for_a_choice(tmp_path):
    idx(catalogue(tmp_path))
    with pytest.raises(UserError, match=r"2 layouts: .*data\.csv.*`layout` catalogue or `layout` idx"):
        find_images(tmp_path)
    assert find_images(tmp_path, layout="idx").layout == "idx"


def test_styles_without_what_it_needs(tmp_path):
    (tmp_path / "styles.csv").write_text("id,baseColour\n1,Red\n")
    with pytest.raises(UserError, match=r"images holds none of the 1 images of .*styles\.csv"):
        find_images(tmp_path)
    for header, says in (
        ("number,fit", "has no column 'id' .it has number, fit"),
        ("id,fit,fit", "a column twice"),
    ):
        (tmp_path / "styles.csv").write_text(f"{header}\n1,2,3\n")
        with pytest.raises(UserError, match=f"row 1 .*{says}"):
            find_images(tmp_path)


# --- size, and the real sets


def test_a_hundred_thousand_rows_are_listed_in_seconds(tmp_path):
    """By column: a million, ten times the thesis's catalogue, must not take minutes."""
    picture(tmp_path / "1.png")
    rows = (f"p{i};1.png;{'red' if i % 3 else 'blue'};{'short' if i % 2 else ''}" for i in range(100_000))
    (tmp_path / "data.csv").write_text("\n".join(["id;img_path;color;length", *rows]) + "\n")
    start = time.process_time()
    images = find_images(tmp_path, ["color", "length"])
    training, held = images.split(0, seed=0)
    assert images.describe()[2] == "color: red 66,666, blue 33,334"
    assert (len(training), len(held)) == (100_000, 0)
    assert time.process_time() - start < 5


def test_real_celeba(tmp_path):
    root = unpacked("celeba", tmp_path, most=200)
    images = find_images(root, ["Smiling", "Male"])
    assert (images.layout, len(images)) == ("celeba", 200)
    assert images.notes == (
        "left out: 4,800 of list_attr_celeba.txt whose image is not in img_align_celeba/",
    )
    assert images.names[0] == "img_align_celeba/000001.jpg"
    assert images.labels[0].tolist() == [1, 0]  # as the list's first line says, places 32 and 21
    assert images.load(0).shape == (109, 89, 3)


def test_real_styles(tmp_path):
    images = find_images(unpacked("fpis", tmp_path, most=200), ["masterCategory", "baseColour"])
    assert (images.layout, len(images)) == ("styles", 200)
    assert images.attributes[0].values == ("Accessories", "Apparel", "Footwear")


@pytest.mark.parametrize(("name", "count", "zeros"), [("mnist", 5896, 591), ("fashion_mnist", 12_000, 1258)])
def test_real_idx(tmp_path, name, count, zeros):
    images = find_images(unpacked(name, tmp_path), ["class"])
    training, held = images.split(100, seed=0)
    assert (len(training), images.attributes[0].values) == (count, tuple("0123456789"))
    assert int((training.labels == 0).sum()) == zeros
    assert {name.partition("/")[0] for name in held.names} == {"t10k-images-idx3-ubyte.gz"}
    assert images.load(0, 1).shape == (28, 28, 1)
