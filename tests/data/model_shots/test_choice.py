"""The chosen shots are whole figures from the front, and a doubtful choice says that it is."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recipes import select_model_shots
from zoo.data.catalogue.reading import Catalogue, read_catalogue
from zoo.data.images import read_image
from zoo.data.model_shots.choice import Choice, choose_model_shots, write_pairs
from zoo.data.model_shots.contact_sheet import draw_contact_sheet
from zoo.data.model_shots.silhouettes import measure_figure
from zoo.data.sample_catalogue import write_sample_catalogue
from zoo.errors import UserError

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("shots") / "catalogue"
    write_sample_catalogue(folder, products=24, size=256, seed=5)
    return folder


@pytest.fixture(scope="module")
def catalogue(folder) -> Catalogue:
    return read_catalogue(folder)


@pytest.fixture(scope="module")
def choice(catalogue) -> Choice:
    return choose_model_shots(catalogue)


def kinds(folder: Path) -> dict[str, str]:
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        return {Path(row["file"]).stem: row["kind"] for row in csv.DictReader(file, delimiter=";")}


def front_share(choice: Choice) -> float:
    truth = kinds(choice.catalogue.root)
    return float(np.mean([truth[Path(pair.model_shot).stem] == "front" for pair in choice.pairs]))


def altered(folder: Path, target: Path, alter) -> Catalogue:
    """A copy of the catalogue with its shots altered, kept without loss."""
    shutil.copytree(folder, target)
    for path in sorted((target / "models").iterdir()):
        Image.fromarray(alter(read_image(path))).save(path.with_suffix(".png"))
        path.unlink()
    return read_catalogue(target)


def person(hair: int, skin: tuple[int, int, int], face: bool = True, tall: int = 220) -> np.ndarray:
    """A figure of ellipses and a box on a light ground, uint8 (256, 256, 3); not the sample's drawing."""
    image = np.full((256, 256, 3), 236, np.uint8)
    y, x = np.mgrid[0:256, 0:256]
    top, unit = 18, tall / 7.5
    image[int(top + unit) : top + tall, 128 - int(1.1 * unit) : 128 + int(1.1 * unit)] = (40, 70, 130)
    for radius, offset, colour in ((0.5, 0.5, (hair,) * 3), (0.36, 0.62, skin if face else (hair,) * 3)):
        image[((y - top - offset * unit) ** 2 + (1.3 * (x - 128)) ** 2) < (radius * unit) ** 2] = colour
    return image


@pytest.mark.parametrize("skin", [(250, 224, 200), (224, 172, 140), (141, 85, 36), (82, 50, 34)])
@pytest.mark.parametrize("hair", [12, 190])
def test_a_face_is_seen_with_any_colour_of_skin_and_hair(hair, skin):
    assert measure_figure(person(hair, skin)).measures.face > 0.6
    assert measure_figure(person(hair, skin, face=False)).measures.face < 0.1


def test_a_whole_figure_is_distinguished_from_a_cut_one():
    whole = person(12, (224, 172, 140))
    assert measure_figure(whole).measures.full > 0.9
    assert measure_figure(whole[:120]).measures.full < 0.2  # from the knees up, the head large
    assert measure_figure(whole[80:]).measures.full < 0.2  # without a head
    assert measure_figure(np.full((64, 48, 3), 200, np.uint8)).measures == (0, 0, 0)


def test_light_that_falls_off_is_not_a_figure():
    y, x = np.mgrid[-1:1:256j, -1:1:256j]
    fall = (30 * (x**2 + y**2) + 12 * x)[..., None]
    dark = np.clip(person(12, (224, 172, 140)) - fall, 0, 255).astype(np.uint8)
    plain, fallen = (measure_figure(image).mask > 127 for image in (person(12, (224, 172, 140)), dark))
    assert (plain & fallen).sum() / (plain | fallen).sum() > 0.95


def test_chosen_shots_are_whole_figures_from_the_front(choice, catalogue):
    assert len(choice.pairs) == len(catalogue) == 24
    assert front_share(choice) >= 0.95
    assert choice.score > 0.7
    assert not choice.warnings


@pytest.mark.sampled
@pytest.mark.parametrize("clusters", [4, 6, 12])
def test_the_choice_holds_for_other_numbers_of_clusters_and_seeds(catalogue, clusters):
    assert front_share(choose_model_shots(catalogue, clusters=clusters, seed=clusters)) >= 0.95


@pytest.mark.thorough
def test_the_choice_holds_for_other_shapes_and_backgrounds(folder, tmp_path):
    def portrait(image: np.ndarray) -> np.ndarray:
        warm = image[:, 40:216] * np.array([1.0, 0.96, 0.9])
        return np.asarray(Image.fromarray(warm.astype(np.uint8)).resize((176, 256)))

    assert front_share(choose_model_shots(altered(folder, tmp_path / "portrait", portrait))) >= 0.95


def test_the_same_seed_gives_the_same_bytes(choice, catalogue, tmp_path):
    assert write_pairs(choice, tmp_path / "a.csv") == 24
    write_pairs(choose_model_shots(catalogue), tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    lines = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "id;product;model_shot;cluster;distance;uncertainty"
    assert [line.split(";")[0] for line in lines[1:]] == catalogue.rows["id"].tolist()


def test_poor_silhouettes_are_doubted_aloud(folder, choice, tmp_path):
    poor = choose_model_shots(altered(folder, tmp_path / "poor", lambda i: (222 + i / 25).astype(np.uint8)))
    assert poor.quality < choice.quality - 0.3
    assert poor.score < choice.score - 0.3
    assert any("silhouettes are poor" in warning for warning in poor.warnings)
    assert np.mean([pair.uncertainty for pair in poor.pairs]) > 0.5


def test_shots_too_small_for_a_face_are_warned_of(folder, tmp_path):
    small = choose_model_shots(altered(folder, tmp_path / "small", lambda image: image[::2, ::2]))
    assert any("the shots are small (128 pixels" in warning for warning in small.warnings)


def test_named_clusters_are_taken_instead_of_the_rule(catalogue, choice):
    assert choice.clusters[0].wanted
    other = choose_model_shots(catalogue, cluster=[2, 3])
    assert [cluster.number for cluster in other.clusters if cluster.wanted] == [2, 3]
    assert "not by the rule" in other.reason
    assert {pair.model_shot for pair in other.pairs} != {pair.model_shot for pair in choice.pairs}
    with pytest.raises(UserError, match="cluster 9 does not exist; there are 1 to 8"):
        choose_model_shots(catalogue, cluster=9)


def test_doubtful_products_can_be_left_out(choice, tmp_path):
    limit = sorted(pair.uncertainty for pair in choice.pairs)[11]
    assert write_pairs(choice, tmp_path / "few.csv", max_uncertainty=limit) == 12
    assert len((tmp_path / "few.csv").read_text(encoding="utf-8").splitlines()) == 1 + 12


def test_an_unreadable_shot_is_reported_and_not_chosen(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    first = sorted((tmp_path / "copy/models").iterdir())[0]
    first.write_bytes(b"no image")
    choice = choose_model_shots(read_catalogue(tmp_path / "copy"))
    assert len(choice.unreadable) == 1
    assert any(str(first) in warning for warning in choice.warnings)
    assert f"models/{first.name}" not in [pair.model_shot for pair in choice.pairs]


def test_a_catalogue_without_shots_says_where_they_belong(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "bare", ignore=shutil.ignore_patterns("models"))
    with pytest.raises(UserError, match=r"models/<id>@<n>\.jpg"):
        choose_model_shots(read_catalogue(tmp_path / "bare"))


def test_the_contact_sheet_shows_every_cluster(choice, tmp_path):
    draw_contact_sheet(choice, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        width, height = sheet.size
    assert width > 1500
    assert height > 100 * len(choice.clusters)


def test_the_command_writes_both_files_and_names_them(folder, tmp_path, capsys):
    arguments = [str(folder), "--output", str(tmp_path / "pairs.csv"), "--max-uncertainty", "0.9"]
    select_model_shots.main(select_model_shots.parser().parse_args(arguments))
    said = capsys.readouterr().out
    for name in ("pairs.csv", "model_shots_clusters.png"):
        assert (tmp_path / name).exists()
        assert f"wrote {tmp_path / name}" in said
    assert "<- chosen" in said
    with pytest.raises(UserError, match="`max_uncertainty`"):
        select_model_shots.main(
            select_model_shots.parser().parse_args([*arguments, "--max-uncertainty", "2"])
        )


UNGUARDED = """
import sys
from zoo.data.model_shots import shot_features
from zoo.data import select_model_shots
print("runs once")
shot_features._POOL_PAYS = 1
shot_features.cpu_count = lambda: 2
select_model_shots(sys.argv[1])
"""


@pytest.mark.parametrize("source", ["script", "stdin"])
def test_a_script_needs_no_guard(tmp_path: Path, source: str) -> None:
    """The processes that measure do not run the caller's main module again, which stdin has once only."""
    write_sample_catalogue(tmp_path / "shop", 4, 64)
    (tmp_path / "script.py").write_text(UNGUARDED)
    words = [sys.executable, str(tmp_path / "script.py") if source == "script" else "-", tmp_path / "shop"]
    done = subprocess.run(
        words, input=UNGUARDED, capture_output=True, text=True, check=True, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("runs once\n", "")
