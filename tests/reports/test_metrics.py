"""Protects the numbers of the page and what it says of them."""

import json
import math
import re

import pytest
from report_pages import grid, page_of
from unpaired_runs import LABELLED, TRANSLATED, without_pairs

from zoo.io.files import write_json
from zoo.reports import write_report
from zoo.reports.elements.verdict import against_baselines


def test_best_of_each_row_is_marked(run):
    """L1 is better when less, PSNR and SSIM when more; the mark follows the number and not the column."""
    page = write_report(run).read_text("utf-8")
    assert re.findall(r'<td class="best">([^<]+)<', page) == ["0.250", "13.00", "0.500"]


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ((0.1, 20, 0.9), "The model beats both baselines in every metric: L1, PSNR and SSIM."),
        (
            (0.25, 13, 0.4),
            "The model beats both baselines in L1 and PSNR; it is beaten or matched in SSIM (mean).",
        ),
        (
            (0.3, 10, 0.3),
            "The model beats both baselines in no metric; it is beaten or matched in "
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
    assert against_baselines(figures) == sentence


def test_targets_are_shown_beside_what_was_reached(run):
    """A value just high enough reaches its target; one too low, or never measured, does not."""
    without_pairs(run, LABELLED, TRANSLATED)
    page = (run / "report.html").read_text("utf-8")
    cells = re.findall(r'<td>([^<]*)<span class="mark (?:pass|fail)">([^<]*)<', page)
    assert cells == [
        ("at least 80%", "reached"),
        ("at least 95%", "not reached"),
        ("at least 0.85", "not reached"),
    ]
    assert (
        "The model reaches the target for target accuracy (81.2%, target 80%); it misses kept accuracy "
        "(90.0%, target 95%) and silhouette overlap (not measured, target 0.85)." in page
    )


def test_references_are_not_rivals(run):
    """An unchanged input keeps everything and real images are real: neither is “best”, nor beats a model."""
    page = without_pairs(run, LABELLED, TRANSLATED | {"targets": []})
    assert "best" not in [value for name, value in page.attributes if name == "class"]
    assert "For comparison: the same metrics of the real images and the unchanged input." in page.text
    figures = TRANSLATED["figures"] | {"nearest": {"target_accuracy": 0.5, "kept_accuracy": 0.95}}
    assert against_baselines(figures) == (
        "The model beats the nearest in target accuracy; it is beaten or matched in kept accuracy (nearest)."
    )


def test_drawn_pictures_are_not_called_held_out(run):
    """A generator that draws from noise is measured on what it drew, and the page says so."""
    evaluation = {"n": 500, "counted": "drawn images", "figures": {"model": {"categories_drawn": 7}}}
    text = without_pairs(run, LABELLED, evaluation).text
    assert "Measured on 500 drawn images." in text
    assert "Categories drawn" in text


def test_evaluation_picture_stays_inside_the_run(run, tmp_path):
    """A run that was sent to somebody cannot make the page show, and so publish, their files."""
    grid(tmp_path / "secret.png")
    evaluation = json.loads((run / "evaluation.json").read_text())
    for name in ("../secret.png", str(tmp_path / "secret.png"), "a\0b"):
        (run / "evaluation.json").write_text(json.dumps(evaluation | {"samples": name}))
        page = page_of(run)
        assert "not in the run directory" in page.text
        assert "Held-out pairs" not in page.text


def test_a_metric_that_could_not_be_measured_is_left_open(run):
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
