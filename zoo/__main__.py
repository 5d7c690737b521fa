"""The models of the zoo, with their characteristics and sizes.

Characteristics are those of the thesis's Table 1; models that it does not compare have none.
Parameters are the trainable ones of generators + discriminators with the paper's
configuration; counting them builds each model once, which takes a moment.
"""

import argparse
import gc
import json
import os
import sys
from typing import Any

from zoo.command_line import Parser, run
from zoo.models.info import CHARACTERISTICS, label

TABLE_WIDTH = 140  # columns of a terminal from which a table is easier to read than a list
SIGNS = {True: "✓", False: "–", None: ""}
WORDS = {True: "yes", False: "no"}


def rows() -> list[dict[str, Any]]:
    """One record a model, with its parameters counted."""
    from zoo.models import registry

    records = []
    for model in registry.models():
        parameters = model.parameters
        gc.collect()  # a Keras model is a circle of references, and the next one needs room
        records.append(
            {
                "name": model.name,
                "title": model.title,
                "task": model.task,
                **{name: getattr(model, name) for name in CHARACTERISTICS},
                "generator_parameters": parameters.generators,
                "discriminator_parameters": parameters.discriminators,
                "usages": list(model.signatures),
                "recipe": model.recipe,
                "paper": model.paper,
            }
        )
    return records


def _parameters(row: dict[str, Any]) -> str:
    return f"{row['generator_parameters']:,} + {row['discriminator_parameters']:,}"


def _cells(row: dict[str, Any]) -> list[str]:
    signs = [SIGNS[row[name]] for name in CHARACTERISTICS]
    return [row["title"], row["task"], *signs, _parameters(row)]


def as_markdown(records: list[dict[str, Any]]) -> str:
    """A Markdown table, as README has it."""
    heads = ["model", "task", *map(label, CHARACTERISTICS), "parameters", "recipe"]
    lines = [heads, [*["---"] * 2, *[":-:"] * len(CHARACTERISTICS), "--:", "---"]]
    for row in records:
        _, *cells = _cells(row)
        lines.append([f"[{row['title']}]({row['paper']})", *cells, f"`{row['recipe']}`"])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def as_list(records: list[dict[str, Any]]) -> str:
    """A few lines a model, for narrow terminals and for other programs' eyes."""
    blocks = []
    for row in records:
        known = [f"{label(name)} {WORDS[row[name]]}" for name in CHARACTERISTICS if row[name] is not None]
        lines = [
            f"{row['title']}: {row['task']}",
            ", ".join(known),
            f"{_parameters(row)} parameters",
            f"python -m {row['recipe']}",
            row["paper"],
        ]
        blocks.append("\n    ".join(filter(None, lines)))
    return "\n\n".join(blocks)


def _print_table(records: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("model", "task", *map(label, CHARACTERISTICS), "parameters", "recipe", "paper")
    for column in table.columns[2 : 2 + len(CHARACTERISTICS)]:
        column.justify = "center"
    for row in records:
        table.add_row(*_cells(row), row["recipe"], row["paper"])
    Console().print(table)


def main(arguments: list[str] | None = None) -> int:
    """Run ``python -m zoo`` with these arguments and return its exit status."""
    parser = Parser(prog="python -m zoo", description=__doc__)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print a Markdown table")
    form.add_argument("--json", action="store_true", help="print a list of records")
    return run(_print, parser.parse_args(arguments))


def _print(options: argparse.Namespace) -> None:
    records = rows()
    if options.json:
        print(json.dumps(records, indent=2, ensure_ascii=False))
    elif options.markdown:
        print(as_markdown(records))
    elif sys.stdout.isatty() and os.get_terminal_size().columns >= TABLE_WIDTH:
        _print_table(records)
    else:
        print(as_list(records))


if __name__ == "__main__":
    sys.exit(main())
