"""The schema of a run bounds every value that decides how large its networks and pictures are."""

import dataclasses

import pytest

from zoo.io import limits
from zoo.io.schemas import schema
from zoo.models.info import ModelInfo
from zoo.models.registry import models
from zoo.training.configuration import TrainingConfig

RUN = schema("run")


@pytest.mark.parametrize("model", models(), ids=lambda model: model.name)
def test_each_field_of_each_model_has_its_range(model: ModelInfo) -> None:
    known = RUN["properties"]["configuration"]["properties"]
    assert {field.name for field in dataclasses.fields(model.load("configuration"))} <= set(known)


def test_each_field_of_training_has_its_range() -> None:
    known = RUN["properties"]["training"]["properties"]
    assert {field.name for field in dataclasses.fields(TrainingConfig)} <= set(known)


def test_the_limits_are_those_of_every_reader() -> None:
    assert RUN["$defs"]["size"]["items"]["maximum"] ** 2 == limits.IMAGE_PIXELS
    assert RUN["$defs"]["attributes"] == schema("classifier")["properties"]["attributes"]
    names = RUN["$defs"]["attributes"]["items"]["properties"]
    assert names["name"]["maxLength"] == names["values"]["items"]["maxLength"] == limits.NAME_CHARACTERS
