"""The recipes of the models without pairs, from sample products to a verified bundle, on the command line."""

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from recorded_runs import assert_same_runs
from tiny_data import files

from zoo import command_line
from zoo.data.images import read_image
from zoo.data.sample_catalogue import write_sample_catalogue

ENGINE = (
    "--precision",
    "float32",
    "--strategy",
    "one",
    "--log-every",
    "1",
    "--batch-size",
    "2",
    "--held-out",
    "8",
)
NARROW = ("--generator-width", "4", "--discriminator-width", "4")


@dataclass(frozen=True)
class Recipe:
    """A recipe, small.

    Attributes:
        name: of its module.
        options: that make it small.
        bundles: that it writes.
        ways: arguments of ``translate`` → files that it makes of one image, or of none.
        figure: what it measures first of all.
    """

    name: str
    options: tuple[str, ...]
    bundles: tuple[str, ...]
    ways: dict[tuple[str, ...], set[str]]
    figure: str
    reads: bool = True


RECIPES = [
    Recipe(
        "dcgan_products", ("--size", "28", *NARROW, "--noise", "8"), ("bundle",),
        {("--draw", "2"): {"0001.png", "0002.png"}}, "categories_drawn", reads=False,
    ),
    Recipe(
        "cgan_categories", ("--size", "28", *NARROW, "--noise", "8"), ("bundle",),
        {("--draw", "1", "--set", "category=tops"): {"0001.png"}}, "category_accuracy", reads=False,
    ),
    Recipe(
        "cyclegan_pattern", ("--size", "32", *NARROW, "--blocks", "1", "--pool-size", "2"),
        ("bundle", "bundle-BtoA"), {(): {"photo.png"}, ("--direction", "BtoA"): {"photo.png"}},
        "target_accuracy",
    ),
    Recipe(
        "stargan_attributes",
        ("--size", "32", *NARROW, "--blocks", "1", "--repeat-num", "4", "--n-critic", "2"), ("bundle",),
        {("--set", "sleeve_length=long,fit=tight"): {"photo.png"}}, "target_accuracy",
    ),
    Recipe(
        "munit_styles",
        ("--size", "64", "--width", "4", "--mlp-width", "8", "--blocks", "1", "--discriminator-width", "4"),
        ("bundle",),
        {("--styles", "2"): {"photo-1.png", "photo-2.png"}, ("--style-from", "PHOTO"): {"photo.png"}},
        "diversity",
    ),
    Recipe(
        "fader_attributes", ("--size", "32", "--layers", "3", "--width", "4", "--hidden-width", "8"),
        ("bundle",), {("--value", "0.7"): {"photo.png"}, ("--slide", "3"): {"photo.png"}}, "monotone_share",
    ),
]  # fmt: skip
every_recipe = pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(each, id=each.name, marks=[pytest.mark.once] * (each.name != "stargan_attributes"))
        for each in RECIPES
    ],
)


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn products, few and small."""
    folder = tmp_path_factory.mktemp("products") / "sample"
    write_sample_catalogue(folder, products=140, size=64, shots=False)
    return folder


@pytest.fixture(scope="module")
def classifiers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where runs keep classifiers for each other."""
    return tmp_path_factory.mktemp("classifiers")


@pytest.fixture
def command(
    capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch, classifiers: Path
) -> Callable[..., SimpleNamespace]:
    """Runs a command of recipes/ with arguments; gives status, out, err."""
    monkeypatch.setattr("zoo.evaluation.attribute_evaluator.CACHE", classifiers)

    def run(name: str, *arguments: object) -> SimpleNamespace:
        module = importlib.import_module(f"recipes.{name}")
        capsys.readouterr()
        try:
            status = command_line.run(
                module.main, module.parser().parse_args([str(word) for word in arguments])
            )
        except SystemExit as left:
            status = left.code
        captured = capsys.readouterr()
        return SimpleNamespace(status=status, out=captured.out, err=captured.err)

    return run


def domains(recipe: Recipe) -> tuple[str, ...]:
    """What the user's own data must name and the sample products need not."""
    unpaired = recipe.name in ("cyclegan_pattern", "munit_styles")
    return ("--from", "unicolors", "--to", "stripes") if unpaired else ()


def options_of(recipe: Recipe, products: Path) -> tuple[object, ...]:
    """Options of a small training on the drawn products."""
    return ("--data", products, *domains(recipe), *ENGINE, *recipe.options)


@every_recipe
def test_from_products_to_a_verified_bundle(
    recipe: Recipe, products: Path, tmp_path: Path, command: Callable
) -> None:
    """Two steps, metrics, report, export and every kind of translation."""
    run = tmp_path / "run"
    steps = ("--steps", "2", "--sample-every", "2")
    result = command(recipe.name, *options_of(recipe, products), "--run", run, *steps)
    assert (result.status, result.err) == (0, "")
    check_files_of_a_run(recipe, run, result.out)
    translate_in_every_way(recipe, run, products, tmp_path, command)


@pytest.mark.thorough
@every_recipe
def test_stopped_and_resumed_is_as_if_undisturbed(
    recipe: Recipe, products: Path, tmp_path: Path, command: Callable
) -> None:
    """Pools, draws, ramps and counters included; all but --steps comes from the run that resumes."""
    run, parts = tmp_path / "run", tmp_path / "parts"
    start = (
        *options_of(recipe, products),
        "--schedule",
        "constant",
        "--no-export",
    )  # others depend on --steps
    assert command(recipe.name, *start, "--run", run, "--steps", "4").status == 0
    assert command(recipe.name, *start, "--run", parts, "--steps", "2").status == 0
    result = command(recipe.name, "--run", parts, "--resume", "--steps", "4", "--no-export")
    assert (result.status, result.err) == (0, "")
    assert "resuming from step 2" in result.out
    assert_same_runs(run, parts)


def check_files_of_a_run(recipe: Recipe, run: Path, said: str) -> None:
    evaluation = json.loads((run / "evaluation.json").read_text())
    assert np.isfinite(evaluation["figures"]["model"][recipe.figure])
    assert evaluation["targets"]
    assert {"samples/step-00000002.png", "samples/evaluation.png", "report.html"} <= files(run)
    for bundle in recipe.bundles:
        assert json.loads((run / bundle / "verification.json").read_text())["verdict"] == "pass"
        assert f"wrote {run / bundle}" in said
    assert json.loads((run / "config.json").read_text())["recipe"] == recipe.name
    assert "bundle" in (run / "report.html").read_text()


def translate_in_every_way(
    recipe: Recipe, run: Path, products: Path, folder: Path, command: Callable
) -> None:
    photo = folder / "photo.jpg"
    photo.write_bytes(next(products.glob("tops/*.jpg")).read_bytes())
    for number, (options, expected) in enumerate(recipe.ways.items()):
        out = folder / f"out{number}"
        words = [photo if word == "PHOTO" else word for word in options]
        result = command("translate", run, *([photo] if recipe.reads else []), *words, "--output", out)
        assert (result.status, result.err) == (0, "")
        assert files(out) == expected
        if recipe.reads and "--slide" not in options:
            assert all(read_image(out / name).shape == (64, 64, 3) for name in expected)


BAD = [
    ("stargan_attributes", ("--attributes", "sleeves"), ("sleeves", "sleeve_length", "neckline")),
    ("stargan_attributes", ("--size", "40"), ("--size", "40x40", "multiple of")),
    ("fader_attributes", ("--attributes", "sleeve_length"), ("sleeve_length:", "two")),
    ("fader_attributes", ("--attributes", "sleeve_length:none:long"), ("none", "sleeveless", "long")),
    ("cgan_categories", ("--attributes", "class"), ("class", "category", "color")),
    ("cgan_categories", ("--size", "30"), ("size", "30x30")),
    ("dcgan_products", ("--layout", "celeba"), ("celeba",)),
    ("cyclegan_pattern", ("--from", "unicolors", "--to", "tartan"), ("tartan", "stripes", "floral")),
    ("cyclegan_pattern",
     ("--from", "unicolors", "--to", "stripes", "--attribute", "weave"), ("weave", "pattern")),
    ("cyclegan_pattern",
     ("--from", "unicolors", "--to", "stripes", "--where", "category=shoes"), ("shoes", "dresses")),
    ("munit_styles", ("--from", "unicolors", "--to", "stripes", "--size", "50"), ("size", "50x50")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "options", "named"), BAD, ids=lambda value: str(value)[:40])
def test_what_cannot_be_is_refused_in_one_line(
    name: str,
    options: tuple[str, ...],
    named: tuple[str, ...],
    products: Path,
    tmp_path: Path,
    command: Callable,
) -> None:
    """Before anything is written; the error names what there is."""
    result = command(name, "--data", products, "--run", tmp_path / "run", *options)
    assert result.status == 2
    assert result.err.startswith("error: ")
    assert result.err.count("\n") == 1
    for word in named:
        assert word in result.err
    assert not (tmp_path / "run").exists()


def test_a_label_file_that_does_not_match(tmp_path: Path, command: Callable) -> None:
    data = tmp_path / "digits"
    data.mkdir()
    (data / "train-images-idx3-ubyte").write_bytes(
        bytes([0, 0, 8, 3, *[0, 0, 0, 2] * 1, 0, 0, 0, 4, 0, 0, 0, 4]) + bytes(32)
    )
    (data / "train-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3]) + bytes(3))
    result = command("cgan_categories", "--data", data, "--run", tmp_path / "run")
    assert result.status == 2
    assert "train-labels-idx1-ubyte" in result.err
    assert "3" in result.err


@pytest.mark.thorough
@pytest.mark.once
def test_an_artifact_is_asked_for_what_it_was_not_trained_on(
    products: Path, tmp_path: Path, command: Callable
) -> None:
    recipe = next(recipe for recipe in RECIPES if recipe.name == "stargan_attributes")
    run = tmp_path / "run"
    assert (
        command(
            recipe.name,
            "--data",
            products,
            "--run",
            run,
            *ENGINE,
            *recipe.options,
            "--steps",
            "1",
            "--no-export",
        ).status
        == 0
    )
    photo = next(products.glob("tops/*.jpg"))
    for asked, known in (("pattern=stripes", "neckline"), ("fit=huge", "loose")):
        result = command("translate", run, photo, "--set", asked, "--output", tmp_path / "out")
        assert result.status == 2
        assert known in result.err
