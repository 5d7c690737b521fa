"""A training that was stopped goes on with the values that it began with."""

import dataclasses
import json

import pytest

from recipes import pix2pix_product2model as recipe
from zoo.errors import UserError
from zoo.pix2pix import Pix2PixConfig
from zoo.training.loop import TrainingConfig


def begun(decay_from, decay_to, steps) -> dict:
    """What ``config.json`` of a run holds, read back."""
    config = Pix2PixConfig(size=(128, 96), decay_from=decay_from, decay_to=decay_to)
    training = TrainingConfig(steps=steps, batch_size=4)
    parts = {"configuration": dataclasses.asdict(config), "training": dataclasses.asdict(training)}
    return json.loads(json.dumps(parts | {"precision": "mixed_bfloat16"}))


def continued(config, *arguments) -> dict:
    given = recipe.parser().parse_args(["--resume", *arguments])
    return recipe._continued(config, given, recipe._values(given))


@pytest.mark.parametrize(("decay_from", "decay"), [(None, 0.0), (300, 0.5), (0, 1.0)])
def test_every_value_of_the_run_is_kept(decay_from, decay):
    """A value that the run directory does not hold by its option's name must not stop a resume."""
    values = continued(begun(decay_from, 600 if decay_from is not None else None, 600))
    assert set(values) == set(recipe.presets(sample=True)["quick"])
    assert values["decay"] == decay
    assert (values["size"], values["batch_size"], values["steps"]) == ((128, 96), 4, 600)
    assert values["precision"] == "bfloat16"


def test_what_contradicts_the_run_is_refused_but_for_its_length():
    config = begun(5, 7, 7)  # round(7 x (1 - 0.3)) = 5
    assert continued(config, "--steps", "70", "--decay", "0.3")["steps"] == 70
    for option, value in (("--decay", "0.9"), ("--batch-size", "8"), ("--size", "64")):
        with pytest.raises(UserError, match=f"{option} .*contradicts"):
            continued(config, option, value)
