"""Pairs in two folders, in every way that people lay them out; what is for testing is never trained on."""

import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from zoo.data.selection.pairs import find_pairs
from zoo.errors import UserError


def put(root, *names, wide=False):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 4) if wide else (4, 4)).save(root / name)
    return root


@pytest.mark.parametrize(
    ("a", "b", "test_a", "test_b"),
    [
        ("A", "B", None, None),
        ("A", "B", "testA", "testB"),
        ("train_A", "train_B", "test_A", "test_B"),
        ("trainA", "trainB", "testA", "testB"),
        ("trainA", "trainB", "valA", "valB"),
        ("A/train", "B/train", "A/val", "B/val"),
        ("train/A", "train/B", "test/A", "test/B"),
        ("Train/A", "Train/B", "Test/A", "Test/B"),
        ("source", "target", None, None),
        ("train/input", "train/target", "test/input", "test/target"),
        ("train/cloth", "train/image", "test/cloth", "test/image"),
        ("cloth", "image", None, None),
    ],
)
def test_two_folders_are_paired_by_name(tmp_path, a, b, test_a, test_b):
    """They were refused, or the two were taken for classes; 04a_AB, 04b_pix2pixHD and 04d_trainAtrainB."""
    put(tmp_path, f"{a}/1.png", f"{a}/2.jpg", f"{b}/1.png", f"{b}/2.png", f"{b}/x/3.png", f"{a}/x/3.png")
    if test_a:
        put(tmp_path, f"{test_a}/1.png", f"{test_a}/9.png", f"{test_b}/1.png", f"{test_b}/9.png")
    pairs = find_pairs(tmp_path)
    assert pairs.layout == "two-folders"
    training = set(zip(pairs.sources, pairs.targets, strict=True))
    held = set()
    if test_a:
        trained, tested = pairs.split(2, seed=0)
        training, held = (set(zip(part.sources, part.targets, strict=True)) for part in (trained, tested))
        said = f"held out: {test_a}/ and {test_b}/, for testing: 2 pairs"
        assert any(note.startswith(said) for note in pairs.notes)
    names = (("1.png", "1.png"), ("2.jpg", "2.png"), ("x/3.png", "x/3.png"))
    assert training == {(f"{a}/{one}", f"{b}/{two}") for one, two in names}
    assert held == ({(f"{test_a}/{n}", f"{test_b}/{n}") for n in ("1.png", "9.png")} if test_a else set())
    assert len(set(pairs.ids)) == len(pairs)


def test_folders_on_another_disk_may_be_linked(tmp_path):
    put(tmp_path / "disk", "A/1.png", "B/1.png")
    put(tmp_path / "disk/wide", "1.png", wide=True)
    for link, target in (("one/A", "A"), ("one/B", "B"), ("two/train", "wide")):
        (tmp_path / link).parent.mkdir(exist_ok=True)
        (tmp_path / link).symlink_to(tmp_path / "disk" / target)
    assert find_pairs(tmp_path / "one").sources == ["A/1.png"]
    pairs = find_pairs(tmp_path / "two")
    assert (pairs.sources, pairs.notes) == (["train/1.png"], ())


@pytest.mark.parametrize("name", ["04a_AB", "04b_pix2pixHD", "04d_trainAtrainB"])
def test_users_folders(case, name):
    pairs = find_pairs(case(name))
    assert (pairs.layout, len(pairs)) == ("two-folders", 12)
    assert all(a.split("/")[1] == b.split("/")[1] for a, b in pairs.files())


def test_pictures_without_a_partner_are_counted_and_named(tmp_path):
    put(tmp_path, "A/1.png", "A/2.png", "A/7.png", "B/1.png", "B/2.png", "B/8.png", "B/9.png", "masks/1.png")
    (tmp_path / "A/IMG.CR2").write_bytes(b"x")
    assert [note for note in find_pairs(tmp_path).notes if not note.startswith("skipped")] == [
        "left out: images without a partner, 1 in A/ and 2 in B/: A/7.png, B/8.png, B/9.png",
        "not used: 1 images in masks/",
    ]
    assert any(note.startswith("skipped: 1 raw photo") for note in find_pairs(tmp_path).notes)


def test_names_of_other_systems_are_paired(tmp_path):
    decomposed = unicodedata.normalize("NFD", "Größe")
    put(tmp_path, "A/Größe.png", f"B/{decomposed}.png", "A/IMG.JPG", "B/img.jpg", "A/5_A.png", "B/5_B.png")
    assert sorted(find_pairs(tmp_path).files()) == [
        ("A/5_A.png", "B/5_B.png"),
        ("A/Größe.png", f"B/{decomposed}.png"),
        ("A/IMG.JPG", "B/img.jpg"),
    ]


def test_two_possible_partners_are_refused(tmp_path):
    put(tmp_path, "A/1.png", "A/1.jpg", "B/1.webp")
    with pytest.raises(UserError, match=r"A/1.jpg and A/1.png are two images of one name"):
        find_pairs(tmp_path)


def test_folders_without_pairs(tmp_path):
    put(tmp_path / "one", "A/1.png", "B/2.png")
    with pytest.raises(
        UserError, match=r"no image in A/ has the name of one in B/ \(the first: A/1.png and B/2"
    ):
        find_pairs(tmp_path / "one")
    put(tmp_path / "two", "test/A/1.png", "test/B/1.png")
    with pytest.raises(UserError, match="no images to train on in A and B"):
        find_pairs(tmp_path / "two")
    put(tmp_path / "three", "shirts/1.png", "shoes/1.png")  # classes, as far as anyone can tell
    with pytest.raises(UserError, match="A/ and B/ with images of the same names"):
        find_pairs(tmp_path / "three")
    with pytest.raises(UserError, match="has no folders A/ and B/"):
        find_pairs(tmp_path / "three", "two-folders")


def test_splits_of_images_side_by_side_are_held_out(tmp_path):
    put(tmp_path, "train/1.png", "train/2.png", "val/1.png", "test/1.png", "test/sub/3.png", wide=True)
    put(tmp_path, "extra/4.png")
    pairs = find_pairs(tmp_path)
    assert (pairs.layout, len(pairs), pairs.test_count) == ("side-by-side", 5, 3)
    training, held = pairs.split(3, seed=0)
    assert training.sources == ["train/1.png", "train/2.png"]
    assert held.sources == ["test/1.png", "test/sub/3.png", "val/1.png"]
    assert "held out: test/ and val/, for testing: 3 pairs, which are not trained on" in pairs.notes
    assert "not used: 1 images in extra/" in pairs.notes
    with pytest.raises(UserError, match=r"`held_out` 4: .* keeps 3 pairs for testing"):
        pairs.split(4, seed=0)
    other = replace(pairs, own_test=np.array([False, True, True, True, True]))
    assert pairs.fingerprint() != other.fingerprint()


# --- Dress Code


def dress_code(root, *folders):
    for folder in folders:
        name = f"images/{folder}{{}}_{{}}.jpg"
        put(root / folder, *(name.format(i, part) for i in range(3) for part in (0, 1)))
        lists = {
            "train_pairs": [(0, 0), (1, 1)],
            "test_pairs_paired": [(2, 2)],
            "test_pairs_unpaired": [(0, 1)],
        }
        for title, pairs in lists.items():
            lines = [f"{folder}{person}_0.jpg\t{folder}{garment}_1.jpg\n" for person, garment in pairs]
            (root / folder / f"{title}.txt").write_text("".join(lines))
    return root


@pytest.mark.parametrize("folders", [("",), ("upper_body", "dresses")])
def test_dress_code(tmp_path, folders):
    pairs = find_pairs(dress_code(tmp_path, *folders))
    assert (pairs.layout, len(pairs), pairs.test_count) == ("dress-code", 3 * len(folders), len(folders))
    assert all(a.endswith("_1.jpg") and b.endswith("_0.jpg") for a, b in pairs.files())
    assert any("test_pairs_unpaired.txt" in note for note in pairs.notes if note.startswith("not used"))
    assert any("test_pairs_paired.txt" in note for note in pairs.notes if note.startswith("held out"))


def test_dress_codes_list_of_all_categories(tmp_path):
    for i, folder in enumerate(("upper_body", "lower_body", "dresses")):
        put(tmp_path / folder, f"images/{i}_0.jpg", f"images/{i}_1.jpg")
    (tmp_path / "train_pairs.txt").write_text("0_0.jpg\t0_1.jpg\t0\n2_0.jpg\t2_1.jpg\t2\n")
    assert find_pairs(tmp_path).sources == ["upper_body/images/0_1.jpg", "dresses/images/2_1.jpg"]
    (tmp_path / "train_pairs.txt").write_text("1_0.jpg 1_1.jpg\n")
    assert find_pairs(tmp_path).sources == ["lower_body/images/1_1.jpg"]
    (tmp_path / "train_pairs.txt").write_text("1_0.jpg 7_1.jpg\n")
    with pytest.raises(UserError, match=r"line 1 names .*7_1.jpg', and .* is not a file"):
        find_pairs(tmp_path)
