"""A fault is reported in one line that names it and the remedy, before anything is written."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_data import TINY, catalogue, files, folders, huge_png, picture, python, side_by_side

import zoo.backend  # noqa: F401 - TensorFlow is imported at collection, so that the CPU becomes two devices

Break = Callable[[Path], Path]  # makes the data in a folder and returns what --data names


def bad_image(content: bytes) -> Break:
    def make(root: Path) -> Path:
        (folders(root) / "cloth" / "3_1.jpg").write_bytes(content)
        return root

    return make


def truncated(root: Path) -> Path:
    whole = (folders(root) / "image" / "3_0.jpg").read_bytes()
    (root / "image" / "3_0.jpg").write_bytes(whole[: len(whole) // 2])
    return root


def huge(root: Path) -> Path:
    huge_png(folders(root) / "cloth" / "3_1.jpg")
    return root


def lost(root: Path) -> Path:
    (folders(root) / "cloth" / "3_1.jpg").unlink()
    return root


def written(name: str, text: str) -> Break:
    """A catalogue with one of its tables replaced; without pairs.csv if that is data.csv."""

    def make(root: Path) -> Path:
        catalogue(root)
        (root / "pairs.csv").unlink()
        (root / name).write_text(text)
        return root

    return make


def empty(root: Path) -> Path:
    root.mkdir()
    return root


def no_pairs(root: Path) -> Path:
    picture(root / "a.jpg")
    (root / "notes.txt").write_text("nothing")
    return root


DATA = {
    "missing folder": (lambda root: root, ["data does not exist", "give the folder"]),
    "empty folder": (empty, ["data is empty", "give a folder"]),
    "no pairs": (no_pairs, ["a.jpg", "32×32", "pairs.txt"]),
    "a file": (lambda root: picture(root / "a.jpg"), ["a.jpg is a file", "give the folder"]),
    "lost file": (lost, ["pairs.txt", "line 4", "3_1.jpg", "add the file or remove the line"]),
    "truncated": (truncated, ["3_0.jpg is damaged or cut short", "copy it again", "--on-bad skip"]),
    "zero bytes": (bad_image(b""), ["3_1.jpg is empty", "copy it again", "--on-bad skip"]),
    "text": (bad_image(b"not found"), ["3_1.jpg is text", "replace it", "--on-bad skip"]),
    "huge": (huge, ["3_1.jpg has 30,000×30,000 pixels", "scale it down", "--on-bad skip"]),
    "data.csv: column": (written("data.csv", "id;picture\n0;tops/0.jpg\n"), ["data.csv", "img_path"]),
    "data.csv: separator": (written("data.csv", "id|img_path\n0|tops/0.jpg\n"), ["data.csv", "separator"]),
    "data.csv: climbs": (written("data.csv", "id;img_path\n0;../0.jpg\n"), ["data.csv", "row 2", "../0.jpg"]),
    "pairs.csv: column": (written("pairs.csv", "product;shot\na;b\n"), ["pairs.csv", "'model_shot'"]),
    "pairs.csv: separator": (
        written("pairs.csv", "product|model_shot\ntops/0.jpg|models/0@1.jpg\n"),
        ["pairs.csv", "row 1", "'product'", "select_model_shots"],
    ),
    "pairs.csv: climbs": (
        written("pairs.csv", "product;model_shot\ntops/0.jpg;../../secret.jpg\n"),
        ["pairs.csv", "row 2", "../../secret.jpg", "without '..'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DATA)
def test_bad_data(case: str, tmp_path: Path, train: Callable) -> None:
    make, words = DATA[case]
    data = make(tmp_path / "data")
    before = files(tmp_path)
    result = train("--data", data, "--run", tmp_path / "run", *TINY)
    is_one_error(result, *words)
    assert files(tmp_path) == before  # no run, no temporary file
    assert not (tmp_path / "run").exists()


OPTIONS = {
    "--size 100": ["--size 100x100", "such as 96 or 128"],
    "--size 0": ["--size", "'0': not a size", "256x192"],
    "--size 12x": ["--size", "'12x': not a size", "256x192"],
    "--preset huge": ["--preset huge", "choose from quick, paper"],
    "--held-out 6": ["holding out 6 of 6 pairs", "--held-out"],
    "--held-out 99": ["holding out 99 of 6 pairs", "--held-out"],
    "--held-out 0": ["--held-out 0", "at least one"],
    "--strategy mirrored --batch-size 3": ["--batch-size 3", "2 replicas", "use 2"],
    "--strategy tpu": ["--strategy tpu", "choose from auto, one, mirrored"],
    "--precision int8": ["--precision int8", "choose from auto, float32"],
    "--layout zip": ["--layout zip", "choose from auto, catalogue"],
    "--direction up": ["--direction", "AtoB"],
    "--steps 0": ["--steps", "'0': must be an integer ≥ 1"],
    "--steps 99999999999": ["--steps", "an integer ≤ 2,147,483,647"],
    "--seed -1": ["--seed", "'-1': must be an integer ≥ 0"],
    "--seed 1.5": ["--seed", "'1.5': must be an integer"],
    "--generator resnet-6 --size 8": ["--size 8x8", "24 pixels or more"],
    "--generator resnet-6 --size 32 --crop 20": ["--crop 20x20", "24 pixels or more"],
    "--dropout 1": ["--dropout", "must be in [0, 1)"],
    "--learning-rate nan": ["--learning-rate", "'nan': must be a number ≥ 0"],
    "--decay 2": ["--decay", "must be in [0, 1]"],
    "--generator-width 100000": ["--generator-width", "100000 is greater than the maximum"],
    "--steps 99999999999999999999": ["--steps", "2,147,483,647"],
    "--colour": ["--colour", "--help"],
}


@pytest.mark.parametrize("given", OPTIONS)
def test_bad_option(given: str, tmp_path: Path, train: Callable) -> None:
    side_by_side(tmp_path / "data")
    result = train("--data", tmp_path / "data", "--run", tmp_path / "run", *TINY, *given.split())
    is_one_error(result, *OPTIONS[given])
    assert not (tmp_path / "run").exists()


def test_run_that_is_taken_or_cannot_be_made(tmp_path: Path, train: Callable) -> None:
    """Said at once, even if the data are bad too."""
    (tmp_path / "file.txt").write_text("mine")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    cases = {
        "taken": ["taken: already exists", "--resume"],
        "file.txt": ["file.txt: already exists", "another --run"],
        "file.txt/run": ["file.txt is a file", "another --run"],
    }
    for name, words in cases.items():
        is_one_error(train("--data", tmp_path / "nothing", "--run", tmp_path / name, *TINY), *words)
    assert files(tmp_path) == {"file.txt", "taken/mine.txt"}


def test_resume_of_nothing_or_of_anothers(
    tmp_path: Path, train: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    is_one_error(train("--resume"), "no run of pix2pix_product2model in runs/", "--run")
    is_one_error(train("--resume", "--run", "gone"), "gone: no such run", "--run")
    Path("run").mkdir()
    is_one_error(train("--resume", "--run", "run"), "no config.json", "--run")
    pix2pix = {"format": 1, "model": "pix2pix", "configuration": {}}
    cases = {
        "belongs to the model cyclegan": {**pix2pix, "model": "cyclegan"},
        "belongs to the recipe maps": {**pix2pix, "recipe": "maps"},
        "run format 99 is newer": {**pix2pix, "format": 99},
        "'configuration' is a required property": {"format": 1, "model": "pix2pix"},
        "has no 'data'": {**pix2pix, "recipe": "pix2pix_product2model"},
        "is not of type 'object'": [],
    }
    for message, config in cases.items():
        Path("run/config.json").write_text(json.dumps(config))
        is_one_error(train("--resume", "--run", "run"), message)
    Path("run/config.json").write_text('{"format": ')
    is_one_error(train("--resume", "--run", "run"), "config.json: cannot be read as JSON")
    assert files(tmp_path) == {"run/config.json"}


@pytest.mark.thorough
@pytest.mark.once
def test_on_bad_skip_says_what_it_left_out(tmp_path: Path, train: Callable) -> None:
    data, run = truncated(tmp_path / "data"), tmp_path / "run"
    (data / "cloth" / "1_1.jpg").write_bytes(b"not found")
    arguments = ["--data", data, "--run", run, *TINY, "--steps", "2", "--no-export"]
    result = train(*arguments, "--on-bad", "skip")
    assert (result.status, result.err) == (0, "")
    config = json.loads((run / "config.json").read_text())["data"]
    assert (config["pairs"], config["training_pairs"] + config["held_out_pairs"]) == (4, 4)
    skipped = {Path(bad["file"]).name: bad["reason"] for bad in config["skipped"]}
    assert set(skipped) == {"3_0.jpg", "1_1.jpg"}
    assert "left out: 2 pairs for 2 bad images" in result.out
    page = (run / "report.html").read_text()
    for name, reason in skipped.items():
        assert f"{name} {reason}" in result.out
        assert name in page
    assert train("--run", run, "--resume", "--no-export").status == 0  # it is remembered


@pytest.mark.parametrize("cached", [True, False])
def test_bad_image_is_found_before_the_run_though_memory_is_short(
    cached: bool, tmp_path: Path, train: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoo.data.pipeline.memory.available_memory", lambda: 2**40 if cached else 0)
    result = train("--data", truncated(tmp_path / "data"), "--run", tmp_path / "run", *TINY)
    is_one_error(result, "3_0.jpg", "--on-bad skip")
    assert not (tmp_path / "run").exists()


def test_a_full_disk_is_not_a_traceback(
    tmp_path: Path, train: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "samples/inputs.npy")

    monkeypatch.setattr("numpy.save", full)
    result = train("--data", side_by_side(tmp_path / "data"), "--run", tmp_path / "run", *TINY)
    is_one_error(result, "samples/inputs.npy: No space left on device", "free some space")


@pytest.mark.thorough
@pytest.mark.once
def test_as_a_user_sees_it(tmp_path: Path) -> None:
    command = ["-m", "recipes.pix2pix_product2model", "--run", tmp_path / "run", *TINY]
    for extra, word in ((["--data", tmp_path / "none"], "none"), (["--size", "0"], "--size")):
        result = python(*command, *extra)
        assert result.returncode == 2, result.stderr
        assert result.stdout == ""
        assert result.stderr.startswith("error: ")
        assert word in result.stderr
        assert result.stderr.count("\n") == 1
    result = python(*command, "--data", tmp_path / "none", "--debug")
    assert "Traceback" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("error: ")
    assert not (tmp_path / "run").exists()


def is_one_error(result, *words: str) -> None:
    assert result.status == 2, result.out + result.err
    assert result.err.startswith("error: "), result.err
    assert result.err.count("\n") == 1, result.err
    for word in words:
        assert word in result.err
