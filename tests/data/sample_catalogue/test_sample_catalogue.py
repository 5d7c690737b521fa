"""The sample catalogue: shaped as a real shop's, the same from the same seed, and truly worn."""

import csv
import hashlib
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from heard import Heard
from PIL import Image

from zoo.data.sample_catalogue import COLUMNS, write_sample_catalogue
from zoo.data.sample_catalogue import writer as writing
from zoo.data.sample_catalogue.defaults import sample_products
from zoo.data.sample_catalogue.people import someone
from zoo.data.sample_catalogue.products import product
from zoo.data.sample_catalogue.shots import model_shot, product_image
from zoo.errors import UserError

ROOT = Path(__file__).resolve().parents[3]
VALUES = {
    "category": "blouses dresses jackets knitwear pants skirts tops",
    "color": "beige black blue gray green pink red white yellow",
    "length": "3-4 knee long normal short",
    "sleeve_length": "half long short sleeveless",
    "fit": "loose normal tight",
    "pattern": "floral lace polkadots print stripes unicolors",
    "neckline": "back deep lines round v wide",
}
NUMBER, SIZE = 21, 64


def table(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def digest(folder: Path) -> str:
    contents = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        contents.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return contents.hexdigest()


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "catalogue"
    seen = []
    written = write_sample_catalogue(folder, NUMBER, SIZE, 0, lambda done, total: seen.append((done, total)))
    assert written == folder / "data.csv"
    assert seen == [(n, NUMBER) for n in range(1, NUMBER + 1)]
    return folder


def test_table_has_the_agreed_columns_and_values(catalogue):
    rows = table(catalogue / "data.csv")
    assert (catalogue / "data.csv").read_text(encoding="utf-8").splitlines()[0] == ";".join(COLUMNS)
    assert len(rows) == NUMBER
    assert len({r["id"] for r in rows}) == NUMBER
    for row in rows:
        for column, values in VALUES.items():
            required = column in ("category", "color")
            assert row[column] in values.split() or (not required and row[column] == ""), (column, row)
        assert row["name"]
        assert row["brand"]
        assert "," in row["attributes"]
        if row["category"] in ("pants", "skirts"):
            assert row["sleeve_length"] == row["neckline"] == ""
    assert {r["category"] for r in rows} == set(VALUES["category"].split())


def test_every_file_exists_and_every_product_is_seen_from_the_front(catalogue):
    rows, truth = table(catalogue / "data.csv"), table(catalogue / "truth.csv")
    named = set()
    for row in rows:
        own = [t for t in truth if t["id"] == row["id"]]
        kinds = Counter(t["kind"] for t in own)
        assert set(kinds) <= {"front", "back", "detail", "cropped"}
        assert kinds["front"] >= 1
        assert 3 <= len(own) <= 6
        assert len(row["model_img_urls"].split(",")) == len(own)
        assert [t["file"] for t in own] == [f"models/{row['id']}@{n}.jpg" for n in range(len(own))]
        assert row["img_path"] == f"{row['category']}/{row['id']}.jpg"
        named |= {row["img_path"], *(t["file"] for t in own)}
    assert named == {str(p.relative_to(catalogue)) for p in catalogue.rglob("*.jpg")}
    for name in named:
        with Image.open(catalogue / name) as image:
            assert image.size == (SIZE, SIZE)
            assert image.mode == "RGB"


def test_shots_come_in_no_order(catalogue):
    """Otherwise choosing a product's front shot would be no task."""
    firsts = {t["kind"] for t in table(catalogue / "truth.csv") if t["file"].endswith("@0.jpg")}
    assert len(firsts) > 1


def test_same_seed_same_bytes_by_however_many_processes(catalogue, tmp_path, monkeypatch):
    """Seeds must mean something: helpers give the bytes that one process gives, another seed others."""
    monkeypatch.setattr(writing, "_FEW", 8)
    monkeypatch.setattr(writing.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    write_sample_catalogue(tmp_path / "again", NUMBER, SIZE, 0)
    assert digest(tmp_path / "again") == digest(catalogue)
    write_sample_catalogue(tmp_path / "other", 2, SIZE, 1)
    write_sample_catalogue(tmp_path / "fewer", 2, SIZE, 0)
    assert digest(tmp_path / "other") != digest(tmp_path / "fewer")


def test_products_without_shots_are_the_same_products(catalogue, tmp_path, monkeypatch):
    """Leaving out the shots changes no product image and no other cell, by however many processes."""
    monkeypatch.setattr(writing, "_FEW", 8)
    monkeypatch.setattr(writing.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    folder = tmp_path / "products"
    write_sample_catalogue(folder, NUMBER, SIZE, 0, shots=False)
    rows = table(folder / "data.csv")
    assert [row["model_img_urls"] for row in rows] == [""] * NUMBER
    assert rows == [row | {"model_img_urls": ""} for row in table(catalogue / "data.csv")]
    for row in rows:
        assert (folder / row["img_path"]).read_bytes() == (catalogue / row["img_path"]).read_bytes()
    tables = {"data.csv", "catalogue.json"}
    assert {p.name for p in folder.iterdir()} == {row["category"] for row in rows} | tables


def test_catalogues_with_and_without_shots_are_not_taken_for_each_other(catalogue, tmp_path):
    """A folder drawn before shots could be left out stays reusable; one without them is none with them."""
    contents = {"generator": "sample_catalogue", "version": 1, "products": NUMBER, "size": SIZE, "seed": 0}
    assert json.loads((catalogue / "catalogue.json").read_text()) == contents
    with pytest.raises(UserError, match=r"\(shots True, .*asked: shots False"):
        write_sample_catalogue(catalogue, NUMBER, SIZE, 0, shots=False)
    write_sample_catalogue(tmp_path / "c", 1, SIZE, 0, shots=False)
    assert write_sample_catalogue(tmp_path / "c", 1, SIZE, 0, shots=False) == tmp_path / "c" / "data.csv"
    with pytest.raises(UserError, match=r"\(shots False, .*asked: shots True"):
        write_sample_catalogue(tmp_path / "c", 1, SIZE, 0)


def test_many_products_are_drawn_once_for_every_recipe(tmp_path, monkeypatch):
    """A recipe without --data says that it draws, and the next one takes what is there."""
    monkeypatch.chdir(tmp_path)
    heard = Heard()
    assert sample_products(2, SIZE, heard) == Path("data/sample_products")
    assert heard.lines == ["drawing 2 product images in data/sample_products/"]
    assert sample_products(listener=heard) == Path("data/sample_products")
    assert len(heard.lines) == 1
    assert len(table(tmp_path / "data" / "sample_products" / "data.csv")) == 2


def drawn(index: int, seed: int, kind: str | None) -> np.ndarray:
    """Product image (kind None) or shot of a product, float64, without writing files."""
    garment = product(index, 96, seed).garment
    if kind is None:
        return np.asarray(product_image(garment, 96, seed), np.float64)
    rng = np.random.default_rng(index)
    return np.asarray(model_shot(garment, someone(rng), kind, 96, seed, rng), np.float64)


def test_shots_wear_the_product():
    """The garment's mean colour in the product image and in the front shot, where it is worn, agree."""
    pairs = []
    for index in range(35):
        category = product(index, 96, 5).garment.category
        flat, worn = drawn(index, 5, None), drawn(index, 5, "front")
        # Boxes in the garment's middle: of the flat one, and of the worn one (hips or below the bust).
        flat = flat[12:30, 40:56] if category == "pants" else flat[27:69, 39:57]
        worn = worn[41:49, 43:53] if category in ("pants", "skirts") else worn[26:37, 43:53]
        if category == "jackets":  # below the opening, through which a shirt shows
            flat, worn = drawn(index, 5, None)[48:75, 38:58], drawn(index, 5, "front")[31:40, 43:53]
        pairs.append((flat.reshape(-1, 3).mean(0), worn.reshape(-1, 3).mean(0)))
    apart = [np.abs(a - b).mean() for a, b in pairs]
    strangers = [np.abs(pairs[i][0] - pairs[i - 1][1]).mean() for i in range(len(pairs))]
    assert np.median(apart) < 14
    assert np.mean(apart) < 0.4 * np.mean(strangers)


def test_colour_words_match_the_drawn_colours():
    """A product called black is dark, a white one light, a red one red."""
    rules = {
        "black": lambda r, g, b: max(r, g, b) < 75,
        "white": lambda r, g, b: min(r, g, b) > 180,
        "red": lambda r, g, b: r > g + 60 and r > b + 60,
        "green": lambda r, g, b: g > r + 15 and g > b + 5,
        "blue": lambda r, g, b: b > r + 25 and b > g + 15,
        "yellow": lambda r, g, b: r > b + 60 and g > b + 50,
        "pink": lambda r, g, b: r > g + 25 and b > g - 5,
        "gray": lambda r, g, b: max(r, g, b) - min(r, g, b) < 20 and 70 < g < 190,
        "beige": lambda r, g, b: r > g > b and 20 < r - b < 110 and r > 150,
    }
    seen = set()
    for index in range(63):
        garment = product(index, 96, 7).garment
        if garment.pattern == "unicolors":
            image = drawn(index, 7, None)
            box = image[15:30, 40:56] if garment.category == "pants" else image[36:66, 40:56]
            middle = np.median(box.reshape(-1, 3), 0)
            assert rules[garment.color](*middle), (index, garment.color, middle)
            seen.add(garment.color)
    assert len(seen) >= 7


def test_same_catalogue_is_kept_and_anything_else_refused(catalogue, tmp_path):
    before = (catalogue / "data.csv").stat().st_mtime_ns
    assert write_sample_catalogue(catalogue, NUMBER, SIZE, 0) == catalogue / "data.csv"
    assert (catalogue / "data.csv").stat().st_mtime_ns == before
    with pytest.raises(UserError, match=r"holds another sample catalogue .*seed 0.*remove"):
        write_sample_catalogue(catalogue, NUMBER, SIZE, 1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match=r"mine exists and is not a sample catalogue; name another"):
        write_sample_catalogue(tmp_path / "mine", 2, SIZE, 0)
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("arguments", "named"), [((0, 64, 0), "0 products"), ((1, 32, 0), "32"), ((1, 64, -1), "-1")]
)
def test_arguments_off_are_named(tmp_path, arguments, named):
    with pytest.raises(UserError, match=named):
        write_sample_catalogue(tmp_path / "c", *arguments)
    assert not list(tmp_path.iterdir())


def test_a_stop_leaves_nothing_behind(tmp_path):
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample_catalogue(tmp_path / "c", 3, SIZE, 0, stop)
    assert not list(tmp_path.iterdir())


def test_largest_size_draws(tmp_path):
    write_sample_catalogue(tmp_path / "c", 1, 512, 0)
    with Image.open(tmp_path / "c" / table(tmp_path / "c" / "data.csv")[0]["img_path"]) as image:
        assert image.size == (512, 512)


def test_recipe_names_what_it_wrote_and_errors_in_one_line(tmp_path):
    command = [
        sys.executable,
        "-m",
        "recipes.sample_catalogue",
        "--output",
        str(tmp_path / "c"),
        "--products",
        "2",
    ]
    first = subprocess.run([*command, "--size", "64"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert str(tmp_path / "c" / "data.csv") in first.stdout
    contents = json.loads((tmp_path / "c" / "catalogue.json").read_text())
    assert (contents["products"], contents["size"], contents["seed"]) == (2, 64, 0)
    again = subprocess.run([*command, "--size", "64"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "already" in again.stdout
    bare = ["--output", str(tmp_path / "bare"), "--no-shots"]  # the last --output counts
    done = subprocess.run([*command, *bare], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "catalogue of 2 products drawn in" in done.stdout
    assert "shots" not in done.stdout
    other = subprocess.run([*command, "--size", "96"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert other.returncode == 2
    assert other.stderr.startswith("error: ")
    assert other.stderr.count("\n") == 1


def test_drawing_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    """Neither files nor threads: a thread that reads on at exit would end Python with a fatal error."""
    before = threading.active_count()

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample_catalogue(tmp_path / "catalogue", products=60, size=64, progress=interrupt)
    assert threading.active_count() == before
    assert list(tmp_path.iterdir()) == []


def test_output_that_nobody_reads_does_not_crash(tmp_path: Path) -> None:
    """``python -m recipes.sample_catalogue | head -1`` ends quietly, with a shell's status for it."""
    command = [
        sys.executable,
        "-m",
        "recipes.sample_catalogue",
        "--size",
        "64",
        "--products",
        "1",
        "--output",
    ]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([*command, str(tmp_path / "catalogue")], cwd=ROOT, **pipes)
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait(60) == 141


HELD = """
import sys, time
from zoo.data.sample_catalogue import write_sample_catalogue

def hold(done, total):
    print(done, flush=True)
    time.sleep(600)

write_sample_catalogue(sys.argv[1], 60, 64, 0, hold, shots=False)
"""


def test_what_a_killed_drawing_left_is_swept_but_not_a_live_one(tmp_path: Path) -> None:
    """Waiting ends with the other's helpers too: they hold its lock, and end with it."""
    folder, seen = tmp_path / "catalogue", []
    mine = tmp_path / ".catalogue.mine.part"  # no name that a drawing would choose
    mine.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", HELD, str(folder)], cwd=ROOT, stdout=subprocess.PIPE
    ) as killed:
        killed.stdout.readline()

        def on_wait() -> None:
            seen.extend(path for path in tmp_path.glob(".catalogue.*.part") if path != mine)
            killed.kill()

        write_sample_catalogue(folder, 3, SIZE, 0, shots=False, on_wait=on_wait)
    assert len(seen) == 1
    assert sorted(tmp_path.iterdir()) == [mine, folder]


def test_of_two_drawings_at_once_one_is_made(tmp_path: Path) -> None:
    folder, waits, seen = tmp_path / "c", threading.Event(), []

    def second() -> None:
        write_sample_catalogue(folder, 2, SIZE, 0, lambda *done: seen.append(done), on_wait=waits.set)

    thread = threading.Thread(target=second)

    def first(done: int, total: int) -> None:
        if done == 1:
            thread.start()
            assert waits.wait(60)

    write_sample_catalogue(folder, 2, SIZE, 0, first)
    thread.join()
    assert seen == []
    assert list(tmp_path.iterdir()) == [folder]


def test_sigterm_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "recipes.sample_catalogue", "--products", "5000", "--size", "512"]
    process = subprocess.Popen(
        [*command, "--output", str(tmp_path / "c")], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    while process.poll() is None and not list(tmp_path.glob(".c.*.part/models/*.jpg")):
        time.sleep(0.02)
    process.terminate()
    assert process.communicate(timeout=60)[1] == "stopped by SIGTERM; nothing more was saved\n"
    assert process.returncode == 143
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [".", "dangling", "x" * 250])
def test_places_that_cannot_be_drawn_into_are_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty, dangling = tmp_path / "empty", tmp_path / "dangling"
    empty.mkdir()
    dangling.symlink_to("nowhere")
    monkeypatch.chdir(empty if name == "." else tmp_path)
    with pytest.raises(UserError, match=r"cannot be (drawn into|written)"):
        write_sample_catalogue(Path(name), 1, SIZE)
    assert sorted(tmp_path.rglob("*")) == [dangling, empty]
