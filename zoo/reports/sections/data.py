"""What the model learned from, and what was left out."""

from collections.abc import Mapping
from typing import Any

from zoo.reports.elements.code import code_marked
from zoo.reports.elements.domains import domain_sizes
from zoo.reports.elements.reading import RunFiles, as_lines, as_text, label

SKIPPED = 500  # files listed as left out


def content(files: RunFiles) -> dict[str, Any] | None:
    """For the template; None if ``config.json`` says nothing of the data."""
    data = files.data
    section = {
        "lines": [code_marked(line) for line in as_lines(data.get("description"))],
        "pairs": data_pairs(data),
        "skipped": skipped(data.get("skipped")),
    }
    return section | {"limit": SKIPPED} if any(section.values()) else None


def data_pairs(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What ``config.json`` says of the data, as names and values."""
    domains = [(f"domain {name}", f"{images:,.0f} images") for name, images in domain_sizes(data)]
    return domains + [
        (
            label(key),
            f"{item:,}" if type(item) is int else as_text(item),
        )  # counts, where a seed may be among others
        for key, item in data.items()
        if key not in ("description", "skipped") and not (domains and key == "domains")
    ]


def skipped(value: Any) -> list[tuple[str, str]]:
    """File and reason of each image that was left out."""
    rows = []
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            rows.append((as_text(item.get("file")), as_text(item.get("reason"))))
        else:
            rows.append((as_text(item), "–"))
    return rows
