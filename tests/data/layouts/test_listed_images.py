"""Data sets with a list are found as their publishers, Kaggle, Excel and file systems leave them."""

import csv
import os
import shutil
import unicodedata

import numpy as np
import pytest
from labelled_folders import celeba, deepfashion, picture, styles

from zoo.attributes import UNKNOWN
from zoo.data.layouts.shared.attribute_lists import read_attribute_text, read_partition
from zoo.data.selection.images import find_images
from zoo.errors import UserError


def as_table(root, ending="\n", no="-1", hint=""):
    """CelebA's list as Kaggle has it."""
    rows = [line.split() for line in (root / "list_attr_celeba.txt").read_text().splitlines()[1:]]
    rows[0].insert(0, "image_id")
    text = hint + "".join(",".join(row) + ending for row in rows)
    (root / "list_attr_celeba.csv").write_text(text.replace("-1", no), newline="")
    (root / "list_attr_celeba.txt").unlink()
    return root


def labels(images):
    return images.labels.T.tolist()


# --- CelebA


@pytest.mark.parametrize("options", [{}, {"ending": "\r\n", "hint": "sep=,\r\n"}, {"no": "0"}])
@pytest.mark.parametrize("folder", ["img_align_celeba", "img_align_celeba/img_align_celeba", "images"])
def test_celeba_from_kaggle(tmp_path, options, folder):
    as_table(celeba(tmp_path / "set"), **options)
    (tmp_path / "set/img_align_celeba").rename(tmp_path / "moved")
    (tmp_path / "set" / folder).parent.mkdir(exist_ok=True)
    (tmp_path / "moved").rename(tmp_path / "set" / folder)
    images = find_images(tmp_path, ("Smiling", "Male:yes:no"))  # one folder deeper, as it is unpacked
    assert (images.layout, images.root) == ("celeba", tmp_path / "set")
    assert labels(images) == [[0, 1, 1, 0], [0, 0, 1, 1]]
    assert images.names[3] == f"{folder}/3.jpg"
    assert images.notes == ()


def test_celeba_as_its_authors_lay_it_out(tmp_path):
    celeba(tmp_path)
    for name, place in (("list_attr_celeba.txt", "Anno"), ("img_align_celeba", "Img")):
        (tmp_path / place).mkdir()
        (tmp_path / name).rename(tmp_path / place / name)
    assert find_images(tmp_path, ["Male"]).names[0] == "Img/img_align_celeba/0.jpg"


def test_cut_list_is_taken_with_a_word(tmp_path):
    """Its first line says how many images there were before."""
    path = celeba(tmp_path) / "list_attr_celeba.txt"
    path.write_text(path.read_text().replace("4\n", "202599\n", 1))
    images = find_images(tmp_path, ["Male"])
    assert len(images) == 4
    assert images.notes == (
        "list_attr_celeba.txt: line 1 says 202,599 images, and 4 follow, which are taken",
    )


@pytest.mark.parametrize("kaggle", [False, True])
def test_celeba_is_tested_on_its_own_partition(tmp_path, kaggle):
    name, text = "list_eval_partition.txt", "0.jpg 0\n1.jpg 1\n2.jpg 2\n3.jpg 0\n"
    if kaggle:
        name, text = "list_eval_partition.csv", "image_id,partition\n" + text.replace(" ", ",")
    (celeba(tmp_path) / name).write_text(text)
    images = find_images(tmp_path, ["Male"])
    training, held_out = images.split(2, seed=0)
    assert [each.rpartition("/")[2] for each in held_out.names] == ["1.jpg", "2.jpg"]
    assert len(training) == 2
    assert images.notes == (
        f"held out: val and test in {name}, for testing: 2 images, which are not trained on",
    )
    before = images.fingerprint()
    (tmp_path / name).write_text(text.replace("0.jpg 0", "0.jpg 2").replace("0.jpg,0", "0.jpg,2"))
    assert find_images(tmp_path, ["Male"]).fingerprint() != before
    (tmp_path / name).write_text(text.replace("1\n", "0\n").replace("2\n", "0\n"))
    images = find_images(tmp_path, ["Male"])
    assert images.own_test is None
    assert "all of these images are to train on, so some of them are held out at random" in images.notes[0]


def test_partition_that_is_none(tmp_path):
    path = tmp_path / "list_eval_partition.txt"
    path.write_text("0.jpg 0\n1.jpg 1\n2.jpg 7\n")
    with pytest.raises(UserError, match=r"line 3 is '2\.jpg 7', and not a name and 0, 1 or 2"):
        read_partition(path)


# --- DeepFashion


@pytest.mark.parametrize("annotations", ["Anno", "Anno_coarse", "Anno/Anno_fine"])
def test_deepfashion(tmp_path, annotations):
    images = find_images(deepfashion(tmp_path, annotations), ("a-line", "abstract print", "category"))
    assert (images.layout, images.names) == (
        "deepfashion",
        [f"img/Some_Blouse/img_{i}.jpg" for i in range(2)],
    )
    assert labels(images) == [[1, 0], [0, UNKNOWN], [0, 1]]
    assert images.attributes[2].values == ("Skirt", "Tee")
    assert images.notes == ("left out: 1 of list_attr_img.txt whose image is not in img/",)
    (tmp_path / "Eval").mkdir()
    rows = ("img/Some_Blouse/img_0.jpg train", "img/Some_Blouse/img_1.jpg val")
    (tmp_path / "Eval/list_eval_partition.txt").write_text(
        "\n".join(["2", "image_name evaluation_status", *rows])
    )
    assert find_images(tmp_path, ("a-line",)).own_test.tolist() == [False, True]


def test_deepfashion_without_what_it_needs(tmp_path):
    deepfashion(tmp_path)
    shutil.rmtree(tmp_path / "img")
    with pytest.raises(UserError, match=r"img holds none of the 3 images of .*list_attr_img\.txt: put them"):
        find_images(tmp_path)
    (tmp_path / "Anno/list_attr_cloth.txt").unlink()
    with pytest.raises(UserError, match=r"list_attr_img\.txt is there, but list_attr_cloth\.txt"):
        find_images(tmp_path)


def test_a_thousand_attributes_are_named_in_a_short_line(tmp_path):
    deepfashion(tmp_path)
    names = [f"colour {i}" for i in range(1000)]
    (tmp_path / "Anno/list_attr_cloth.txt").write_text(
        "1000\nname type\n" + "".join(f"{n} 1\n" for n in names)
    )
    row = "img/Some_Blouse/img_0.jpg " + "-1 " * 1000
    (tmp_path / "Anno/list_attr_img.txt").write_text(f"1\nimage_name attribute_labels\n{row}\n")
    with pytest.raises(UserError, match=r"has no attribute 'color 7': it has colour 7, .* others") as caught:
        find_images(tmp_path, ("color 7",))
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("values", ["1 -1 0", " 1\t-1  0 ", "1  -1 0\r"])
def test_values_of_a_list(tmp_path, values):
    path = tmp_path / "list.txt"
    path.write_text(f"1\nheader\n0.jpg {values}\n", newline="")
    assert read_attribute_text(path, ("a", "b", "c")).signs.tolist() == [[1, -1, 0]]


@pytest.mark.parametrize(
    "values", ["1 -1", "1 -1 0 1", "1 - 1 0", "1 --1 0", "1-1 0", "11 0 0", "1 -1 2", "1 -1 é"]
)
def test_other_values_are_refused(tmp_path, values):
    path = tmp_path / "list.txt"
    path.write_text(f"1\nheader\n0.jpg {values}\n")
    with pytest.raises(UserError, match=r"line 3 is not a name and 3 values, each 1, -1 or 0"):
        read_attribute_text(path, ("a", "b", "c"))


# --- Fashion Product Images


def test_styles_one_folder_deeper(tmp_path):
    styles(tmp_path / "fashion-dataset")
    images = find_images(tmp_path, ["baseColour"])
    assert (images.layout, labels(images)) == ("styles", [[1, 0, 1]])
    assert "styles.csv is there, in fashion-dataset/" in images.describe()[0]
    picture(tmp_path / "t-shirts/1.png")  # a data set beside others is not the only one that can be meant
    assert find_images(tmp_path).layout == "classes"
    assert find_images(tmp_path, layout="styles").names == images.names


def test_styles_as_excel_saves_it(tmp_path):
    path = styles(tmp_path) / "styles.csv"
    rows = list(csv.reader(path.read_text().splitlines()))
    text = "".join(";".join(row) + "\r\n" for row in rows)
    path.write_bytes(("\ufeffsep=;\r\n" + text).encode())
    assert labels(find_images(tmp_path, ["baseColour"])) == [[1, 0, 1]]


# --- names that differ


@pytest.mark.parametrize("ending", ["0.JPG", "0.jpeg", "0.png", "0.Png"])
def test_another_ending(tmp_path, ending):
    styles(tmp_path)
    (tmp_path / "images/0.jpg").rename(tmp_path / "images" / ending)
    assert f"images/{ending}" in find_images(tmp_path).names


def test_a_list_without_endings(tmp_path):
    path = celeba(tmp_path) / "list_attr_celeba.txt"
    path.write_text(path.read_text().replace(".jpg", ""))
    assert find_images(tmp_path).names == [f"img_align_celeba/{i}.jpg" for i in range(4)]


def test_letters_composed_and_decomposed(tmp_path):
    path = celeba(tmp_path) / "list_attr_celeba.txt"
    path.write_text(path.read_text().replace("0.jpg", unicodedata.normalize("NFC", "Größe.jpg")))
    disk = unicodedata.normalize("NFD", "Größe.jpg")
    (tmp_path / "img_align_celeba/0.jpg").rename(tmp_path / "img_align_celeba" / disk)
    assert find_images(tmp_path).names[0] == f"img_align_celeba/{disk}"


def test_two_files_that_a_name_could_mean(tmp_path):
    styles(tmp_path)
    os.rename(tmp_path / "images/0.jpg", tmp_path / "images/0.png")
    picture(tmp_path / "images/0.webp")
    with pytest.raises(UserError, match=r"'0\.jpg' may be 0\.png or 0\.webp: remove one of them"):
        find_images(tmp_path)


@pytest.mark.parametrize("name", ["../0.jpg", "/etc/passwd", "C:/0.jpg", "a/../../0.jpg"])
def test_names_stay_in_the_folder(tmp_path, name):
    path = celeba(tmp_path) / "list_attr_celeba.txt"
    path.write_text(path.read_text().replace("0.jpg", name))
    with pytest.raises(UserError, match=r"list_attr_celeba\.txt names .* which is not a file inside"):
        find_images(tmp_path)


def test_what_a_list_leaves_out_is_counted(tmp_path):
    styles(tmp_path)
    picture(tmp_path / "images/9.jpg")
    (tmp_path / "images/8.mov").write_bytes(b"x")
    (tmp_path / "images/@eaDir").mkdir()
    picture(tmp_path / "images/@eaDir/7.jpg")
    notes = find_images(tmp_path).notes
    assert "left out: 1 of styles.csv whose image is not in images/" in notes
    assert "not used: 1 image in images/ that styles.csv does not name" in notes
    assert any("1 video" in note and "1 thumbnail in @eaDir/" in note for note in notes)
    assert np.all(["@eaDir" not in name for name in find_images(tmp_path).names])
