"""The schema of a run bounds every value that decides how large its networks and images are."""

import dataclasses
from typing import Any

import pytest

from zoo.engine.configuration import Option, options
from zoo.io import limits
from zoo.io.schemas import schema
from zoo.models.registry import models
from zoo.training.configuration import DecayConfig, TrainingConfig

RUN = schema("run")


KINDS = {"configuration": [model.load("configuration") for model in models()], "training": [TrainingConfig]}
FORMER = {"keep_rate"}  # of format 1
OF_ANOTHER_CLASS = {field.name for field in dataclasses.fields(DecayConfig)}  # beside TrainingConfig's


def declared(part: str) -> list[tuple[str, Option]]:
    return [each for kind in KINDS[part] for each in options(kind).items()]


def plain(name: str, rule: dict[str, Any]) -> dict[str, Any]:
    """A rule for the value of a field, without "or null", for one number where it is a list of them."""
    rule = next((each for each in rule.get("anyOf", ()) if each != {"type": "null"}), rule)
    rule = RUN["$defs"][rule["$ref"].rpartition("/")[2]] if "$ref" in rule else rule
    return rule.get("items", rule) if name != "attributes" else rule


@pytest.mark.parametrize("part", KINDS)
def test_schema_and_configurations_have_the_same_fields(part: str) -> None:
    known = set(RUN["properties"][part]["properties"])
    named = {field.name for kind in KINDS[part] for field in dataclasses.fields(kind)}
    extra = FORMER if part == "configuration" else OF_ANOTHER_CLASS
    assert named <= known
    assert known - named <= extra


@pytest.mark.parametrize("part", KINDS)
def test_schema_and_configurations_allow_the_same(part: str) -> None:
    """But for what is too large for any machine, which only the schema of files from outside refuses."""
    for name, option in declared(part):
        rule = plain(name, RUN["properties"][part]["properties"][name])
        assert set(rule.get("enum", ())) == set(option.choices or option.suggestions), name
        if option.at_least is not None and name != "seed":
            assert rule["minimum"] <= option.at_least, name
        assert option.below is None or rule["exclusiveMaximum"] == option.below, name


def test_the_limits_are_those_of_every_reader() -> None:
    assert RUN["$defs"]["size"]["items"]["maximum"] ** 2 == limits.IMAGE_PIXELS
    assert RUN["$defs"]["attributes"] == schema("classifier")["properties"]["attributes"]
    names = RUN["$defs"]["attributes"]["items"]["properties"]
    assert names["name"]["maxLength"] == names["values"]["items"]["maxLength"] == limits.NAME_CHARACTERS
