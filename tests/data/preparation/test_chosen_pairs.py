"""Model shots are chosen without a file in the user's folder, and found again when a run resumes."""

from pathlib import Path

import pytest
from tiny_data import catalogue, files, side_by_side

from recipes import select_model_shots
from zoo.data.preparation.pairs import prepare_pairs
from zoo.data.sample_catalogue import write_sample_catalogue
from zoo.data.selection.pairs import find_pairs
from zoo.errors import UserError


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop") / "photos"
    write_sample_catalogue(folder, 8, 64, 0)
    return folder


def test_nothing_is_written_into_the_users_folder(shop: Path, tmp_path: Path) -> None:
    """pairs.csv and a contact sheet were left there without being asked for."""
    before = files(shop)
    first = prepare_pairs(shop)
    assert files(shop) == before
    assert len(first.usable) == 8
    first.keep(tmp_path)
    assert files(tmp_path) == {"pairs.csv", "model_shots_clusters.png", "rejected.csv"}
    again = prepare_pairs(shop, run=tmp_path)
    assert again.choice is None
    assert again.usable.fingerprint() == first.usable.fingerprint()
    assert prepare_pairs(shop).usable.fingerprint() == first.usable.fingerprint()


def test_who_asks_for_the_file_gets_it(shop: Path) -> None:
    before = files(shop)
    select_model_shots.main(select_model_shots.parser().parse_args([str(shop)]))
    assert files(shop) - before == {"pairs.csv", "model_shots_clusters.png"}
    assert prepare_pairs(shop).choice is None
    for name in ("pairs.csv", "model_shots_clusters.png"):
        (shop / name).unlink()


def test_two_layouts_are_refused_before_anything_is_chosen(shop: Path) -> None:
    wide = side_by_side(shop / "wide", 1) / "0.jpg"
    wide.rename(shop / "wide.jpg")
    try:
        with pytest.raises(UserError, match="matches 2 layouts"):
            prepare_pairs(shop)
    finally:
        (shop / "wide.jpg").unlink()
        (shop / "wide").rmdir()


def test_names_that_a_spreadsheet_would_run(tmp_path: Path) -> None:
    """What is written has an apostrophe before it, and is read back as it was."""
    root = catalogue(tmp_path, 2)
    (root / "tops/0.jpg").rename(root / "=0.jpg")
    (root / "pairs.csv").write_text(
        "id;product;model_shot\n'=1+1;'=0.jpg;models/0@1.jpg\n'@x;tops/1.jpg;models/1@1.jpg\n"
    )
    pairs = find_pairs(root)
    assert pairs.ids == ["=1+1", "@x"]
    assert pairs.sources == ["=0.jpg", "tops/1.jpg"]


def test_excels_line_and_other_spellings_in_pairs_csv(tmp_path: Path) -> None:
    root = catalogue(tmp_path, 2)
    (root / "tops/0.jpg").rename(root / "tops/0.JPG")
    text = (root / "pairs.csv").read_text()
    (root / "pairs.csv").write_text("sep=;\r\n" + text)
    assert find_pairs(root).sources == ["tops/0.JPG", "tops/1.jpg"]
