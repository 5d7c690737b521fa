"""What a config.json asks for is bounded by the checkpoint beside it, and none is refused by its own."""

import dataclasses
from pathlib import Path

import pytest
from cases import CASES
from stand_in import stand_in_run

from zoo.attributes import Attribute
from zoo.engine.weight_limit import weights_of_checkpoint
from zoo.errors import UserError
from zoo.inference.run_checkpoint import load_inference
from zoo.models.registry import models
from zoo.runs.checkpoints import save_checkpoint
from zoo.runs.run_directory import RunDirectory

MODELS = {case.make: case.name for case in CASES if not case.variant}


@pytest.mark.slow
@pytest.mark.parametrize("make", MODELS, ids=MODELS.values())
def test_each_model_is_read_from_its_own_checkpoint(make, tmp_path: Path) -> None:
    config = make("float32").config
    if hasattr(config, "upsampling"):  # a slider has two ends
        config = dataclasses.replace(config, attributes=(Attribute("a", ("no", "yes")),))
    entry = next(each for each in models() if each.load("configuration") is type(config))
    model = entry.load("model")(config)
    model.compile(ema=0.5)
    values = {"model": entry.name, "configuration": dataclasses.asdict(config)}
    run = RunDirectory.create(tmp_path / "run", {**values, "training": {"batch_size": 1, "ema": 0.5}})
    save_checkpoint(run.checkpoints, 1, model.checkpoint_items(), {})
    with weights_of_checkpoint(run.checkpoints / "step-00000001" / "weights", run.path):
        entry.load("model")(config).compile(ema=0.5)  # as --resume does
    for signature in entry.signatures:
        assert load_inference(run.path, signature).provenance["step"] == 1


@pytest.mark.parametrize("name", ["generator_width", "discriminator_width"])
def test_more_than_the_checkpoint_has_is_refused_before_it_is_made(name: str, tmp_path: Path) -> None:
    model = next(case for case in CASES if case.name == "pix2pix").make("float32")
    config = {"model": "pix2pix", "configuration": dataclasses.asdict(model.config)}
    run = RunDirectory.create(tmp_path / "run", {**config, "training": {"batch_size": 1}})
    model.compile()
    save_checkpoint(run.checkpoints, 1, model.checkpoint_items(), {})
    run.update(configuration={**run.config["configuration"], name: 60_000})
    with pytest.raises(UserError, match=r"config\.json: the networks that it describes have more weights"):
        load_inference(run.path)


def test_attributes_by_the_thousand_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = stand_in_run(tmp_path / "run", monkeypatch)
    many = [{"name": f"a{number}", "values": ["x"] * 1000} for number in range(50)]
    run.update(configuration={**run.config["configuration"], "attributes": many})
    with pytest.raises(UserError, match="have more weights than the checkpoint step-00000012"):
        load_inference(run.path)
