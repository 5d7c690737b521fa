"""Mappings of JSON files as headed lists of names and values."""

from typing import Any

from zoo.reports.elements.reading import as_mapping, as_text, label


def groups(heading: str, value: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Nested mappings as headed lists of names and values, the plain values first."""
    own, nested = [], []
    for key, item in as_mapping(value).items():
        if isinstance(item, dict) and item:
            nested += groups(f"{heading} · {label(key)}" if heading else label(key), item)
        else:
            own.append((label(key), as_text(item)))
    return ([(heading.capitalize() if heading else "Model", own)] if own else []) + nested
