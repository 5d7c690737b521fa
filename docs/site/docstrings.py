"""Reads docstrings as this project writes them.

``a, b: text`` documents two parameters at once, and two pairs of brackets are no link: ``(x[, y][, z])``.
"""

import re

from griffe import Extension, Object

_SHARED = re.compile(r"^( +)(\*{0,2}\w+(?:, \*{0,2}\w+)+): (.*(?:\n\1 +.*)*)", re.MULTILINE)
_BRACKETS = re.compile(r"(``?[^`]*``?|^.*>>>.*$)|\]\[", re.MULTILINE)  # outside of code
_SECTIONS = re.compile(r"^(?:Args|Attributes):\n(?: +.*\n?|\n)+", re.MULTILINE)


class ProjectStyle(Extension):
    """Gives each of several names before a colon its own entry, and escapes brackets."""

    def on_object(self, *, obj: Object, **_: object) -> None:
        """Rewrite a docstring before it is parsed."""
        if obj.docstring:
            text = _SECTIONS.sub(_expand_section, obj.docstring.value)
            obj.docstring.value = _BRACKETS.sub(lambda match: match[1] or r"]\[", text)


def _expand_section(section: re.Match[str]) -> str:
    return _SHARED.sub(_expand_entry, section[0])


def _expand_entry(entry: re.Match[str]) -> str:
    indent, names, text = entry.groups()
    return "\n".join(f"{indent}{name}: {text}" for name in names.split(", "))
