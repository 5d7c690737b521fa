"""Protects the page of a run: it must never stop a training, never lie, never run what a file holds."""

import json
import re

import pytest
from report_pages import grid, page_of
from unpaired_runs import DOMAINS, LABELLED, TRANSLATED, without_pairs

from zoo.engine.configuration import options
from zoo.models.stargan.configuration import StarGANConfig
from zoo.reports import write_report
from zoo.reports.sections.notes import markdown
from zoo.training.configuration import TrainingConfig

HOSTILE = "<script>alert(1)</script>"


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
    """The page is refreshed during training: it reports or leaves out what is missing so far."""
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


def test_each_value_says_what_it_means(run):
    """In the words in which the field was declared."""
    config = json.loads((run / "config.json").read_text())
    config |= {"model": "stargan", "configuration": {"n_critic": 5, "unheard_of": 1}}
    config["training"]["keep"] = 2
    (run / "config.json").write_text(json.dumps(config))
    titles = [value for name, value in page_of(run).attributes if name == "title"]
    assert options(StarGANConfig)["n_critic"].help in titles
    assert options(TrainingConfig)["keep"].help in titles


def test_a_configuration_of_an_earlier_format_is_shown_as_this_one_means_it(run):
    """A CycleGAN's identity weight was a share of its cycle weight."""
    config = {
        "format": 1,
        "model": "cyclegan",
        "configuration": {"weight_identity": 0.5, "weight_cycle": 8.0},
    }
    (run / "config.json").write_text(json.dumps(config))
    assert re.search(r"weight identity\b.*?<td>4\.0</td>", write_report(run).read_text("utf-8"), re.DOTALL)


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
        "The best checkpoint, ringed, has 81.2%.", "by held-out target accuracy, 81.2%",
    ):  # fmt: skip
        assert words in text
    assert ("domain stripes1,420 images" in text) == ("domains" in data)


def test_notes_are_markdown_without_html():
    """Paragraphs, lists and tables are rendered; tags are shown, not used."""
    html = markdown("a *b*\n\n1. c\n\n|d|e|\n|-|-|\n|f|g|\n\n<b onclick=x>h</b>")
    assert all(tag in html for tag in ("<em>b</em>", "<ol>", "<td>f</td>", "&lt;b onclick=x&gt;"))


def test_parameters_and_options_are_set_as_code(run):
    """In warnings and in the data's description; escaped like everything else."""
    config = json.loads((run / "config.json").read_text())
    config["data"]["description"] = ["layout: folders (`layout` names another)"]
    (run / "config.json").write_text(json.dumps(config))
    (run / "warnings.json").write_text(json.dumps(["Lower `learning_rate`, or try --ema `<b>`; not ` this."]))
    page = write_report(run).read_text("utf-8")
    assert "Lower <code>learning_rate</code>, or try <code>--ema</code> <code>&lt;b&gt;</code>; not" in page
    assert "layout: folders (<code>layout</code> names another)" in page
