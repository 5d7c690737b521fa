"""Mutated configurations end in a plan of listed names, or in one line."""

import contextlib
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras_configurations import good, layer

from export.foreign.keras_configuration import read_configuration
from export.foreign.keras_names import (
    ACTIVATIONS,
    LAYERS,
    NETWORKS,
    OPERATIONS,
    STAND_INS,
    WRAPPERS,
    is_function,
)
from export.foreign.keras_plan import Function, Part, Reference
from zoo.errors import UserError
from zoo.io.files import parse_json

BUILT: list[Part] = []
KINDS = LAYERS | STAND_INS | WRAPPERS | OPERATIONS | {*NETWORKS.values()}
HOSTILE = [
    "Lambda", "__tuple__", "__ellipsis__", "__lambda__", "__typespec__", "__numpy__", "__tensor__",
    "TensorShape", "TypeSpec", "CompositeTensor", "function", "eval", "os>system", "TFOpLambda", "Functional",
    "Sequential", "_CONSTANT_VALUE", "_COMPOSITE_TYPE", "io.write_file", "compat.v1.abs", "StringLookup",
    "Addons>InstanceNormalization", "", "\x1b[2J", "x" * 300,
]  # fmt: skip
NAMES = st.sampled_from(HOSTILE)
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | NAMES
)
KEYS = st.sampled_from(
    ["class_name", "config", "items", "value", "module", "registered_name", "name", "layers", "training",
     "inbound_nodes", "activation", "layer", "function", "__passive_serialization__", "input_layers"]
)  # fmt: skip
OBJECTS = st.fixed_dictionaries({"class_name": NAMES}, optional={"config": PLAIN, "items": st.lists(PLAIN)})
VALUES = st.recursive(
    PLAIN | OBJECTS | st.builds(layer, NAMES, NAMES, NAMES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


def paths(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a value with every key of it."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from paths(value[key])


def mutate(config: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    config = {"whole": copy.deepcopy(config)}
    for _ in range(data.draw(st.integers(1, 4))):
        entries = [*paths(config)]
        container, key = entries[data.draw(st.integers(0, len(entries) - 1))]
        how = data.draw(st.sampled_from(["replace", "delete", "wrap", "insert", "copy"]))
        if how == "replace":
            container[key] = data.draw(VALUES)
        elif how == "delete" and container is not config:
            del container[key]
        elif how == "wrap":
            container[key] = {
                "class_name": data.draw(NAMES),
                "items": [container[key]],
                "config": container[key],
            }
        elif how == "insert" and isinstance(container, dict):
            container[data.draw(KEYS)] = data.draw(VALUES)
        elif how == "insert":
            container.insert(key, data.draw(VALUES))
        else:
            other, other_key = entries[data.draw(st.integers(0, len(entries) - 1))]
            container[key] = copy.deepcopy(other[other_key])
    return config["whole"]


def plain(value: Any) -> bool:
    """Whether a plan's value has nothing in it but values."""
    if isinstance(value, list | tuple):
        return all(map(plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(map(plain, value.values()))
    return value is None or value is ... or isinstance(value, bool | int | float | str | Reference)


def check(plan: Part) -> None:
    for part in plan.walk():
        assert part.kind in KINDS
        assert part.kind not in OPERATIONS or is_function(part.settings["function"])
        for key, value in part.settings.items():
            if isinstance(value, Function):
                assert key == "activation"
                assert value.name in ACTIVATIONS
            elif isinstance(value, Part):
                assert key == "activation"
                check(value)
            else:
                assert plain(value)
        assert all(plain([call.inputs, call.arguments]) for call in part.calls)


@pytest.mark.fuzz
@settings(settings.get_profile("fuzz"))
@given(st.data())
def test_a_mutated_configuration_is_a_plan_of_listed_names_or_one_line(data: st.DataObject) -> None:
    text = json.dumps(mutate(good(), data))
    try:
        plan = read_configuration(parse_json(text.encode(), "config.json"))
    except UserError:
        return
    check(plan)
    if len(BUILT) < 10:  # tracing takes a tenth of a second
        BUILT.append(plan)
        from export.foreign.keras_building import build

        with contextlib.suppress(Exception):  # whatever Keras raises; its caller makes one line of it
            assert build(plan, "auto", numbers=1000).model.count_params() < 1 << 17
