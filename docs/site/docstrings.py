"""Reads docstrings as this project writes them: ``a, b: text`` documents two parameters at once."""

import re

from griffe import Extension, Object

_SHARED = re.compile(r"^( +)(\*{0,2}\w+(?:, \*{0,2}\w+)+): (.*(?:\n\1 +.*)*)", re.MULTILINE)
_SECTIONS = re.compile(r"^(?:Args|Attributes):\n(?: +.*\n?|\n)+", re.MULTILINE)


class SharedEntries(Extension):
    """Gives each of several names before a colon an entry of its own."""

    def on_object(self, *, obj: Object, **_: object) -> None:
        """Rewrite a docstring before it is parsed."""
        if obj.docstring:
            obj.docstring.value = _SECTIONS.sub(_expand_section, obj.docstring.value)


def _expand_section(section: re.Match[str]) -> str:
    return _SHARED.sub(_expand_entry, section[0])


def _expand_entry(entry: re.Match[str]) -> str:
    indent, names, text = entry.groups()
    return "\n".join(f"{indent}{name}: {text}" for name in names.split(", "))
