"""Puts the modules of this folder together into the one file that lies in every bundle as verify.py.

It begins and ends with ``script``. In between come one list of imports, the definitions of ``zoo`` that are
needed, and the modules that the script imports, each after those that it imports itself. The contract's
JSON Schema is inserted as text. Nothing else is changed, so the file reads as its modules do.
"""

import ast
import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from zoo.io.schemas import schema

PACKAGE = "export.verify"
WIDTH = 110
_SCHEMA_CALL = 'schema("contract")'


@dataclass
class _Assembly:
    """What has been collected so far.

    Attributes:
        imports: statements such as "from typing import Any".
        copied: names of definitions of zoo, by module; each module after those that it imports.
        sections: text of each module of this folder, in order, with a heading.
        defined: names of all that is defined at the top level, and where.
    """

    imports: set[str] = field(default_factory=set)
    copied: dict[str, set[str]] = field(default_factory=dict)
    sections: list[str] = field(default_factory=list)
    defined: dict[str, str] = field(default_factory=dict)


@cache
def assembled() -> str:
    """The text of a bundle's verify.py."""
    source = _source(f"{PACKAGE}.script")
    body = ast.parse(source).body
    guard = next(i for i, node in enumerate(body) if isinstance(node, ast.If))
    head, rest = body[: guard + 1], body[guard + 1 :]
    assembly = _Assembly()
    for node in rest:
        _add_import(assembly, node)
    last = [_text(source, body, i) for i, node in enumerate(body) if i > guard and not _is_import(node)]
    copied = [_copied(assembly, module) for module in assembly.copied]
    text = "\n\n\n".join([*copied, *assembly.sections, *last])
    first = "\n".join(source.splitlines()[: head[-1].end_lineno])
    return f"{first}\n\n{_imports(assembly.imports, text)}\n\n{text}\n"


def _source(module: str) -> str:
    return Path(importlib.util.find_spec(module).origin).read_text(encoding="utf-8")


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _add_import(assembly: _Assembly, node: ast.stmt) -> None:
    """Add what an import statement imports: the module before others, definitions of zoo, or itself."""
    if isinstance(node, ast.Import):
        assembly.imports |= {f"import {ast.unparse(alias)}" for alias in node.names}
    elif isinstance(node, ast.ImportFrom) and node.module.startswith(f"{PACKAGE}."):
        _add_module(assembly, node.module)
    elif isinstance(node, ast.ImportFrom) and node.module.startswith("zoo."):
        if node.module != "zoo.io.schemas":
            _add_definitions(assembly, node.module, [alias.name for alias in node.names])
    elif isinstance(node, ast.ImportFrom):
        assembly.imports |= {f"from {node.module} import {alias.name}" for alias in node.names}


def _add_module(assembly: _Assembly, module: str) -> None:
    source = _source(module)
    title, *body = ast.parse(source).body
    if any(module == defined for defined in assembly.defined.values()):
        return
    for node in body:
        _add_import(assembly, node)
    _define(assembly, body, module)
    own = [node for node in body if not _is_import(node)]
    last_import = max((node.end_lineno for node in (title, *body) if node not in own), default=0)
    text = "\n".join(source.splitlines()[last_import:]).strip()
    text = text.replace(_SCHEMA_CALL, f'json.loads(\n    r"""\n{_schema_text()}\n"""\n)')
    assembly.sections.append(_section(title, text))


def _add_definitions(assembly: _Assembly, module: str, names: list[str]) -> None:
    """Choose definitions of a module, and those that they use, to be copied."""
    body = ast.parse(_source(module)).body
    nodes = {name: node for node in body for name in _names(node)}
    new, pending = set(), list(names)
    while pending:
        if (name := pending.pop()) not in new:
            new.add(name)
            pending += [used for used in _used(nodes[name]) if used in nodes]
    used = set().union(*(_used(nodes[name]) for name in new))
    for node in body:
        if _is_import(node) and used & {alias.asname or alias.name for alias in node.names}:
            _add_import(assembly, node)
    assembly.copied.setdefault(module, set()).update(new)


def _copied(assembly: _Assembly, module: str) -> str:
    """The chosen definitions of a module, in its order."""
    source = _source(module)
    title, *body = ast.parse(source).body
    chosen = [i for i, node in enumerate(body) if assembly.copied[module] & set(_names(node))]
    _define(assembly, [body[i] for i in chosen], module)
    text, last = "", title
    for i in chosen:
        blocks = (ast.FunctionDef, ast.ClassDef)
        gap = 3 if isinstance(body[i], blocks) or isinstance(last, blocks) else 2
        text += "\n" * (gap if text else 0) + _text(source, body, i)
        last = body[i]
    return _section(title, text)


def _section(title: ast.Expr, text: str) -> str:
    """A module's text under the first line of its docstring."""
    heading = f"# {'-' * 20} {ast.literal_eval(title.value).splitlines()[0]}"
    return heading + ("\n\n\n" if text.startswith(("def ", "class ")) else "\n\n") + text


def _define(assembly: _Assembly, nodes: list[ast.stmt], module: str) -> None:
    for name in (name for node in nodes for name in _names(node)):
        if name in assembly.defined:
            raise ValueError(f"{name} is defined in {assembly.defined[name]} and in {module}: rename one")
        assembly.defined[name] = module


def _names(node: ast.stmt) -> Iterator[str]:
    """Names that a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))


def _used(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _text(source: str, body: list[ast.stmt], place: int) -> str:
    """A statement with the comments before it and the docstring after it."""
    lines = source.splitlines()
    first, last = body[place].lineno - 1, body[place].end_lineno
    while first and lines[first - 1].startswith("#"):
        first -= 1
    after = body[place + 1] if place + 1 < len(body) else None
    if isinstance(after, ast.Expr) and isinstance(body[place], ast.Assign):
        last = after.end_lineno
    return "\n".join(lines[first:last])


def _imports(statements: set[str], text: str) -> str:
    """The statements that ``text`` needs, sorted as ruff sorts them."""
    used = {name.partition(".")[0] for name in re.findall(r"[\w.]+", text)}
    modules, names = [], {}
    for statement in sorted(statements):
        match ast.parse(statement).body[0]:
            case ast.Import(names=[alias]) if (alias.asname or alias.name) in used:
                modules.append(statement)
            case ast.ImportFrom(module=module, names=[alias]) if alias.name in used:
                names.setdefault(module, []).append(alias.name)
    # Of the standard library, and what has to be installed.
    installed = [each for each in modules if "numpy" in each]
    standard = [each for each in modules if each not in installed and each not in ("import os", "import sys")]
    standard += [f"from {module} import {', '.join(sorted(each))}" for module, each in sorted(names.items())]
    return "\n".join([*standard, "", *installed])


def _schema_text() -> str:
    """The contract's schema as JSON, with line breaks between its words and not inside its strings."""
    text = json.dumps(schema("contract"), ensure_ascii=True)
    lines = [""]
    for word in re.findall(r'(?:"(?:[^"\\]|\\.)*"|[^"\s])+', text):
        if len(lines[-1]) + len(word) < WIDTH:
            lines[-1] += f" {word}" if lines[-1] else word
        else:
            lines.append(word)
    return "\n".join(lines)
