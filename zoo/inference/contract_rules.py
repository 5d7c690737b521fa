"""How a contract must be consistent, beyond its JSON Schema.

Also inserted into every bundle's verify.py, so it needs the standard library and ``zoo.io.limits`` alone.
"""

import math
from typing import Any

from zoo.io.limits import EXAMPLE_VALUES


def contradiction(contract: dict[str, Any]) -> str:
    """Where a contract that fits the schema contradicts itself: one line, or "" if nowhere."""
    conditions = {each["name"]: each for each in contract.get("conditions", [])}
    inputs = {port["name"]: port for port in contract["inputs"]}
    settable = {name for name, port in inputs.items() if port.get("kind") in ("choice", "amount")}
    golden = contract["size"].get("golden", [])
    if len(inputs) < len(contract["inputs"]) or len(conditions) < len(contract.get("conditions", [])):
        return "inputs or conditions have the same name"
    if sorted(each["input"] for each in conditions.values()) != sorted(settable):
        return "conditions are not one for each choice and amount among the inputs"
    for name, each in conditions.items():
        keys = ("kind", "values", "optional") if each["kind"] == "choice" else ("kind", "low", "high")
        if any(inputs[each["input"]].get(key) != each[key] for key in keys):
            return f"condition {name} and input {each['input']} differ"
    for settings in contract.get("golden", []):
        for name, value in settings.items():
            kind = conditions[name]["kind"] if name in conditions else None
            known = value is None or (value in conditions[name]["values"] if kind == "choice" else kind)
            if not known or (kind == "amount") != (type(value) in (int, float)):
                return f"a golden example sets {name} to {value!r}"
    is_deterministic = contract["inference"]["deterministic"]
    tolerances = [contract, *contract["artifacts"].values(), *contract.get("variants", {}).values()]
    if is_deterministic and any("standard_errors" in each.get("tolerance", {}) for each in tolerances):
        return "standard errors are allowed of a model whose results are the same each time"
    if len({tuple(size) for size in golden}) < len(golden) or (
        golden and not _have_free_sides(contract["inputs"])
    ):
        return "a golden size is listed twice, or images have one size"
    ports = _port_names(contract)
    for entry in (contract, *contract.get("variants", {}).values()):
        if _port_names(entry) != ports:
            return "a variant has other inputs or outputs"
        for port in (*entry["inputs"], *entry["outputs"]):
            if port.get("kind") == "choice" and len(port["values"]) != port["shape"][1]:
                return f"{port['name']} has {len(port['values'])} values and the shape {port['shape']}"
            if port["range"] and not port["range"][0] < port["range"][1]:
                return f"{port['name']} has the range {port['range']}"
        if any(port.get("kind", "picture") != "picture" for port in entry["outputs"]):
            return "an output is not an image"
        if len({port["name"] for port in entry["outputs"]}) < len(entry["outputs"]):
            return "outputs have the same name"
        for height, width in ((contract["size"]["height"], contract["size"]["width"]), *golden):
            for way in ("inputs", "outputs"):
                if _example_values(entry[way], height, width) > EXAMPLE_VALUES:
                    return f"{way} have more than {EXAMPLE_VALUES:,} values at {height}x{width}"
    return ""


def _port_names(entry: dict[str, Any]) -> list[list[tuple[str, str | None]]]:
    return [[(port["name"], port.get("kind")) for port in entry[way]] for way in ("inputs", "outputs")]


def _have_free_sides(ports: list[dict[str, Any]]) -> bool:
    return any(isinstance(side, str) for port in ports for side in port["shape"][1:])


def example_shape(port: dict[str, Any], height: int, width: int) -> list[int]:
    """Axes of one example. Free sides, such as "style_image_height", get this height and width."""
    sides = {"height": height, "width": width}
    return [sides[side.rpartition("_")[2]] if isinstance(side, str) else side for side in port["shape"][1:]]


def _example_values(ports: list[dict[str, Any]], height: int, width: int) -> int:
    """Numbers in one example of all ports."""
    return sum(math.prod(example_shape(port, height, width)) for port in ports)
