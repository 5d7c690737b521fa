"""Protects the page of a run: it must never stop a training, never lie, never run what a file holds."""

import io
import json
import math
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from recipes import report as command
from zoo import command_line
from zoo.errors import UserError
from zoo.io.files import write_json
from zoo.reports import write_report
from zoo.reports.curves import short_labels, smoothed, thinned
from zoo.reports.evaluation import verdict
from zoo.reports.held_out import held_out
from zoo.reports.page import render
from zoo.reports.reading import read_metrics
from zoo.reports.tables import markdown
from zoo.runs.grids import LAYOUT, sample_grid

ROOT = Path(__file__).parents[2]
HOSTILE = "<script>alert(1)</script>"


class Page(HTMLParser):
    """The page's tags, attributes and visible text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        if self.tags and self.tags[-1] not in ("style", "title"):
            self.text += data


def page_of(run):
    return Page(write_report(run).read_text("utf-8"))


def grid(path, names=("input", "generated", "real"), value=0):
    return sample_grid({name: np.full((2, 32, 24, 3), value, np.uint8) for name in names}, path)


@pytest.fixture
def run(tmp_path):
    """A run directory with everything that one may hold."""
    folder = tmp_path / "shots"
    (folder / "bundle").mkdir(parents=True)
    (folder / "checkpoints").mkdir()
    for step in (100, 200, 300):
        grid(folder / "samples" / f"step-{step:08d}.png")
    grid(folder / "evaluation.png", ("input", "generated", "real", "mean", "nearest"))
    write = {
        "config.json": {
            "format": 1,
            "model": "pix2pix",
            "recipe": "pix2pix_product2model",
            "command": "python -m recipes.pix2pix_product2model",
            "configuration": {"l1_weight": 100.0, "generators": {"filters": 64}},
            "training": {"steps": 400},
            "data": {
                "description": ["A catalogue."],
                "training_pairs": 2250,
                "held_out_pairs": 200,
                "skipped": [{"file": f"models/{i}.jpg", "reason": "truncated"} for i in range(9)],
            },
            "versions": {"tensorflow": "2.15.1"},
            "hardware": {"cpu": "two cores"},
            "strategy": "one device",
            "workers": 3,
            "deterministic": True,
            "ema": 0.999,
            "accumulate": 4,
            "precision": "float32",
        },
        "evaluation.json": {
            "step": 300,
            "n": 200,
            "size": [256, 192],
            "figures": {
                "model": {"l1": 0.25, "psnr": 13.0, "ssim": 0.4},
                "mean model image": {"l1": 0.3, "psnr": 12.0, "ssim": 0.5},
                "nearest training product": {"l1": 0.35, "psnr": 11.0, "ssim": 0.3},
            },
            "protocol": "As written.",
            "samples": "evaluation.png",
        },
        "warnings.json": [
            "Three products are in both splits.",
            {"step": 250, "text": "Step 250: it failed."},
        ],
        "checkpoints/best.json": {"metric": "l1", "step": 200, "value": 0.0612},
        "bundle/verification.json": {
            "verdict": "fail",
            "checks": [
                {"artifact": "model.onnx", "case": "golden", "max_abs": 1e-6, "pass": True},
                {"pass": False},
            ],
        },
    }
    for name, content in write.items():
        (folder / name).write_text(json.dumps(content))
    (folder / "notes.md").write_text("Sleeves are **right**.\n\n- faces are not\n")
    rows = [f"{s},{s // 50},{s / 2},4.5,0.6,0.7,1.2,0.3,0.6,0.4" for s in range(10, 301, 10)]
    names = "step,epoch,seconds,images_per_second,d_real,d_fake,g_adversarial,g_l1"
    names += ",d_real_probability,d_fake_probability"
    (folder / "metrics.csv").write_text("\n".join([names, *rows]) + "\n")
    (folder / "held_out.csv").write_text(
        "step,l1,psnr,ssim\n100,0.08,17,0.5\n200,0.0612,18.5,0.55\n300,0.07,18,0.6\n"
    )
    return folder


def test_everything_of_a_run_is_on_the_page(run):
    """Nothing that training wrote is forgotten, and numbers stay what they were."""
    page = page_of(run)
    words = (
        "pix2pix", "A catalogue.", "300", "of 400", "4.5 images/s", "2,250", "200 held out", "0.250", "13.00",
        "As written.", "Discriminator loss", "Generator: adversarial loss", "Generator: L1 loss",
        "D(real) and D(fake)", "Sleeves are", "100.0", "models/8.jpg", "9 images were left out", "2.15.1",
        "two cores", "Three products", "Step 250: it failed.", "2 checks, 1 failed", "workers3",
        "deterministicyes", "moving average of weights0.999", "micro-batches a step4", "step 200",
        "by held-out L1, 0.061", "On held-out pairs, at each checkpoint",
    )  # fmt: skip
    assert [word for word in words if word not in page.text] == []
    captions = [value for name, value in page.attributes if name == "alt"]
    assert [caption for caption in captions if caption.startswith("step ")] == [
        "step 100",
        "step 200",
        "step 300",
    ]
    assert "strong" in page.tags
    assert "li" in page.tags


def test_best_checkpoint_is_marked_on_the_held_out_curves(run):
    """The ring is on the checkpoint that best.json names, in every panel, and on no other."""
    page = write_report(run).read_text("utf-8")
    captions = re.findall(r"<figcaption>([^<]*ringed[^<]*)<", page)
    assert captions == [
        "Less is better. The best checkpoint, ringed, has 0.061.",
        "More is better. The best checkpoint, ringed, has 18.50.",
        "More is better. The best checkpoint, ringed, has 0.550.",
    ]
    (run / "checkpoints" / "best.json").unlink()
    page = write_report(run).read_text("utf-8")
    assert "ringed" not in page
    assert "Best checkpoint" not in page
    assert "Held out, L1: l1 from 0.08 to 0.07" in page


@pytest.mark.parametrize("best", [{"step": 1e999, "metric": 3}, {"step": -7, "value": "low"}, ["l1"]])
def test_damaged_held_out_figures_still_have_a_page(best, tmp_path):
    """Gaps, overflow and a best checkpoint that was never measured: what can be drawn is."""
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "best.json").write_text(json.dumps(best))
    (tmp_path / "held_out.csv").write_text("step,l1,other,n\n1,0.5,nan,9\n2,inf,1e300,9\n3,0.1,-1e300,9\n")
    panels, _ = held_out(tmp_path, [])
    assert [panel["title"] for panel in panels] == ["L1", "other"]
    assert not any("ringed" in panel["note"] for panel in panels)


def test_page_stands_alone(run):
    """The page can be sent as one file: no script, no address to fetch; other files stay."""
    before = set(run.rglob("*"))
    page = page_of(run)
    assert set(run.rglob("*")) - before == {run / "report.html"}
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    sources = [value for name, value in page.attributes if name in ("src", "srcset", "href", "data")]
    assert len(sources) > 10
    assert all(source.startswith("data:image/") for source in sources)


@pytest.mark.parametrize("keep", ["config.json", "metrics.csv", "samples", "evaluation.json"])
def test_any_one_part_suffices(run, keep):
    """The page is refreshed as training goes: whatever is not there yet is said or left out."""
    for path in sorted(run.rglob("*"), reverse=True):
        if keep not in (path.name, path.parent.name):
            path.rmdir() if path.is_dir() else path.unlink()
    page = page_of(run)
    assert ("No sample has been drawn yet" in page.text) == (keep != "samples")
    assert ("No loss has been recorded yet" in page.text) == (keep != "metrics.csv")
    assert "None yet. To add some" in page.text


def test_damaged_files_are_named_and_stop_nothing(run):
    """A training must not die of its report."""
    (run / "config.json").write_text('{"format": 1,')
    (run / "evaluation.json").write_bytes(b"\xff\xfe")
    (run / "samples" / "step-00000400.png").write_bytes(b"\x89PNG\r\n\x1a\n half")
    (run / "samples" / "best.png").write_bytes(b"")
    page = page_of(run)
    for name in ("config.json", "evaluation.json", "step-00000400.png"):
        assert f"{name} could not be" in page.text
    assert "Samples at step 300" in page.text


def test_what_files_hold_is_text(run):
    """File names, attributes and notes come from outside: no markup of theirs reaches the page."""
    config = json.loads((run / "config.json").read_text())
    config["model"] = config["command"] = HOSTILE
    config["configuration"] = {HOSTILE: HOSTILE}
    config["data"] = {"description": [HOSTILE], "skipped": [{"file": HOSTILE, "reason": HOSTILE}]}
    (run / "config.json").write_text(json.dumps(config))
    (run / "warnings.json").write_text(json.dumps([HOSTILE]))
    (run / "notes.md").write_text(f"{HOSTILE}\n\n![x](http://example.com/x.png) [y](javascript:alert(1))")
    (run / "metrics.csv").write_text(f"step,{HOSTILE},$x^$_$,_hidden\n1,2,3,4\n2,3,4,5\n")
    grid(run / "samples" / "step-00000900.png", (HOSTILE, "generated"))
    page = page_of(run)
    assert "script" not in page.tags
    assert page.text.count("alert(1)") > 8
    assert all(value.startswith("data:") for name, value in page.attributes if name == "src")
    assert [value for name, value in page.attributes if name == "href"] == [
        "http://example.com/x.png"
    ]  # a link


def test_evaluation_picture_stays_inside_the_run(run, tmp_path):
    """A run that was sent to somebody cannot make the page show, and so publish, their files."""
    grid(tmp_path / "secret.png")
    evaluation = json.loads((run / "evaluation.json").read_text())
    for name in ("../secret.png", str(tmp_path / "secret.png"), "a\0b"):
        (run / "evaluation.json").write_text(json.dumps(evaluation | {"samples": name}))
        page = page_of(run)
        assert "not in the run directory" in page.text
        assert "Held-out pairs" not in page.text


def test_best_of_each_row_is_marked(run):
    """L1 is better when less, PSNR and SSIM when more; the mark follows the number and not the column."""
    page = write_report(run).read_text("utf-8")
    assert re.findall(r'<td class="best">([^<]+)<', page) == ["0.250", "13.00", "0.500"]


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ((0.1, 20, 0.9), "The model beats both baselines in every figure: L1, PSNR and SSIM."),
        (
            (0.25, 13, 0.4),
            "The model beats both baselines in L1 and PSNR; it is beaten or matched in SSIM (mean).",
        ),
        (
            (0.3, 10, 0.3),
            "The model beats both baselines in no figure; it is beaten or matched in "
            "L1 (mean), PSNR (mean and nearest) and SSIM (mean and nearest).",
        ),
        (
            (0.1, math.nan, 0.9),
            "The model beats both baselines in L1 and SSIM; its PSNR could not be measured.",
        ),
    ],
)
def test_verdict_says_plainly_what_the_numbers_say(model, sentence):
    """A tie is no win, NaN is no win, and the baseline that wins is named."""
    names = ("l1", "psnr", "ssim")
    figures = {
        "model": dict(zip(names, model, strict=True)),
        "mean": {"l1": 0.3, "psnr": 12, "ssim": 0.5},
        "nearest": {"l1": 0.35, "psnr": 11, "ssim": 0.3},
    }
    assert verdict(figures) == sentence


def without_pairs(run, data, evaluation):
    """The run with other data and another evaluation, as a model without pairs writes them."""
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps(config | {"data": data}))
    (run / "evaluation.json").write_text(json.dumps(evaluation))
    (run / "held_out.csv").write_text("step,target_accuracy\n100,0.2\n200,0.8125\n")
    best = {"metric": "target_accuracy", "step": 200, "value": 0.8125}
    (run / "checkpoints" / "best.json").write_text(json.dumps(best))
    return page_of(run)


LABELLED = {"images": 6000, "training_images": 5800, "held_out_images": 200}
DOMAINS = {"a": {"name": "unicolors", "images": 2310}, "b": {"name": "stripes", "images": 1420}}
TRANSLATED = {
    "step": 200,
    "n": 200,
    "figures": {
        "model": {"accuracy color": 0.87, "kept_accuracy": 0.9, "target_accuracy": 0.8125},
        "real images": {"target_accuracy": 0.97, "accuracy color": 0.985},
        "unchanged input": {"target_accuracy": 0.012, "kept_accuracy": 0.968},
    },
    "targets": [
        {"figure": "target_accuracy", "at_least": 0.8},
        {"figure": "kept_accuracy", "at_least": 0.95},
        {"figure": "silhouette_iou", "at_least": 0.85},
    ],
}


@pytest.mark.parametrize(
    ("data", "lead"),
    [
        (LABELLED, "on 6,000 images."),
        (LABELLED | {"domains": DOMAINS}, "on 2,310 images of unicolors and 1,420 of stripes."),
    ],
)
def test_page_of_a_model_without_pairs_speaks_of_images(run, data, lead):
    """Nobody reads of pairs where there are none; shares are percentages, wherever they stand."""
    text = without_pairs(run, data, TRANSLATED).text
    assert "pair" not in text
    assert f"Trained by recipes.pix2pix_product2model {lead}" in text
    for words in (
        "Training images5,800 200 held out", "Measured on 200 held-out images at step 200.",
        "Accuracy: color", "On held-out images, at each checkpoint", "81.2%",
        "The best checkpoint, ringed, has 81.2%.", "by held-out Target accuracy, 81.2%",
    ):  # fmt: skip
        assert words in text
    assert ("domain stripes1,420 images" in text) == ("domains" in data)


def test_what_was_wanted_is_said_beside_what_was_reached(run):
    """A figure just high enough is reached; one too low, or never measured, is not; no other is judged."""
    without_pairs(run, LABELLED, TRANSLATED)
    page = (run / "report.html").read_text("utf-8")
    cells = re.findall(r'<td>([^<]*)<span class="mark (?:pass|fail)">([^<]*)<', page)
    assert cells == [
        ("at least 80%", "reached"),
        ("at least 95%", "not reached"),
        ("at least 0.85", "not reached"),
    ]
    assert (
        "The model reaches target accuracy (81.2%, wanted at least 80%); it misses kept accuracy (90.0%, "
        "wanted at least 95%) and silhouette overlap (not measured, wanted at least 0.85)." in page
    )


def test_references_are_no_rivals(run):
    """An unchanged input keeps everything and real images are real: neither is “best”, nor beats a model."""
    page = without_pairs(run, LABELLED, TRANSLATED | {"targets": []})
    assert "best" not in [value for name, value in page.attributes if name == "class"]
    assert "For comparison: the same figures of the real images and the unchanged input." in page.text
    figures = TRANSLATED["figures"] | {"nearest": {"target_accuracy": 0.5, "kept_accuracy": 0.95}}
    assert verdict(figures) == (
        "The model beats the nearest in target accuracy; it is beaten or matched in kept accuracy (nearest)."
    )


def test_drawn_pictures_are_not_called_held_out(run):
    """A generator that draws from noise is measured on what it drew, and the page says so."""
    evaluation = {"n": 500, "counted": "drawn images", "figures": {"model": {"categories_drawn": 7}}}
    text = without_pairs(run, LABELLED, evaluation).text
    assert "Measured on 500 drawn images." in text
    assert "Categories drawn" in text


def test_strip_follows_the_column_that_the_grid_names(run):
    """Grids of other tasks have other columns: a named one is followed, marked and said."""
    columns = ("input", "stripes", "floral")
    for step in (100, 200, 300):
        images = {name: np.full((2, 32, 24, 3), step // 2, np.uint8) for name in columns}
        sample_grid(images, run / "samples" / f"step-{step:08d}.png", follow="stripes")
    page = write_report(run).read_text("utf-8")
    assert 'class="strip"' in page
    assert "As training went: stripes" in page
    marked = re.findall(r'<figure class="generated"><figcaption>([^<]+)<', page)
    assert marked == ["stripes"] * 2 + ["generated"] * 2  # of the samples, and of the evaluation's grid
    grid(run / "samples" / "step-00000150.png", columns)  # one that names none: whole grids are shown
    assert 'class="strip wide"' in write_report(run).read_text("utf-8")


def test_metrics_of_a_resumed_and_running_training(tmp_path):
    """After a resume the repeated steps count once, as last written; the row being written is not read."""
    path = tmp_path / "metrics.csv"
    path.write_text("step,g_l1\n1,0.9\n2,0.8\n3,0.7\n2,0.5\n3,nan\n4,0.")
    warnings = []
    metrics = read_metrics(path, warnings)
    assert metrics.steps.tolist() == [1, 2, 3, 4]
    np.testing.assert_array_equal(metrics.columns["g_l1"], [0.9, 0.5, math.nan, 0.0])
    assert warnings == ["g_l1 is not a finite number at step 3."]
    path.write_text("step,g_l1\n1,0.9\n2")
    assert read_metrics(path, []).steps.tolist() == [1]


def test_smoothing_and_thinning_keep_the_level():
    """A smoothed curve must not sag at its ends, nor a thinned one of a million rows shift."""
    assert smoothed(np.full(10, 3.0), 5) == pytest.approx(np.full(10, 3.0))
    steps = np.arange(1_000_003.0)
    x, y = thinned(steps, 2 * steps)
    assert len(x) == 1200
    np.testing.assert_allclose(y, 2 * x)
    assert short_labels(["d_real_probability", "d_fake_probability"]) == {
        "d_real_probability": "real",
        "d_fake_probability": "fake",
    }


def test_grids_of_other_makers_are_shown_whole(run):
    """A picture without a layout note, or with a false one, is still a sample."""
    for step, note in ((100, None), (200, '{"columns": ["generated"], "cells": [[[0, 0, 9999, 9]]]}')):
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        if note:
            info.add_itxt("grid-layout", note)
        Image.new("RGB", (90, 60)).save(run / "samples" / f"step-{step:08d}.png", pnginfo=info)
    assert 'class="strip wide"' in write_report(run).read_text("utf-8")


def test_notes_are_markdown_without_html():
    """Paragraphs, lists and tables are rendered; tags are shown, not used."""
    html = markdown("a *b*\n\n1. c\n\n|d|e|\n|-|-|\n|f|g|\n\n<b onclick=x>h</b>")
    assert all(tag in html for tag in ("<em>b</em>", "<ol>", "<td>f</td>", "&lt;b onclick=x&gt;"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def known(*names):
    return st.dictionaries(st.sampled_from(names), json_values, max_size=len(names))


@settings(max_examples=60, deadline=None)
@given(
    config=known("model", "data", "training", "configuration", "versions", "hardware", "command", "title")
    | st.fixed_dictionaries(
        {"data": known("description", "skipped", "training_pairs", "held_out_pairs", "images", "domains")}
    ),
    evaluation=st.fixed_dictionaries(
        {
            "figures": st.dictionaries(
                st.sampled_from(["model", "mean"]), known("l1", "psnr", "ssim", "x") | json_values, max_size=2
            ),
            "samples": json_values,
            "size": json_values,
            "n": json_values,
            "step": json_values,
            "protocol": json_values,
            "counted": json_values,
            "targets": json_values | st.lists(known("figure", "at_least"), max_size=2),
        }
    ),
    verification=known("verdict", "checks")
    | st.fixed_dictionaries(
        {"checks": st.lists(known("artifact", "case", "max_abs", "levels", "tolerance", "pass"), max_size=3)}
    ),
    warnings=json_values | st.lists(known("step", "text"), max_size=2),
    best=known("metric", "step", "value") | json_values,
)
def test_no_content_of_the_files_breaks_the_page(
    tmp_path_factory, config, evaluation, verification, warnings, best
):
    """Older and newer runs, or hand-edited ones, still have a page."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "bundle").mkdir()
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "best.json").write_text(json.dumps(best))
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evaluation.json").write_text(json.dumps(evaluation))
    (folder / "warnings.json").write_text(json.dumps(warnings))
    (folder / "bundle" / "verification.json").write_text(json.dumps(verification))
    assert render(folder).endswith("</html>")


# The command.


def call(*arguments):
    with redirect_stdout(io.StringIO()) as said:
        status = command_line.run(command.main, command.parser().parse_args(list(map(str, arguments))))
    return status, said.getvalue()


def test_command_sets_notes_and_names_what_it_wrote(run):
    """Notes given are on the page; without the option those that are there stay."""
    status, said = call(run, "--notes", "Pinstripes *are* lost.")
    assert (status, (run / "notes.md").read_text()) == (0, "Pinstripes *are* lost.\n")
    assert said == f"wrote {run / 'notes.md'}\nwrote {run / 'report.html'}\n"
    assert "<em>are</em>" in (run / "report.html").read_text("utf-8")
    assert call(run) == (0, f"wrote {run / 'report.html'}\n")
    assert (run / "notes.md").read_text() == "Pinstripes *are* lost.\n"


def test_command_takes_the_newest_run(run, tmp_path, monkeypatch):
    """Without an argument it does something useful, or says in a line what it lacks."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="no run directory in runs/"):
        command.main(command.parser().parse_args([]))
    for name, age in (("old", 100), ("new", 200)):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "config.json").write_text("{}")
        os.utime(tmp_path / "runs" / name / "config.json", (age, age))
    assert call() == (0, f"wrote {Path('runs/new/report.html')}\n")


@pytest.mark.parametrize("exists", [True, False])
def test_what_is_no_run_directory_is_refused(tmp_path, capsys, exists):
    """One line that names the folder and what a run has, status 2, and nothing written there."""
    folder = tmp_path if exists else tmp_path / "absent"
    assert call(folder, "--notes", "x")[0] == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {folder} is not a")
    assert said.count("\n") == 1
    assert "config.json" in said or not exists
    assert not list(tmp_path.iterdir())


def test_help_does_not_wait_for_tensorflow():
    """``--help`` imports neither TensorFlow nor matplotlib, nor anything else that is slow."""
    code = (
        "import sys; from recipes import report; report.parser().format_help(); "
        "print([name for name in ('tensorflow', 'matplotlib', 'numpy', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_figure_that_could_not_be_measured_is_left_open(run):
    """Written as null; a former version's NaN is read as such, and the page shows the others."""
    figures = {"model": {"l1": 0.25, "psnr": math.nan}, "mean model image": {"l1": 0.3, "psnr": 12.0}}
    evaluation = {"step": 300, "n": 200, "size": [256, 192], "figures": figures}
    write_json(run / "evaluation.json", evaluation)
    assert '"psnr": null' in (run / "evaluation.json").read_text()
    pages = [page_of(run).text]
    (run / "evaluation.json").write_text(json.dumps(evaluation))
    (run / "checkpoints" / "best.json").write_text('{"metric": "l1", "step": 200, "value": Infinity}')
    pages.append(page_of(run).text)
    for text in pages:
        assert "0.250" in text
        assert "its PSNR could not be measured" in text


@pytest.mark.parametrize("note", ["[" * 100_000, '{"columns": ["a"], "cells": [[[0, 0, 0.5, 0.5]]]}'])
def test_a_grid_that_says_nonsense_of_itself_is_shown_whole(note, run):
    path = run / "samples" / "step-00000400.png"
    told = PngInfo()
    told.add_text(LAYOUT, note)
    Image.new("RGB", (8, 8)).save(path, pnginfo=told)
    assert "step 400" in page_of(run).text.lower()
