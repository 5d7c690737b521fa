"""Folders named as splits are never taken for labels, whichever way they are nested with the classes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled_folders import classes, picture

from zoo.data.layouts.shared.split_folders import is_test, part_indices, parts_of, sides, unused_folders
from zoo.data.selection.domains import find_domains
from zoo.data.selection.images import find_images
from zoo.errors import UserError

# Two images to train on and one for testing, of each of two classes.
ORDERS = {
    "splits outside": "{split}/{name}",
    "splits inside": "{name}/{split}",
    "before": "{split}_{name}",
    "after": "{name}-{split}",
}
NAMES = [
    ("train", "test"),
    ("Training", "VALIDATION"),
    ("train", "dev"),
    ("TRAIN", "Eval"),
    ("training", "val"),
]


def data_set(root, form, training="train", testing="test", names=("cats", "dogs")):
    counts = ((training, 2), (testing, 1))
    folders = {form.format(split=split, name=name): count for name in names for split, count in counts}
    return classes(root, **folders)


@pytest.mark.parametrize(("training", "testing"), NAMES)
@pytest.mark.parametrize("form", ORDERS.values(), ids=ORDERS)
def test_labels_are_the_classes_and_the_data_is_tested_on_its_own_split(tmp_path, form, training, testing):
    images = find_images(data_set(tmp_path, form, training, testing), ["class"])
    assert images.layout == "classes"
    assert images.attributes[0].values == ("cats", "dogs")
    trained, held_out = images.split(2, seed=0)
    assert {name.rpartition("/")[0] for name in held_out.names} == {
        form.format(split=testing, name=name) for name in ("cats", "dogs")
    }
    for part, each in ((trained, 2), (held_out, 1)):
        assert part.labels.T.tolist() == [[0] * each + [1] * each]
        assert ["dogs" in name for name in part.names] == part.labels[:, 0].tolist()
    assert any(note.startswith("held out: ") and testing in note for note in images.describe())
    assert not any(note.startswith("not used") for note in images.notes)


@pytest.mark.parametrize(
    "form",
    [
        "{split}{name}",
        "{split}_{name}",
        "{split}-{name}",
        "{split}/{name}",
        "{name}/{split}",
        "{name}_{split}",
    ],
)
@pytest.mark.parametrize("letters", ["AB", "ab"])
def test_two_domains_in_splits(tmp_path, form, letters):
    """The layouts of CycleGAN, pix2pixHD and the like, with anything beside them."""
    data_set(tmp_path, form, names=letters)
    if form == "{split}{name}":
        classes(tmp_path, results=3)
        picture(tmp_path / "preview.png")
    for images in find_domains(tmp_path).both:
        training, held_out = images.split(1, seed=0)
        assert (len(training), len(held_out)) == (2, 1)
        assert all("train" in name for name in training.names)
        assert all("test" in name for name in held_out.names)


@pytest.mark.parametrize(
    ("training", "testing"),
    [
        ("training_set", "test_set"),
        ("training_set/training_set", "test_set/test_set"),
        ("train2017", "val2017"),
        ("Train Images", "Test Images"),
    ],
)
def test_splits_as_archives_name_them(tmp_path, training, testing):
    data_set(tmp_path, "{split}/{name}", training, testing)
    images = find_images(tmp_path, ["class"])
    assert images.attributes[0].values == ("cats", "dogs")
    assert [len(part) for part in images.split(2, seed=0)] == [4, 2]


def test_splits_of_images_without_classes_are_not_classes(tmp_path):
    """As COCO and Kaggle have them; and of cats and dogs in train/ only."""
    assert find_images(classes(tmp_path / "coco", train2017=3, val2017=2)).layout == "folder"
    images = find_images(
        classes(tmp_path / "kaggle", **{"train/cats": 3, "train/dogs": 3, "test1": 2}), ["class"]
    )
    assert (images.layout, len(images), images.own_test) == ("classes", 6, None)
    assert images.notes == ("not used: test1/ (2 images)",)


def test_data_sets_side_by_side_are_not_classes(tmp_path):
    for name in ("horse2zebra", "maps"):
        data_set(tmp_path / name, "{split}{name}", names="AB")
    for find in (find_images, find_domains):
        with pytest.raises(UserError, match=r"horse2zebra/ and maps/, with two domains in each: give one"):
            find(tmp_path)
    assert len(find_domains(tmp_path / "maps").both[0]) == 3


def test_two_splits_are_not_domains(tmp_path):
    data_set(tmp_path, "{split}/{name}")
    for arguments in ((tmp_path, "test", "train"), ((tmp_path / "train", tmp_path / "test"),)):
        with pytest.raises(UserError, match="are splits of a data set and no two domains: give the folder"):
            find_domains(*arguments)


def test_two_roots_that_are_splits_of_two_classes(tmp_path):
    data_set(tmp_path, "{name}/{split}")
    a, b = find_domains((tmp_path / "cats/train", tmp_path / "dogs/train")).both
    assert a.attributes[0].values == ("cats", "dogs")
    assert (len(a), b.own_test) == (2, None)


def test_two_roots_with_splits(tmp_path):
    data_set(tmp_path, "{name}/{split}")
    a, b = find_domains((tmp_path / "cats", tmp_path / "dogs")).both
    assert [images.names for images in a.split(1, seed=0)] == [["train/0.png", "train/1.png"], ["test/0.png"]]
    assert b.test_count == 1


def test_images_without_classes_are_held_out_too(tmp_path):
    images = find_images(classes(tmp_path, train=3, test=2, val=1))
    assert (images.layout, images.test_count) == ("folder", 3)
    assert images.notes == ("held out: test/ and val/, for testing: 3 images, which are not trained on",)
    with pytest.raises(
        UserError, match=r"`held_out` 4: .* keeps 3 images for testing; give at most that many"
    ):
        images.split(4, seed=0)
    training, held_out = images.split(2, seed=0)
    assert (len(training), len(held_out)) == (3, 2)
    assert {name.partition("/")[0] for name in training.names} == {"train"}


def test_what_has_no_place_is_reported(tmp_path):
    data_set(tmp_path, "{split}/{name}")
    classes(tmp_path, **{"test/birds": 2, "extra": 3})
    picture(tmp_path / "test/loose.png")
    assert find_images(tmp_path, ["class"]).notes == (
        "held out: test/, for testing: 2 images, which are not trained on",
        "not used: extra/ (3 images), test/ (1 image), test/birds/ (2 images)",
    )


@pytest.mark.parametrize("folders", [("test", "val"), ("test/cats", "test/dogs")])
def test_nothing_to_train_on(tmp_path, folders):
    classes(tmp_path, **dict.fromkeys(folders, 1))
    with pytest.raises(UserError, match=r"holds images for testing only .*add train/, or give .*test itself"):
        find_images(tmp_path)


@pytest.mark.parametrize(
    "folders",
    [("train", "bus", "car"), ("test_tube", "train_station"), ("cats", "dev"), ("trainers", "tests")],
)
def test_classes_that_sound_like_splits_stay_classes(folders):
    assert parts_of(f"{folder}/1.png" for folder in folders).values == sorted(folders)
    assert not any(sides([f"{folder}/1.png" for folder in folders]))


def test_a_class_without_training_images_stays_a_class():
    """cats/ in which all lies in test/ is not left without images to train on."""
    parts = parts_of(["cats/test/1.png", "dogs/train/1.png", "dogs/test/1.png"])
    assert [(part.folder, part.value, part.test) for part in parts.parts] == [
        ("cats", "cats", False), ("dogs/test", "dogs", True), ("dogs/train", "dogs", False),
    ]  # fmt: skip


def test_names_of_splits():
    assert [is_test(name) for name in ("Train", "training", "TEST", "Valid", "val2017", "tests", "A")] == [
        False, False, True, True, True, None, None,
    ]  # fmt: skip


def test_a_folder_around_the_data_set_is_looked_through(tmp_path):
    data_set(tmp_path / "unpacked" / "set", "{split}/{name}")
    (tmp_path / "unpacked" / "readme.txt").write_text("x")
    images = find_images(tmp_path, ["class"])
    assert (images.root, images.attributes[0].values) == (tmp_path / "unpacked/set", ("cats", "dogs"))
    assert images.describe()[0].endswith("in unpacked/set/ (`layout` names another)")
    again = find_images(tmp_path, ["class"], layout="classes")  # as a resumed run asks for it
    assert again.fingerprint() == images.fingerprint()


FOLDERS = ("train", "test", "Val", "A", "B", "cats", "trainA", "testB", "train_cats", "cats_test", "Training")


@pytest.mark.fuzz
@settings(settings.get_profile("fuzz"))
@given(st.lists(st.lists(st.sampled_from(FOLDERS), max_size=4).map("/".join), max_size=8))
def test_any_folders_are_parted_without_loss(folders):
    """Each image has one part or is reported as unused; it is on the same side with classes and without."""
    names = [f"{folder}/{i}.jpg".lstrip("/") for i, folder in enumerate(folders)]
    parts = parts_of(names).parts
    places = part_indices(names, parts)
    assert sum(place < 0 for place in places) == sum(unused_folders(names, parts).values())
    for name, place, test in zip(names, places, sides(names), strict=True):
        if place >= 0:
            assert name.startswith(parts[place].folder + "/")
            assert test == parts[place].test
