"""The card of a bundle: what a person reads first."""

import json
from pathlib import Path
from typing import Any

from export.golden import picture_name
from export.verify.dropout import GOLDEN_RUNS, RUNS
from export.verify.report import allowed
from zoo.io.text import printable

HERE = Path(__file__).parent
ACROSS = 4  # images in a row
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", **{sign: f"\\{sign}" for sign in "\\`|[]*"}})


def card(contract: dict[str, Any], evaluation: dict[str, Any] | None, part: Path) -> str:
    """Write the card of the bundle in ``part``, as Markdown.

    Args:
        contract: with the measured differences.
        evaluation: metrics of the run, if there are any.
        part: folder of the bundle.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["cell"] = _cell
    environment.filters["allowance"] = _allowance
    environment.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)
    sources = [port for port in contract["inputs"] if port["kind"] == "picture"]
    conditions = {condition["input"]: condition for condition in contract["conditions"]}
    return (
        environment.get_template("card.md.j2").render(
            contract=contract,
            sources=sources,
            shown=[(port, picture_name(i, port["name"])) for i, port in enumerate(sources)],
            conditions=conditions,
            files=[*contract["artifacts"].values(), *contract["variants"].values()],
            first=contract["golden"][0],
            optional=any(condition.get("optional") for condition in contract["conditions"]),
            target=contract["outputs"][0],
            settings=[in_words(contract, setting) for setting in contract["golden"]],
            across=ACROSS,
            golden_runs=GOLDEN_RUNS,
            runs=RUNS,
            measured=_measured(evaluation),
            provenance=_flat(contract["provenance"]),
            megabytes=f"{(part / 'model.onnx').stat().st_size / 1e6:.3g}",
        )
        + "\n"
    )


def in_words(contract: dict[str, Any], setting: dict[str, Any]) -> str:
    """What an example sets: "sleeve_length: long", or "smiling: 0.5 from no to yes"; "" if nothing."""
    words = []
    for condition in contract["conditions"]:
        value = setting[condition["name"]]
        if condition["kind"] == "amount":
            words.append(f"{condition['name']}: {value:g} from {condition['low']} to {condition['high']}")
        elif value is not None:
            words.append(f"{condition['name']}: {value}")
    return ", ".join(words)


def _cell(value: Any) -> str:
    """Text from outside for a table of Markdown: without markup, links or further cells."""
    return printable(str(value).replace("\n", " ")).translate(_MARKUP)


def _allowance(artifact: dict[str, Any]) -> str:
    """A file's tolerance; if it was kept by ``force``, also the one that it exceeds."""
    tolerance = allowed(artifact["tolerance"])
    if "worse_than" in artifact:
        return f"{tolerance}: kept by request, although it exceeds {allowed(artifact['worse_than'])}"
    return tolerance


def _measured(evaluation: dict[str, Any] | None) -> dict[str, Any] | None:
    """A run's metrics as a table: a row each, and columns for the model and what it is compared with."""
    if not evaluation or "figures" not in evaluation:
        return None
    targets = {
        each["figure"]: f"{each['at_least']:.4g} or more"
        for each in evaluation.get("targets", ())
        if each["at_least"] is not None
    }
    columns = evaluation["figures"]
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    cells = [
        ["" if column.get(name) is None else f"{column[name]:.4g}" for column in columns.values()]
        for name in names
    ]
    protocol = evaluation.get("protocol", [])
    return {
        "of": f"{evaluation['n']} {evaluation.get('counted', 'held-out pairs')}",
        "size": "×".join(map(str, evaluation["size"])),
        "step": evaluation["step"],
        "columns": [*columns, *(["target"] if targets else [])],
        "rows": [
            (name.replace("_", " "), [*row, *([targets.get(name, "")] if targets else [])])
            for name, row in zip(names, cells, strict=True)
        ],
        "protocol": protocol if isinstance(protocol, str) else " ".join(protocol),
    }


def _flat(values: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """A nested record's numbers, texts and switches as (name, text), without long lists."""
    rows = []
    for key, value in values.items():
        name = f"{before}{key}"
        if isinstance(value, dict):
            rows += _flat(value, f"{name}.")
        elif isinstance(value, float):
            rows.append((name, f"{value:.4g}"))
        elif isinstance(value, list | tuple):
            if len(value) <= 4:
                rows.append((name, ", ".join(map(str, value))))
        elif value is not None:
            rows.append((name, str(value)))
    return rows
