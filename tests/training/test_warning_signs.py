"""Protects the user's hours: a training that has gone wrong says so, and a healthy one says nothing."""

import json
from pathlib import Path

import numpy as np
import pytest

from zoo.training.warning_signs import WarningSigns

WON = {"d_real": 0.002, "d_fake": 0.004, "g_l1": 0.3}
HEALTHY = {"d_real": 0.6, "d_fake": 0.5, "g_l1": 0.3}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warnings.json"


def signs(path: Path, step: int = 0) -> WarningSigns:
    return WarningSigns(path, ("d_real", "d_fake"), step)


def rows(watch: WarningSigns, losses: dict[str, float], steps: range) -> dict[int, str]:
    """The warnings, by step, over rows that end at ``steps``."""
    warnings = {step: watch.after_row(step, losses, steps.step) for step in steps}
    return {step: lines[0] for step, lines in warnings.items() if lines}


def noted(path: Path) -> list[int]:
    return [line["step"] for line in json.loads(path.read_text())]


def test_a_discriminator_that_has_won_is_reported_once(path: Path) -> None:
    """After 500 steps at zero, with the numbers and what to try; again only if it comes back."""
    watch = signs(path)
    assert rows(watch, HEALTHY, range(50, 1001, 50)) == {}
    warnings = rows(watch, WON, range(1050, 3001, 50))
    assert list(warnings) == [1500]
    for word in (
        "Step 1,500",
        "500 steps",
        "d_real 0.002",
        "d_fake 0.004",
        "`diffaugment`",
        "`learning_rate`",
    ):
        assert word in warnings[1500]
    assert rows(watch, HEALTHY, range(3050, 3101, 50)) == {}
    assert list(rows(watch, WON, range(3150, 4001, 50))) == [3600]
    assert noted(path) == [1500, 3600]
    assert json.loads(path.read_text())[0]["text"] == warnings[1500]


@pytest.mark.parametrize(
    "losses",
    [
        {"d_real": 0.0, "d_fake": 3.0},  # calls everything real
        {"d_real": -40.0, "d_fake": -35.0},  # a critic, had it been named
        {"d_real": 0.045, "d_fake": 0.045},  # the lowest of a healthy run on 2,250 real pairs
        {"d_real": float("nan"), "d_fake": 0.0},
    ],
)
def test_other_losses_are_not_victory(losses: dict[str, float], path: Path) -> None:
    """Half a victory is none: one term at zero alone is a discriminator that does not look."""
    assert rows(signs(path), losses, range(50, 2001, 50)) == {}
    assert not path.exists()


def test_each_of_several_discriminators_is_watched(path: Path) -> None:
    """One that has won is reported although the other is healthy; a model that names none is not watched."""
    losses = {"d_a_real": 0.0, "d_a_fake": 0.0, "d_b_real": 0.5, "d_b_fake": 0.5}
    warnings = rows(WarningSigns(path, tuple(losses)), losses, range(100, 901, 100))
    assert list(warnings) == [500]
    assert "discriminator a has" in warnings[500]
    assert rows(WarningSigns(path, ()), losses, range(100, 901, 100)) == {}


def test_resume_continues_as_if_never_stopped(path: Path) -> None:
    """Counts continue, no warning is repeated, and lines after the checkpoint are dropped."""
    path.write_text('["Three products are in both splits."]')
    watch = signs(path)
    rows(watch, WON, range(50, 401, 50))
    kept = json.loads(json.dumps(watch.state()))
    assert list(rows(watch, WON, range(450, 901, 50))) == [500]

    again = signs(path, step=400)
    assert json.loads(path.read_text()) == ["Three products are in both splits."]
    again.restore(kept)
    assert list(rows(again, WON, range(450, 901, 50))) == [500]

    later = signs(path, step=900)
    later.restore(json.loads(json.dumps(again.state())))
    assert rows(later, WON, range(950, 2001, 50)) == {}
    assert len(json.loads(path.read_text())) == 2


# Drawn samples: a garment of a random colour and length in the middle of white.


def garments(seed: int = 0, count: int = 6, size: int = 64) -> np.ndarray:
    draw = np.random.default_rng(seed)
    images = np.ones((count, size, size, 3), np.float32)
    for image in images:
        image[8 : draw.integers(30, 60), 20:44] = draw.uniform(-1, 1, 3)
    return images


def noise(size: float) -> np.ndarray:
    return np.random.default_rng(1).uniform(-size, size, (6, 64, 64, 3)).astype(np.float32)


INPUTS = garments()
COLLAPSED = garments(1)[:1] + noise(0.1)  # one image for all, under noise that differs
BLURRED = 0.5 * garments() + 0.5 * garments().mean(0) + noise(0.1)  # half of what it should be
FLAT = np.zeros_like(INPUTS)


def grids(
    watch: WarningSigns, outputs: np.ndarray, steps: range, targets: np.ndarray | None = INPUTS
) -> list:
    return [step for step in steps if watch.after_samples(step, INPUTS, outputs, targets)]


@pytest.mark.parametrize("outputs", [COLLAPSED, FLAT, FLAT.astype(np.uint8)])
@pytest.mark.parametrize("targets", [INPUTS, None])
def test_a_generator_that_repeats_itself_is_reported(
    outputs: np.ndarray, targets: np.ndarray | None, path: Path
) -> None:
    """On the third grid in a row, once; of unpaired training too, where no target is available."""
    watch = signs(path)
    assert grids(watch, outputs, range(1000, 6000, 1000), targets) == [3000]
    assert grids(watch, BLURRED, range(6000, 7000, 1000), targets) == []
    assert grids(watch, outputs, range(7000, 9999, 1000), targets) == [9000]
    (first, _) = json.loads(path.read_text())
    for word in (
        "Step 3,000",
        "3 sample grids",
        "`batch_size`",
        "`precision` float32",
        "`weight_adversarial`",
    ):
        assert word in first["text"]


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        (INPUTS, BLURRED),
        (INPUTS, INPUTS),
        (INPUTS, np.full_like(INPUTS, np.nan)),
        (FLAT, FLAT),  # the same product again and again has one image
        (INPUTS[:1], COLLAPSED[:1]),
    ],
)
def test_healthy_samples_and_those_that_tell_nothing(
    inputs: np.ndarray, outputs: np.ndarray, path: Path
) -> None:
    """Blur is no collapse, alike inputs have alike images, and one sample has nothing to differ from."""
    watch = signs(path)
    for step in range(1000, 9000, 1000):
        assert watch.after_samples(step, inputs, outputs, inputs) == []


def test_a_young_generator_has_time(path: Path) -> None:
    """Everything is grey at first: with a grid every 50 steps that is not told at step 150."""
    watch = signs(path)
    assert grids(watch, FLAT, range(50, 500, 50)) == []
    assert grids(watch, BLURRED, range(500, 2000, 50)) == []
    assert not path.exists()


def test_latent_vectors_as_inputs(path: Path) -> None:
    """A generator of images from noise is held to the variety of real images."""
    vectors = np.random.default_rng(2).normal(size=(6, 100)).astype(np.float32)
    watch = signs(path)
    warnings = [watch.after_samples(step, vectors, COLLAPSED, garments(3)) for step in (1000, 2000, 3000)]
    assert [len(lines) for lines in warnings] == [0, 0, 1]
    assert all(watch.after_samples(step, vectors, BLURRED, garments(3)) == [] for step in (4000, 5000, 6000))
