"""Words of a text that are code: parameters and options."""

import re

CODE = re.compile(r"`([^`]+)`|(--[a-z][a-z0-9-]*)")  # a parameter, or an option: set as code


def code_marked(line: str) -> list[tuple[str, bool]]:
    """A line in pieces, each with whether it is code: a word in backticks, or an option."""
    pieces, end = [], 0
    for match in CODE.finditer(line):
        pieces += [(line[end : match.start()], False), (match[1] or match[2], True)]
        end = match.end()
    return [(text, code) for text, code in [*pieces, (line[end:], False)] if text]
