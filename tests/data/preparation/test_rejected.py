"""rejected.csv answers why an image or a pair is not used: each has a row, with one reason."""

import csv
from pathlib import Path

import pytest
from labelled_folders import catalogue as products
from labelled_folders import celeba, classes, picture
from tiny_data import catalogue, folders

import zoo.data
from zoo.data.model_shots.shot_rejections import write_rejected
from zoo.data.preparation import rejected_csv
from zoo.data.preparation.prepared import Prepared
from zoo.data.preparation.rejected_csv import write_rejections
from zoo.data.sample_catalogue import write_sample_catalogue
from zoo.data.sets.rejections import STAGES, Rejection
from zoo.errors import UserError


def rows(data: Prepared, root: Path) -> list[tuple[str, str, str, str]]:
    """Rows of a prepared data set, paths relative to its root; each stage is known."""
    rejected = [tuple(cell.removeprefix(f"{root}/") for cell in row) for row in data.rejected()]
    assert {stage for *_, stage in rejected} <= set(STAGES)
    return sorted(rejected)


def test_two_folders(tmp_path: Path) -> None:
    for name in (
        "A/1.jpg",
        "B/1.jpg",
        "A/2.jpg",
        "B/2.jpg",
        "A/3.jpg",
        "B/3.jpg",
        "A/alone.jpg",
        "misc/x.jpg",
    ):
        picture(tmp_path / name)
    picture(tmp_path / "A/@eaDir/1.jpg")
    (tmp_path / "B/4.heic2").write_bytes(b"x")
    (tmp_path / "B/3.jpg").write_bytes(b"")
    data = zoo.data.prepare_pairs(tmp_path, on_bad="skip")
    assert rows(data, tmp_path) == [
        ("A/@eaDir/1.jpg", "", "thumbnail in @eaDir/", "folder"),
        ("A/alone.jpg", "", "the other folder has no image of this name", "pairing"),
        ("B/3.jpg", "A/3.jpg", "is empty (0 bytes): fetch or copy it again", "checking"),
        ("B/4.heic2", "", "not an image: .heic2 file", "folder"),
        ("misc/x.jpg", "", "neither in A nor in B", "folder"),
    ]


def test_lists_of_pairs(tmp_path: Path) -> None:
    root = folders(tmp_path, 3)
    text = (root / "pairs.txt").read_text()
    (root / "pairs.txt").write_text(text + text.splitlines()[0] + "\n")
    (root / "test_pairs.txt").write_text("0_0.jpg 1_1.jpg\n")
    picture(root / "cloth/unlisted.jpg")
    assert rows(zoo.data.prepare_pairs(root), root) == [
        ("1_1.jpg", "0_0.jpg", "test_pairs.txt pairs people with what they do not wear", "pairing"),
        ("cloth/0_1.jpg", "image/0_0.jpg", "the pair is listed twice", "pairing"),
        ("cloth/unlisted.jpg", "", "no pair of pairs.txt names it", "list"),
    ]


def test_listed_images_and_attributes(tmp_path: Path) -> None:
    root = celeba(tmp_path / "faces")
    (root / "img_align_celeba/0.jpg").unlink()
    picture(root / "img_align_celeba/9.jpg")
    assert rows(zoo.data.prepare_images(root), root) == [
        ("img_align_celeba/0.jpg", "", "list_attr_celeba.txt lists it, and there is no such file", "list"),
        ("img_align_celeba/9.jpg", "", "list_attr_celeba.txt does not list it", "list"),
    ]
    shop = products(tmp_path / "shop")
    picture(shop / "all/spare.png")
    data = zoo.data.prepare_images(shop, ("color", "length"), complete=True)
    assert rows(data, shop) == [
        ("all/1.png", "", "no value of length", "attributes"),
        ("all/4.png", "", "no value of color", "attributes"),
        ("all/spare.png", "", "an image that no row of data.csv names", "list"),
    ]


def test_domains_and_images_for_testing(tmp_path: Path) -> None:
    shop = products(tmp_path / "shop")
    picture(shop / "all/6.png")
    with (shop / "data.csv").open("a") as file:
        file.write("6;all/6.png;A name;skirts;blue;short\n")
    domains = zoo.data.prepare_domains(shop, "tops", "skirts", where=("color=red", "color=blue"), held_out=1)
    assert rows(domains, shop) == [("all/4.png", "", "not where color=red or blue", "attributes")]
    domains = zoo.data.prepare_domains(shop, "tops", "skirts", held_out=1)
    assert rows(domains, shop) == [
        ("all/4.png", "", "category is pants, neither tops nor skirts", "attributes")
    ]
    root = classes(tmp_path / "split", **{"train/a": 3, "train/b": 3, "test/a": 2, "test/b": 1})
    held_out = zoo.data.prepare_images(root, ("class",), held_out=2)
    (row,) = rows(held_out, root)
    assert row[0].startswith("test/")
    assert row[2:] == ("the data set keeps it for testing, and enough others are held out", "split")


def test_unreadable_images_of_other_values(tmp_path: Path) -> None:
    """They are neither of the two domains, and the evaluator cannot learn from them."""
    shop = products(tmp_path / "shop")
    (shop / "all/4.png").write_bytes(b"")
    picture(shop / "all/6.png")
    with (shop / "data.csv").open("a") as file:
        file.write("6;all/6.png;A name;skirts;blue;short\n")
    domains = zoo.data.prepare_domains(shop, "tops", "skirts", held_out=1, on_bad="skip")
    assert [image.path for image in domains.bad] == [str(shop / "all/4.png")]
    assert rows(domains, shop) == [
        ("all/4.png", "", "category is pants, neither tops nor skirts", "attributes"),
        ("all/4.png", "", "is empty (0 bytes): fetch or copy it again", "checking"),
    ]


def test_a_catalogue_with_pairs(tmp_path: Path) -> None:
    """Each product without a pair, and each shot that no pair has; reasons that were kept are given again."""
    root = catalogue(tmp_path, 5)
    lines = (root / "pairs.csv").read_text().splitlines()
    (root / "pairs.csv").write_text("\n".join(lines[:4]) + "\n")
    (root / "models/4@1.jpg").unlink()
    picture(root / "models/0@2.jpg")
    picture(root / "models/stranger.jpg")
    (root / "pairs_rejected.csv").write_text(
        "file;partner_or_product;reason;stage\nmodels/3@1.jpg;3;uncertainty 0.900 is above 0.5;model shots\n"
    )
    assert rows(zoo.data.prepare_pairs(root), root) == [
        ("models/0@2.jpg", "0", "another shot of the product was chosen", "model shots"),
        ("models/3@1.jpg", "3", "uncertainty 0.900 is above 0.5", "model shots"),
        ("models/stranger.jpg", "", "an image of no product (<id>@<n>.jpg is of <id>)", "list"),
        ("tops/4.jpg", "4", "no model shot (models/<id>@<n>.jpg)", "model shots"),
    ]
    (root / "pairs_rejected.csv").unlink()
    assert ("tops/3.jpg", "3", "pairs.csv has no pair of it", "model shots") in rows(
        zoo.data.prepare_pairs(root), root
    )


def test_model_shots_that_are_too_uncertain(tmp_path: Path) -> None:
    """select_model_shots keeps why it left products out, and a training gives that as the reason."""
    root = tmp_path / "shop"
    write_sample_catalogue(root, 8, 64)
    catalogue = zoo.data.read_catalogue(root)
    choice = zoo.data.choose_model_shots(catalogue)
    limit = sorted(pair.uncertainty for pair in choice.pairs)[5]
    dropped = {pair.model_shot for pair in choice.pairs if pair.uncertainty > limit}
    zoo.data.select_model_shots(root, max_uncertainty=limit)
    rejected = [row for row in rows(zoo.data.prepare_pairs(root), root) if "above" in row[2]]
    assert {row[0] for row in rejected} == dropped
    assert write_rejected(choice, root / "pairs.csv", 1.0) == 0
    assert not (root / "pairs_rejected.csv").exists()


def test_a_file_of_the_users_is_not_replaced_by_the_reasons(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    write_sample_catalogue(root, 4, 64)
    for _ in range(2):
        zoo.data.select_model_shots(root, max_uncertainty=0)
    assert (root / "pairs_rejected.csv").is_file()
    (tmp_path / "mine_rejected.csv").write_text("mine")
    with pytest.raises(UserError, match=r"mine_rejected\.csv would be replaced"):
        zoo.data.select_model_shots(root, output=str(tmp_path / "mine.csv"))
    with pytest.raises(UserError, match="choose another `sheet`"):
        zoo.data.select_model_shots(root, output="x.csv", sheet="x_rejected.csv")
    assert (tmp_path / "mine_rejected.csv").read_text() == "mine"
    assert not (tmp_path / "mine.csv").exists()


def test_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or not at all, with nothing that a spreadsheet would run; absent where nothing was rejected."""
    path = tmp_path / "rejected.csv"
    assert write_rejections([], path) == 0
    assert not path.exists()
    formula = Rejection("=1+1.jpg", "@x", 'says "no", twice', "list")
    assert write_rejections(iter([formula, formula]), path) == 2
    with path.open(newline="") as file:
        header, *lines = csv.reader(file)
    assert header == ["file", "partner_or_product", "reason", "stage"]
    assert lines == [["'=1+1.jpg", "'@x", 'says "no", twice', "list"]] * 2

    def broken():
        yield formula
        raise UserError("a folder is gone")

    before = path.read_text()
    with pytest.raises(UserError, match="a folder is gone"):
        write_rejections(broken(), path)
    assert path.read_text() == before
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.setattr(rejected_csv, "MOST_ROWS", 3)
    assert write_rejections([formula] * 9, path) == 3
    assert path.read_text().splitlines()[-1] == "…,,more than 3 files were left out,"
