"""Whatever the JSON files of a run hold, a command ends in one line or continues."""

import copy
import hashlib
import json
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes import pix2pix_product2model as recipe
from recipes.options.resuming import open_resumed, resumed_values
from recipes.options.session import Session
from zoo.engine.configuration import from_json
from zoo.errors import UserError
from zoo.io.files import write_json
from zoo.models.pix2pix.model import Pix2PixConfig
from zoo.models.registry import models
from zoo.reports.page import render
from zoo.runs.checkpoint_files import best_step
from zoo.runs.checkpoints import latest_checkpoint
from zoo.runs.run_directory import RunDirectory
from zoo.training.configuration import TrainingConfig
from zoo.training.loss_sums import Sums
from zoo.training.warning_signs import WarningSigns

WEIGHTS = ("weights.index", "weights.data-00000-of-00001")
BEST = {"metric": "l1", "step": 60, "value": 0.06}
FILES = {
    "config.json": {
        "format": 1, "model": "pix2pix", "title": "pix2pix", "recipe": recipe.RECIPE.name, "preset": "quick",
        "command": "python", "configuration": asdict(Pix2PixConfig()),
        "training": {
            **asdict(TrainingConfig(steps=60)), "schedule": "linear", "decay": 0.5, "decay_every": None,
            "decay_factor": 0.5,
        },
        "data": {
            "path": "photos", "layout": "catalogue", "direction": "AtoB", "description": ["a line"],
            "pairs": 4, "training_pairs": 3, "held_out_pairs": 1, "held_out": 1, "on_bad": "error",
            "fingerprint": "0", "domains": {"a": {"name": "plain", "images": 3}},
            "skipped": [{"file": "a.jpg", "reason": "empty"}],
        },
        "hardware": {"processor": "one", "cores": 2, "gpus": []}, "strategy": "one", "workers": 1,
        "precision": "float32", "versions": {"python": "3.11"}, "date": "2026-11-28",
    },
    "evaluation.json": {
        "step": 60, "n": 1, "size": [96, 96], "counted": "held-out pairs", "protocol": ["as it is"],
        "figures": {"model": {"l1": 0.25, "ssim": 0.4}, "mean model image": {"l1": 0.3, "ssim": 0.5}},
        "targets": [{"figure": "l1", "at_least": 0.2}], "samples": "samples/evaluation.png",
    },
    "warnings.json": ["a line", {"step": 50, "text": "another"}],
    "checkpoints/best.json": BEST,
    "checkpoints/step-00000060/state.json": {
        "format": 1, "step": 60, "files": dict.fromkeys(WEIGHTS, hashlib.sha256(b"").hexdigest()),
        "state": {
            "seconds": 9.1, "unlogged": 0.1, "pending": {"steps": 1, "sums": {"g_l1": 1.0}}, "best": BEST,
            "journal": {"told": ["zero loss "], "zero_steps": {"": 3}, "repeated_grids": 1},
        },
    },
    "bundle/verification.json": {
        "verdict": "fail", "checks": [{"artifact": "model.onnx", "case": "a", "max_abs": 1e-6, "pass": True}],
    },
}  # fmt: skip


def key_paths(value: Any, above: tuple = ()) -> Iterator[tuple]:
    yield above
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from key_paths(value[key], (*above, key))


PLACES = [
    (name, place) for name, value in FILES.items() for place in key_paths(json.loads(json.dumps(value)))
]
STRANGE = st.one_of(
    st.sampled_from(
        [
            None, True, -1, 0, 1.5, 64.0, 10**9, 10**12, 10**400, 1e308, float("nan"), float("inf"), "", "x",
            "../../../etc/passwd", "\0", "\ud800", "\x1b[2J", "x" * 300, [], {}, [[]], [None], {"a": 1},
        ]
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
)  # fmt: skip
DELETED = "__deleted__"


@st.composite
def altered(draw: st.DrawFn) -> tuple[str, bytes]:
    """One of the files with one or two places altered, or its bytes."""
    name = draw(st.sampled_from(PLACES))[0]
    value = copy.deepcopy(json.loads(json.dumps(FILES[name])))
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.sampled_from(list(key_paths(value))))
        new = copy.deepcopy(draw(STRANGE | st.just(DELETED)))  # what is sampled is shared
        if not place:
            value = None if new == DELETED else new
            break
        holder = value
        for key in place[:-1]:
            holder = holder[key]
        if new == DELETED:
            del holder[place[-1]]
        elif draw(st.booleans()) or not isinstance(holder, dict):
            holder[place[-1]] = new
        else:
            holder[draw(st.sampled_from(["unknown", "seed", "size", "__class__", ""]))] = new
    content = json.dumps(value).encode()
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.binary(max_size=3)) + content[at + 1 :]
    return name, content


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz") / "run"
    for name, value in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_json(folder / name, value)
    for name in WEIGHTS:
        (folder / "checkpoints" / "step-00000060" / name).touch()
    return folder


def continued(run: Path) -> None:
    """What ``--resume`` reads of a run before it looks at the data."""
    session = object.__new__(Session)
    session.arguments = recipe.parser().parse_args(["--run", str(run), "--resume"])
    resumed = open_resumed(run, "pix2pix", recipe.RECIPE.name)
    names = recipe.RECIPE.complete(True)["quick"]
    session.values = resumed_values(resumed, session.arguments, names, recipe.RECIPE.data_options)
    steps = session.training_config(10).steps
    session.configuration(Pix2PixConfig, steps, 10)


def journal(run: Path) -> None:
    """What else a resumed training reads."""
    signs = WarningSigns(run / "warnings.json", ("d_real", "d_fake"), 10)
    checkpoint = latest_checkpoint(run / "checkpoints")
    if (state := checkpoint.state.get("journal")) is not None:
        signs.restore(state)
    signs.after_row(60, {"d_real": 0.5, "d_fake": 0.5}, 10)
    pending = Sums.restored(checkpoint.state.get("pending", []))
    pending.add({"g_l1": 1.0})
    pending.means()


def configurations(run: Path) -> None:
    """What ``load_inference`` reads before it builds networks, for each model in turn."""
    config = RunDirectory.open(run).config
    faults = []
    for entry in models():
        try:
            from_json(entry.load("configuration"), config["configuration"])
        except UserError as error:
            faults.append(error)
    for fault in faults:
        assert "\n" not in str(fault)


def test_the_run_that_is_altered_is_read(run: Path) -> None:
    continued(run)
    configurations(run)
    journal(run)
    assert best_step(run / "checkpoints") == 60
    assert "could not be read" not in render(run)


@pytest.mark.fuzz
@settings(settings.get_profile("fuzz"))
@given(case=altered())
def test_altered_json_is_one_line(run: Path, case: tuple[str, bytes]) -> None:
    name, content = case
    path = run / name
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        render(run)  # never fails: what cannot be read is named on the page
        for read in (continued, configurations, lambda run: best_step(run / "checkpoints"), journal):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    read(run)
            except UserError as error:
                assert "\n" not in str(error)  # noqa: PT017 - any is right
                assert len(str(error)) < 3000  # noqa: PT017
    finally:
        path.write_bytes(before)
        write_json(run / "warnings.json", FILES["warnings.json"])
