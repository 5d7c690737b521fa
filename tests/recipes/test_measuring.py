"""What recipes measure: every metric that --best offers, on however few images, without training."""

import importlib
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tiny_data import picture, side_by_side

from zoo import command_line
from zoo.errors import UserError
from zoo.evaluation.metrics import METRICS, Metric
from zoo.reports import write_report

NARROW = ("--generator-width", "4", "--discriminator-width", "4")
MODELS = {
    "dcgan_products": ("--size", "28", *NARROW),
    "cgan_categories": ("--size", "28", *NARROW),
    "cyclegan_pattern": ("--size", "32", *NARROW, "--blocks", "1"),
    "stargan_attributes": ("--size", "32", *NARROW, "--blocks", "1", "--repeat-num", "4"),
    "munit_styles": ("--size", "64", "--width", "4", "--mlp-width", "8", "--blocks", "1"),
    "fader_attributes": ("--size", "32", "--layers", "3", "--width", "4"),
    "pix2pix_product2model": ("--size", "32", *NARROW),
}
TRAINS = tuple(MODELS)


def catalogue(folder: Path, rows: Sequence[Sequence[str]], columns: Sequence[str]) -> Path:
    """A table of images of noise, a row an image."""
    lines = [";".join(["id", "img_path", *columns])]
    for number, row in enumerate(rows):
        picture(folder / f"{number}.jpg", number)
        lines.append(";".join([str(number), f"{number}.jpg", *row]))
    (folder / "data.csv").write_text("\n".join(lines) + "\n")
    return folder


def mixed(folder: Path, count: int = 16) -> Path:
    """Two categories and two colours, in every combination."""
    rows = [(("tops", "skirts")[i % 2], ("red", "blue")[i // 2 % 2]) for i in range(count)]
    return catalogue(folder, rows, ("category", "color"))


def choice(recipe: str) -> tuple[str, ...]:
    """Which of ``mixed`` a recipe is to learn."""
    return {
        "cyclegan_pattern": ("--from", "tops", "--to", "skirts"),
        "munit_styles": ("--from", "tops", "--to", "skirts"),
        "stargan_attributes": ("--attributes", "category,color"),
        "fader_attributes": ("--attributes", "category"),
    }.get(recipe, ())


def best_of(recipe: str) -> list[str]:
    """What a recipe offers to choose the best checkpoint by."""
    parser = importlib.import_module(f"recipes.{recipe}").parser()
    return list(next(action.choices for action in parser._actions if action.dest == "best"))


class StandIn:
    """A signature that gives back its image, or draws grey ones."""

    @staticmethod
    def call(image: Any = None, noise: Any = None, **_: Any) -> np.ndarray:
        return np.zeros((len(noise), 28, 28, 3), np.float32) if image is None else np.asarray(image)


@pytest.fixture
def prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Callable[..., SimpleNamespace]:
    """Does all that a recipe does but train; gives its protocol, a run to write to, status and stderr."""
    monkeypatch.setattr("zoo.evaluation.attribute_evaluator.CACHE", tmp_path / "classifiers")
    run = SimpleNamespace(path=tmp_path / "run", samples=tmp_path / "run" / "samples")
    run.samples.mkdir(parents=True)

    def prepare(recipe: str, *words: object) -> SimpleNamespace:
        module, jobs = importlib.import_module(f"recipes.{recipe}"), []
        monkeypatch.setattr(module, "train", lambda session, job, *_, **__: jobs.append(job) or 0)
        options = [*MODELS[recipe], "--strategy", "one", "--precision", "float32", "--batch-size", "2"]
        options += ["--run", str(tmp_path / "new"), *map(str, words)]
        status = command_line.run(module.main, module.parser().parse_args(options))
        said = capsys.readouterr()
        protocol = jobs[0].protocol if jobs else None
        if protocol is not None:
            protocol.prepare(run)
        return SimpleNamespace(protocol=protocol, run=run, status=status, err=said.err)

    return prepare


def evaluated(case: SimpleNamespace) -> dict[str, Any]:
    """What ``evaluation.json`` says of a stand-in."""
    case.protocol.evaluate(case.run, 1, defaultdict(StandIn))
    text = (case.run.path / "evaluation.json").read_text()
    assert "NaN" not in text
    return json.loads(text)


@pytest.mark.parametrize("recipe", TRAINS)
def test_every_metric_on_offer_is_measured(
    recipe: str, tmp_path: Path, prepared: Callable[..., SimpleNamespace]
) -> None:
    """At each checkpoint, as a finite number, with a direction in which it is better."""
    offered = best_of(recipe)
    assert offered
    assert all(METRICS[name].better is not None for name in offered)
    make = side_by_side if recipe == "pix2pix_product2model" else mixed
    case = prepared(recipe, "--data", make(tmp_path / "data"), *choice(recipe), "--held-out", "4")
    metrics = case.protocol.measure(defaultdict(StandIn))
    assert set(offered) <= set(metrics)
    assert np.isfinite(list(metrics.values())).all()
    assert not set(offered) & set(case.protocol.unmeasured)
    evaluated(case)


def hue(generated: Any, real: Any) -> np.ndarray:
    """Difference of the mean colours of each pair: (N,)."""
    return np.abs(generated.mean(axis=(1, 2)) - real.mean(axis=(1, 2))).mean(axis=-1)


def test_a_metric_is_a_function_and_a_line(
    tmp_path: Path, prepared: Callable[..., SimpleNamespace], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is measured at each checkpoint and in the end, offered for the best one, and on the page."""
    metric = Metric(
        "Hue", "of the whole image", "less", protocols=("pairs",), of_pairs=hue, definition="Hue."
    )
    monkeypatch.setitem(METRICS, "hue", metric)
    assert "hue" in best_of("pix2pix_product2model")
    assert "hue" not in best_of("cyclegan_pattern")
    case = prepared("pix2pix_product2model", "--data", side_by_side(tmp_path / "data"), "--best", "hue")
    value = case.protocol.measure(defaultdict(StandIn))["hue"]
    assert 0 < value < 2
    evaluation = evaluated(case)
    assert len(evaluation["figures"]) == 3
    assert all("hue" in values for values in evaluation["figures"].values())
    assert evaluation["figures"]["model"]["hue"] == pytest.approx(value)
    page = write_report(case.run.path).read_text("utf-8")
    assert "Hue <small>of the whole image; less is better</small>" in page
    assert metric.format(value) in page


FEW = {
    "photos": ("dcgan_products", lambda at: [picture(at / f"{i}.jpg", i) for i in range(12)], ()),
    "two photos": ("dcgan_products", lambda at: [picture(at / f"{i}.jpg", i) for i in range(2)], ()),
    "rows": ("cgan_categories", lambda at: mixed(at, 14), ()),
    "one value": ("cgan_categories", lambda at: catalogue(at, [("tops",)] * 3, ("category",)), ()),
    "categories": ("dcgan_products", lambda at: mixed(at, 5), ()),
    "unknown": (
        "dcgan_products",
        lambda at: catalogue(at, [("tops",), ("skirts",), *[("",)] * 8], ("category",)), ("--held-out", "2"),
    ),
    "domains": ("cyclegan_pattern", lambda at: mixed(at, 4), ("--from", "tops", "--to", "skirts")),
    "styles": ("munit_styles", lambda at: mixed(at, 4), ("--from", "tops", "--to", "skirts")),
    "attributes": ("stargan_attributes", lambda at: mixed(at, 4), ("--attributes", "category,color")),
    "one attribute": ("stargan_attributes", lambda at: mixed(at, 4), ("--attributes", "category")),
    "gaps": (
        "stargan_attributes",
        lambda at: catalogue(at, [(("tops", "skirts")[i % 2], "") for i in range(9)]
                             + [("", "red"), ("", "blue")], ("category", "color")),
        ("--attributes", "category,color", "--held-out", "1"),
    ),
    "slider": ("fader_attributes", lambda at: mixed(at, 2), ("--attributes", "category")),
    "pairs": ("pix2pix_product2model", lambda at: side_by_side(at, 2), ()),
}  # fmt: skip


@pytest.mark.parametrize("few", FEW)
def test_few_images_are_measured_as_far_as_that_goes(
    few: str, tmp_path: Path, prepared: Callable[..., SimpleNamespace]
) -> None:
    """A metric on offer that is not measured is reported before training, and again after it."""
    recipe, make, words = FEW[few]
    make(tmp_path / "data")
    case = prepared(recipe, "--data", tmp_path / "data", *words)
    assert case.err == ""
    metrics, unmeasured = case.protocol.measure(defaultdict(StandIn)), case.protocol.unmeasured
    assert np.isfinite(list(metrics.values())).all()
    assert set(best_of(recipe)) - set(metrics) <= set(unmeasured)
    evaluation = evaluated(case)
    assert set(evaluation["figures"]["model"]) == set(metrics)
    assert all(evaluation["figures"].values())
    assert {target["figure"] for target in evaluation["targets"]} <= set(metrics)
    assert str(evaluation["protocol"]).count("is not measured, because") == len(unmeasured)


@pytest.mark.thorough
@pytest.mark.once
def test_few_photos_end_in_a_bundle_and_a_failed_evaluation_can_be_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """Twelve photos, one of them held out, and the best of two checkpoints."""
    recipe, run = importlib.import_module("recipes.dcgan_products"), tmp_path / "run"
    for number in range(12):
        picture(tmp_path / "photos" / f"{number}.jpg", number)

    def command(*words: object) -> tuple[int, str, str]:
        status = command_line.run(
            recipe.main, recipe.parser().parse_args(["--run", str(run), *map(str, words)])
        )
        said = capsys.readouterr()
        return status, said.out, said.err

    def lost(*_: object, **__: object) -> None:
        raise UserError("photos/3.jpg is gone")

    start = (*MODELS["dcgan_products"], "--data", tmp_path / "photos", "--strategy", "one")
    start += ("--precision", "float32", "--batch-size", "2", "--steps", "2", "--checkpoint-every", "1")
    assert command(*start, "--best", "categories_drawn")[::2] == (
        2,
        "error: --best categories_drawn: not measured on this data, because nothing says which categories "
        "the images are of; choose another metric, or leave --best out\n",
    )
    assert not run.exists()
    with monkeypatch.context() as patched:
        patched.setattr("zoo.evaluation.protocols.drawn.DrawnProtocol.evaluate", lost)
        status, out, error = command(*start, "--best", "diversity")
    assert status == 2
    assert error.startswith("error: photos/3.jpg is gone (the training is done and saved; to finish: python")
    reason = "Diversity of real images is not measured, because it takes two held-out images or more."
    assert out.index(reason) < out.index("run: ")
    assert not (run / "bundle").exists()
    assert command("--resume")[::2] == (0, "")
    assert json.loads((run / "checkpoints" / "best.json").read_text())["metric"] == "diversity"
    assert (run / "bundle" / "contract.json").is_file()
    assert reason in (run / "report.html").read_text()


@pytest.mark.parametrize(
    ("recipe", "words", "said"),
    [
        (
            "cgan_categories",
            ("--attributes", "category"),
            "attribute category: the value '\\x1b[2Jred\\x07'",
        ),
        ("cgan_categories", ("--attributes", "long"), "attribute long: the value 'xxx"),
        ("stargan_attributes", ("--attributes", "category,long"), "attribute category"),
        ("dcgan_products", ("--noise", "5000"), "noise 5,000"),
    ],
)
def test_what_no_bundle_can_describe_is_refused_before_a_run_is_made(
    recipe: str, words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    rows = [("\x1b[2Jred\x07", "x" * 300), ("tops", "y")] * 4
    data = catalogue(tmp_path / "data", rows, ("category", "long"))
    module = importlib.import_module(f"recipes.{recipe}")
    options = [*MODELS[recipe], "--strategy", "one", "--precision", "float32", "--batch-size", "2"]
    options += ["--data", str(data), "--run", str(tmp_path / "run"), *words]
    assert command_line.run(module.main, module.parser().parse_args(options)) == 2
    out, error = capsys.readouterr()
    assert said in error
    assert (out + error).replace("\n", "").isprintable()
    assert not (tmp_path / "run").exists()
