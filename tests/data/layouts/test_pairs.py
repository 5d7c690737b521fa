"""A folder is taken for what it is, says so, and every fault is named with file, line and remedy."""

import numpy as np
import pytest
from PIL import Image

from zoo.data.images import UnreadableImage
from zoo.data.selection.pairs import find_pairs
from zoo.data.sets.file_set import BadImage, check
from zoo.errors import UserError


def picture(path, height=6, width=4, level=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), (level, 0, 0)).save(path)


@pytest.fixture
def folders(tmp_path):
    root = tmp_path / "viton"
    for i in range(4):
        picture(root / f"image/{i}_0.png", 8, 6, 100 + i)
        picture(root / f"cloth/{i}_1.png", 6, 4, i)
    (root / "pairs.txt").write_text("".join(f"{i}_0.png {i}_1.png\n" for i in range(4)))
    return root


@pytest.fixture
def wide(tmp_path):
    root = tmp_path / "maps"
    for i in range(3):
        pixels = np.zeros((4, 8, 3), np.uint8)
        pixels[:, 4:] = 200 + i
        (root / "train").mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(root / f"train/{i}.png")
    return root


@pytest.fixture
def catalogue(tmp_path):
    root = tmp_path / "shop"
    rows = ["id;product;model_shot;cluster;distance;uncertainty"]
    for i in range(3):
        picture(root / f"tops/{i}.png", level=i)
        picture(root / f"models/{i}@1.png", level=50 + i)
        rows.append(f"p{i};tops/{i}.png;models/{i}@1.png;0;0.5;")
    (root / "data.csv").write_text("id;img_path\n")
    (root / "pairs.csv").write_text("\n".join(rows) + "\n")
    return root


def reds(images):
    return tuple(int(image[0, 0, 0]) for image in images)


# --- recognition


def test_folders(folders):
    pairs = find_pairs(folders)
    assert (pairs.layout, len(pairs), pairs.ids[1]) == ("folders", 4, "1_0")
    assert reds(pairs.load(2)) == (2, 102)  # the product is the source
    assert pairs.paths(0) == (folders / "cloth/0_1.png", folders / "image/0_0.png")


def test_side_by_side(wide):
    pairs = find_pairs(wide)
    assert (pairs.layout, pairs.ids) == ("side-by-side", ["0", "1", "2"])
    assert reds(pairs.load(1)) == (0, 201)
    assert pairs.load(1)[0].shape == (4, 4, 3)
    source, target = pairs.load(1, source_channels=1, target_channels=3)
    assert (source.shape, target.shape) == ((4, 4, 1), (4, 4, 3))
    assert len(find_pairs(wide / "train")) == 3  # the folder of images itself serves too


def test_catalogue(catalogue):
    pairs = find_pairs(catalogue)
    assert (pairs.layout, pairs.ids) == ("catalogue", ["p0", "p1", "p2"])
    assert reds(pairs.load(2)) == (2, 52)


@pytest.mark.parametrize("layout", ["folders", "wide", "catalogue"])
def test_direction_exchanges_the_two_in_every_layout(layout, request):
    root = request.getfixturevalue(layout)
    forth, back = find_pairs(root, direction="AtoB"), find_pairs(root, direction="BtoA")
    assert reds(back.load(1)) == reds(forth.load(1))[::-1]
    assert forth.ids == back.ids
    assert list(forth.products) == list(back.products)
    assert forth.fingerprint() != back.fingerprint()


def test_description_shows_what_was_guessed_and_why(folders, wide):
    text = "\n".join(find_pairs(folders).describe())
    for part in (
        "folders, because pairs.txt is there",
        "`layout`",
        "pairs: 4",
        "product photo (cloth), 6×4",
        "8×6",
        "cloth/0_1.png → image/0_0.png",
        "AtoB; `direction`",
    ):
        assert part in text
    text = "\n".join(find_pairs(wide, direction="BtoA").describe())
    assert "source: right half, 4×4" in text
    assert "BtoA" in text


def test_description_gives_ranges_and_unreadable_files(folders):
    picture(folders / "cloth/0_1.png", 9, 3)
    (folders / "cloth/1_1.png").write_bytes(b"")
    assert "6–9×3–4 (height × width, 1 unreadable)" in "\n".join(find_pairs(folders).describe())


def test_two_layouts_at_once_ask_for_a_choice(folders):
    picture(folders / "wide.png", 4, 8)
    with pytest.raises(UserError, match=r"2 layouts.*`layout` folders or `layout` side-by-side"):
        find_pairs(folders)
    assert find_pairs(folders, "folders").layout == "folders"
    assert find_pairs(folders, "side-by-side").layout == "side-by-side"


def test_published_splits(tmp_path):
    """VITON-HD: train/cloth, train/image, train_pairs.txt; its test pairs do not belong together."""
    for part in ("train", "test"):
        for name in ("cloth", "image"):
            picture(tmp_path / part / name / "00.png")
            picture(tmp_path / part / name / "01.png")
        (tmp_path / f"{part}_pairs.txt").write_text("00.png 00.png\n")
    (tmp_path / "test_pairs.txt").write_text("00.png 01.png\n01.png 00.png\n")
    pairs = find_pairs(tmp_path)
    assert pairs.sources == ["train/cloth/00.png"]
    assert "not used: test_pairs.txt" in pairs.describe()


def test_pairs_for_testing_that_belong_together_are_held_out(folders):
    (folders / "train_pairs.txt").write_text("0_0.png 0_1.png\n1_0.png 1_1.png\n2_0.png 2_1.png\n")
    (folders / "test_pairs.txt").write_text("3_0.png 3_1.png\n")
    (folders / "pairs.txt").unlink()
    pairs = find_pairs(folders)
    training, held = pairs.split(1, seed=0)
    assert (training.ids, held.ids) == (["0_0", "1_0", "2_0"], ["3_0"])
    assert any(note.startswith("held out: test_pairs.txt, for testing: 1 pair,") for note in pairs.notes)
    (folders / "test_pairs.txt").write_text("3_0.png 3_1.png\n3_2.png 3_1.png\n")
    picture(folders / "image/3_2.png")
    assert len(find_pairs(folders).split(1, seed=0)[1]) == 2  # pairs of one product are not parted
    (folders / "train_pairs.txt").unlink()
    with pytest.raises(UserError, match=r"pairs for testing only \(test_pairs.txt\)"):
        find_pairs(folders)


def test_ids_stay_unique(folders):
    (folders / "pairs.txt").write_text("0_0.png 0_1.png\n0_0.png 1_1.png\n0_0.png 1_1.png\n")
    pairs = find_pairs(folders)
    assert pairs.ids == ["0_0+0_1", "0_0+1_1"]
    assert "left out: 1 repeated pair" in pairs.describe()


# --- faults


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0_0.png 0_1.png\n\n0_0.png\n", r"line 3 is '0_0.png': write 'person.jpg cloth.jpg'"),
        ("0_0.png 9.png\n", r"line 1 names '9.png', and .*cloth/9.png is not a file: add"),
        ("0_0.png ../image/0_0.png\n", r"line 1 names '../image/0_0.png', which is not a file inside"),
        ("/etc/passwd 0_1.png\n", r"line 1 names '/etc/passwd', which is not a file inside"),
        ("", r"pairs.txt has no pairs"),
        ("\xff", r"not UTF-8"),
    ],
)
def test_faults_in_pairs_txt_name_the_line(folders, text, says):
    (folders / "pairs.txt").write_text(text, encoding="latin-1")
    with pytest.raises(UserError, match=says):
        find_pairs(folders)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id;shot\n1;2\n", r"row 1 has no column 'product'.*select_model_shots"),
        ("product;model_shot\ntops/0.png\n", r"row 2 has 1 cells and the header 2"),
        ("product;model_shot\ntops/0.png;no.png\n", r"row 2 names 'no.png'"),
        ("product,model_shot\n../x.png,tops/0.png\n", r"row 2 names '../x.png', which is not a file inside"),
        ("product;model_shot\nout/x.png;tops/0.png\n", r"'out/x.png'.* is not a file inside the folder"),
        ("product;model_shot\n", r"has no pairs"),
    ],
)
def test_faults_in_pairs_csv_name_the_row(catalogue, text, says):
    picture(catalogue.parent / "elsewhere/x.png")
    (catalogue / "out").symlink_to(catalogue.parent / "elsewhere")
    (catalogue / "pairs.csv").write_text(text)
    with pytest.raises(UserError, match=says):
        find_pairs(catalogue)


def test_catalogue_without_chosen_shots_names_the_command(catalogue):
    (catalogue / "pairs.csv").unlink()
    with pytest.raises(UserError, match=r"python -m recipes.select_model_shots .*shop"):
        find_pairs(catalogue)


def test_folder_faults(tmp_path, folders, wide):
    (tmp_path / "empty").mkdir()
    picture(tmp_path / "photos/a.png")
    picture(tmp_path / "half/cloth/a.png")
    for root, says in (
        (tmp_path / "none", "does not exist"),
        (folders / "pairs.txt", "is a file: give the folder"),
        (tmp_path / "empty", "is empty"),
        (tmp_path / "photos", r"a\.png is 6×4"),
        (tmp_path, "has no pairs"),
        (tmp_path / "half", "has cloth/ but no pairs.txt: write one"),
    ):
        with pytest.raises(UserError, match=says):
            find_pairs(root)
    with pytest.raises(UserError, match="choose from auto, catalogue, folders, dress-code, two-folders"):
        find_pairs(folders, "pix2pix")
    with pytest.raises(UserError, match="choose from AtoB, BtoA"):
        find_pairs(folders, direction="left")


@pytest.mark.parametrize("width", [7, 6])
def test_side_by_side_of_another_shape_is_named(wide, width):
    picture(wide / "train/1.png", 4, width)
    with pytest.raises(UserError, match=rf"1\.png is 4×{width}.*not two squares"):
        find_pairs(wide, "side-by-side")


# --- parting, fingerprint, checking


def test_split_depends_on_products_alone(folders):
    lines = [f"{i}_0.png {j}_1.png\n" for i in range(4) for j in range(4)]
    (folders / "pairs.txt").write_text("".join(lines))
    pairs = find_pairs(folders)
    train, held = pairs.split(4, seed=1)
    assert (len(train), len(held)) == (12, 4)
    assert not set(train.products) & set(held.products)
    (folders / "pairs.txt").write_text("".join(reversed(lines)))
    assert set(find_pairs(folders).split(4, seed=1)[1].ids) == set(held.ids)
    assert len({tuple(pairs.split(4, seed)[1].products) for seed in range(20)}) > 1
    assert len(pairs.split(0, 1)[1]) == 0
    with pytest.raises(UserError, match="leaves none to train on"):
        pairs.split(16, 1)
    with pytest.raises(UserError, match="cannot be held out"):
        pairs.split(-1, 1)


def test_fingerprint_sees_content_not_order_or_dates(folders):
    pairs = find_pairs(folders)
    first = pairs.fingerprint()
    (folders / "cloth/0_1.png").touch()
    assert pairs.subset([3, 2, 1, 0]).fingerprint() == first
    assert pairs.subset([0, 1, 2]).fingerprint() != first
    with (folders / "cloth/0_1.png").open("ab") as file:
        file.write(b"x")
    assert pairs.fingerprint() != first
    (folders / "cloth/0_1.png").unlink()
    with pytest.raises(UserError, match="moved since"):
        pairs.fingerprint()


def cut(path):
    path.write_bytes(path.read_bytes()[:-30])


def test_check_names_or_leaves_out_what_cannot_be_read(folders):
    pairs = find_pairs(folders)
    assert check(pairs)[1] == []
    cut(folders / "image/2_0.png")
    assert check(pairs, decode=False)[1] == []  # the header is whole
    with pytest.raises(UnreadableImage, match=r"image/2_0\.png is damaged.*`on_bad` skip"):
        check(pairs, decode=True)
    seen = []
    kept, bad = check(pairs, "skip", decode=True, workers=1, progress=lambda *done: seen.append(done))
    assert kept.ids == ["0_0", "1_0", "3_0"]
    assert [(one.id, one.path) for one in bad] == [("2_0", str(folders / "image/2_0.png"))]
    assert isinstance(bad[0], BadImage)
    assert seen[-1] == (8, 8)


def test_check_with_nothing_left(wide):
    pairs = find_pairs(wide)
    for path in (wide / "train").iterdir():
        path.write_bytes(b"")
    with pytest.raises(UserError, match=r"no pair has two usable images.*0\.png is empty"):
        check(pairs, "skip")
    with pytest.raises(UserError, match="choose from error, skip"):
        check(pairs, "ignore")


def test_check_finds_the_one_wide_image_of_another_shape(wide):
    pairs = find_pairs(wide)
    picture(wide / "train/2.png", 4, 6)
    assert [one.id for one in check(pairs, "skip")[1]] == ["2"]
