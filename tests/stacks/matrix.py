"""Lays out what was measured in each stack as a table, for the terminal and for a page of docs/how-to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

PROPERTY = "row of the matrix"  # of a test's report, by which rows come from other processes
BEGIN, END = "<!-- stacks -->\n", "<!-- /stacks -->\n"


@dataclass(frozen=True)
class Row:
    """One stack: the largest difference by model, or why it cannot, by model."""

    title: str
    version: str
    snippet: str
    differences: Mapping[str, float]
    limits: Mapping[str, str]
    note: str

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    def cell(self, model: str) -> str:
        if model in self.limits:
            return "–"
        return f"{self.differences[model]:.0e}".replace("e-0", "e-").replace("0e+00", "0")

    @property
    def remark(self) -> str:
        """Its limits and what people should know."""
        whys = list(dict.fromkeys(self.limits.values()))
        return "; ".join(filter(None, (*(f"– {why}" for why in whys), self.note)))


def table(rows: Sequence[Row], models: Sequence[str]) -> str:
    """Lay out as Markdown, a row a stack and a column a model."""
    lines = [
        f"| | version | {' | '.join(model.replace('_', ' ') for model in models)} | |",
        f"|---|---|{'--:|' * len(models)}---|",
    ]
    for row in rows:
        cells = " | ".join(row.cell(model) for model in models)
        lines.append(f"| [{row.title}](../snippets/{row.snippet}) | {row.version} | {cells} | {row.remark} |")
    return "\n".join(lines) + "\n"


def write_into(page: Path, text: str) -> None:
    """Put the table between the marks of a page."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(before + BEGIN + text + END + after, "utf-8")
