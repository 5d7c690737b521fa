"""The contract held to its JSON Schema, with as much of JSON Schema as that uses."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from zoo.io.schemas import schema

# Also beside the contract in each bundle. A contract is not held to what it brings along itself.
SCHEMA = schema("contract")

TYPES = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}


def fault_of(value: Any, rule: dict[str, Any], place: str = "") -> str:
    """The first fault of a value by a rule of JSON Schema; "" if there is none."""
    return next(_faults(value, rule, place), "")


def _faults(value: Any, rule: dict[str, Any], place: str) -> Iterator[str]:
    """All faults, by the keywords of JSON Schema that ``SCHEMA`` uses."""
    what = f"{place or 'the contract'}: {_short(value)}"
    types = [rule["type"]] if isinstance(rule.get("type"), str) else rule.get("type", [])
    if types and type(value) not in [each for name in types for each in TYPES[name]]:
        yield f"{what} is not {_kinds(types)}"
    if "$ref" in rule:
        yield from _faults(value, SCHEMA["$defs"][rule["$ref"].rpartition("/")[2]], place)
    if "const" in rule and value != rule["const"]:
        yield f"{what} is not {rule['const']}"
    if "enum" in rule and value not in rule["enum"]:
        yield f"{what} is none of {', '.join(rule['enum'])}"
    if isinstance(value, str):
        if not rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", math.inf):
            yield f"{what} has {len(value)} characters"
        if "pattern" in rule and not re.search(rule["pattern"], value):
            yield f"{what} is not allowed here"
    elif type(value) in TYPES["number"]:
        if not rule.get("minimum", -math.inf) <= value <= rule.get("maximum", math.inf):
            yield f"{what} is not in {rule.get('minimum', '')}..{rule.get('maximum', '')}"
    elif isinstance(value, list):
        if not rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", math.inf):
            yield f"{what} has {len(value)} entries"
        first, others = rule.get("prefixItems", []), rule.get("items", {})
        for i, each in enumerate(value if others else value[: len(first)]):
            yield from _faults(each, first[i] if i < len(first) else others, f"{place}.{i}")
        if rule.get("uniqueItems") and len(set(map(json.dumps, value))) < len(value):
            yield f"{what} holds something twice"
    elif isinstance(value, dict):
        if not rule.get("minProperties", 0) <= len(value) <= rule.get("maxProperties", math.inf):
            yield f"{what} has {len(value)} entries"
        for key in rule.get("required", []):
            if key not in value:
                yield f"{place or 'the contract'} lacks {key}"
        known, others = rule.get("properties", {}), rule.get("additionalProperties", {})
        names = rule.get("propertyNames", {})
        for key in value if others is False or others or names else known:
            inner = f"{place}.{_short(key)}" if place else _short(key)
            if key not in value:
                continue
            if key not in known and others is False:
                yield f"{inner} may not be here"
            if names:
                yield from _faults(key, names, place)
            yield from _faults(value[key], known.get(key, others or {}), inner)
    if "anyOf" in rule and all(fault_of(value, each, place) for each in rule["anyOf"]):
        yield f"{what} is of no kind that may be here"
    for each in rule.get("allOf", []):
        yield from _faults(value, each, place)
    if "if" in rule:
        branch = "else" if fault_of(value, rule["if"], place) else "then"
        yield from _faults(value, rule.get(branch, {}), place)


def _kinds(types: list[str]) -> str:
    return " or ".join("null" if name == "null" else f"a{'n' * (name[0] in 'aio')} {name}" for name in types)


def _short(value: Any) -> str:
    if isinstance(value, (dict, list)):  # which may be large
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
