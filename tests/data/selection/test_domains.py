"""Two domains are distinguished by an attribute or by folders, and never silently empty."""

import pytest
from labelled_folders import catalogue, celeba, classes, idx, unpacked

from zoo.attributes import Attribute
from zoo.data.selection.domains import find_domains
from zoo.errors import UserError


def names(domains):
    return tuple(images.names for images in domains)


# --- by an attribute


def test_values_say_which_attribute_is_meant(tmp_path):
    a, b = find_domains(catalogue(tmp_path), "skirts", "tops").both
    assert names((a, b)) == (["all/2.png"], [f"all/{i}.png" for i in (0, 1, 3, 5)])
    assert a.attributes == b.attributes == (Attribute("category", ("skirts", "tops")),)
    assert (a.labels.tolist(), b.labels.tolist()) == ([[0]], [[1]] * 4)
    assert b.describe()[2] == "category: tops 4"


def test_where_restricts_both(tmp_path):
    a, b = find_domains(catalogue(tmp_path), "red", "blue", where=["category=tops", "length=short"]).both
    assert names((a, b)) == (["all/0.png"], ["all/5.png"])
    assert a.notes == ("images where category=tops and length=short",)
    a, b = find_domains(tmp_path, "red", "blue", where=["category=tops", "category=skirts"]).both
    assert names((a, b)) == ([f"all/{i}.png" for i in (0, 2, 3)], ["all/1.png", "all/5.png"])


def test_attribute_with_two_values_needs_no_names(tmp_path):
    a, b = find_domains(celeba(tmp_path), attribute="Male").both
    assert a.attributes == (Attribute("Male", ("no", "yes")),)
    assert (len(a), len(b)) == (2, 2)


def test_idx(tmp_path):
    a, b = find_domains(idx(tmp_path), "9", "3").both
    assert (len(a), len(b)) == (1, 2)
    assert a.load(0, 1)[0, 0, 0] == 45


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("red", "green"),
            "no attribute has both 'red' and 'green'; it has category: tops 4, pants 1, skirts 1; ",
        ),
        (("red", "green", "color"), "color has no value 'green': it has red 3, blue 2, unknown 1"),
        (("red", "blue", "colour"), "has no attribute 'colour': it has category, color, length"),
        ((), "which two domains.* name two values of category, color, length"),
        ((None, None, "category"), "which two domains.* category has tops 4, pants 1, skirts 1: name two"),
        (("red", None), "two domains are needed, from one to another, and 'red' and None are given"),
        (("red", "red"), "two domains are needed"),
        (("red", "blue", None, "auto", ["category"]), "`where` category: write NAME=VALUE"),
        (("red", "blue", None, "auto", ["size=3"]), "has no attribute 'size'"),
        (("red", "blue", None, "auto", ["length=3"]), "length has no value '3'"),
        (
            ("red", "blue", None, "auto", ["category=skirts"]),
            "no image has color=blue where category=skirts; there color has red 1: choose others",
        ),
    ],
)
def test_what_is_missing_is_reported_with_what_exists(tmp_path, arguments, says):
    with pytest.raises(UserError, match=says):
        find_domains(catalogue(tmp_path), *arguments)


def test_values_of_several_attributes(tmp_path):
    with pytest.raises(
        UserError, match="'no' and 'yes' are values of Smiling, Male, Hat: name the attribute"
    ):
        find_domains(celeba(tmp_path), "no", "yes")
    with pytest.raises(UserError, match="no image has Hat=yes; there Hat has no 4"):
        find_domains(tmp_path, "no", "yes", "Hat")


# --- by folders


@pytest.mark.parametrize("both", [("trainA", "trainB"), ("A", "B")])
def test_folders_named_by_convention(tmp_path, both):
    classes(tmp_path, **{both[1]: 3, both[0]: 2, "testA": 1, "testB": 1})
    classes(tmp_path, samples=5)
    a, b = find_domains(tmp_path).both
    assert names((a, b)) == (
        [*(f"{both[0]}/{i}.png" for i in range(2)), "testA/0.png"],
        [*(f"{both[1]}/{i}.png" for i in range(3)), "testB/0.png"],
    )
    assert [images.names for images in b.split(1, seed=0)] == [b.names[:3], b.names[3:]]
    assert a.attributes == (Attribute("class", ("A", "B")),)
    assert a.notes == (
        "held out: testA/ and testB/, for testing: 2 images, which are not trained on",
        "not used: samples/ (5 images)",
    )
    by_name = find_domains(tmp_path, both[1], both[0]).both  # the same, the other way round
    assert names(by_name) == names((b, a))
    assert by_name[0].attributes == (Attribute("class", both[::-1]),)
    assert names(find_domains(tmp_path, "testA", "testB").both) == (["testA/0.png"], ["testB/0.png"])
    classes(tmp_path, **{f"other{i}": 1 for i in range(5)})
    domains = find_domains(tmp_path)
    assert domains.both[0].notes[1] == "not used: 6 other folders"
    assert domains.others is None


def test_two_folders(tmp_path):
    assert [len(images) for images in find_domains(classes(tmp_path)).both] == [2, 3]  # bags, tops
    assert [len(images) for images in find_domains(tmp_path, "tops", "bags").both] == [3, 2]
    classes(tmp_path, hats=1)
    with pytest.raises(UserError, match=r"which two domains.* class has tops 3, bags 2, hats 1"):
        find_domains(tmp_path)
    assert [len(images) for images in find_domains(tmp_path, "hats", "bags").both] == [1, 2]
    (tmp_path / "empty").mkdir()  # what is not asked for need not be in order
    assert [len(images) for images in find_domains(tmp_path, "hats", "bags").both] == [1, 2]
    with pytest.raises(UserError, match="empty has no images: put some there"):
        find_domains(tmp_path, "hats", "empty")
    (tmp_path / "empty").rmdir()
    with pytest.raises(
        UserError, match="no attribute has both 'hats' and 'shoes'; it has class: tops 3, bags 2"
    ):
        find_domains(tmp_path, "hats", "shoes")
    with pytest.raises(UserError, match="has images and no attributes: give two folders"):
        find_domains(tmp_path / "tops", "../bags", "../hats")
    domains = find_domains(tmp_path, "hats", "bags")
    assert domains.others.names == [f"tops/{i}.png" for i in range(3)]
    assert domains.others.attributes == (Attribute("class", ("bags", "hats", "tops")),)
    assert domains.others.labels.tolist() == [[2]] * 3
    assert domains.both[0].notes == ()


def test_folders_named_by_their_paths(tmp_path):
    """From the folder that is named, though the data set is the only one in it; with a slash or without."""
    classes(tmp_path, **{"set/cats": 2, "set/dogs/train": 2, "set/dogs/test": 1, "set/birds": 1})
    dogs = ["set/dogs/test/0.png", "set/dogs/train/0.png", "set/dogs/train/1.png"]
    for names_given in (("set/cats", "set/dogs"), ("set/cats/", "set/dogs/")):
        a, b = find_domains(tmp_path, *names_given).both
        assert (a.names, sorted(b.names)) == (["set/cats/0.png", "set/cats/1.png"], dogs)
        assert b.test_count == 1
    assert names(find_domains(tmp_path, "cats", "birds").both)[1] == ["birds/0.png"]


def test_folders_of_a_catalogue(tmp_path):
    """As product images and model shots are; a value of the same name comes first."""
    classes(catalogue(tmp_path), models=2, flat=1, tops=1, skirts=1)
    assert [len(images) for images in find_domains(tmp_path, "flat", "models").both] == [1, 2]
    assert [len(images) for images in find_domains(tmp_path, "tops", "skirts").both] == [4, 1]


def test_two_roots(tmp_path):
    classes(tmp_path, left=1, right=2)
    a, b = find_domains((tmp_path / "left", tmp_path / "right")).both
    assert (names((a, b)), a.root) == ((["0.png"], ["0.png", "1.png"]), tmp_path / "left")
    assert b.attributes == (Attribute("class", ("left", "right")),)
    assert b.labels.tolist() == [[1], [1]]
    with pytest.raises(UserError, match="none does not exist"):
        find_domains((tmp_path / "left", tmp_path / "none"))
    with pytest.raises(UserError, match="`where` x=y: two folders of images have no attributes"):
        find_domains((tmp_path / "left", tmp_path / "right"), where=["x=y"])


def test_images_without_attributes(tmp_path):
    classes(tmp_path, only=2)
    with pytest.raises(UserError, match="has images and no attributes: give two folders"):
        find_domains(tmp_path, "red", "blue")


def test_real_products(tmp_path):
    a, b = find_domains(
        unpacked("fpis", tmp_path, most=500), "White", "Black", where=["subCategory=Topwear"]
    ).both
    assert a.attributes[0].name == "baseColour"
    assert min(len(a), len(b)) > 5
    assert a.load(0).shape == (80, 60, 3)
