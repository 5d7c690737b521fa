"""Adds to the site what lies outside ``docs/``: README, CONTRIBUTING, and the reference made from docstrings.

The reference has a page for each folder of the library, with the public modules in it; nothing is
listed by hand.
"""

import ast
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
LIBRARY = ("zoo", "export")
PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md"}
LINK = re.compile(r"\]\((?!https?://|#)([^)]+)\)")


def on_config(config: MkDocsConfig) -> None:
    """Put the reference at the end of the navigation."""
    config.nav.append({"Reference": [_entry(ROOT / top) for top in LIBRARY]})


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add the pages."""
    for source, page in PAGES.items():
        text = (ROOT / source).read_text("utf-8")
        files.append(File.generated(config, page, content=LINK.sub(_from_docs, text)))
    for top in LIBRARY:
        for folder in _folders(ROOT / top):
            files.append(File.generated(config, _address(folder), content=_page(folder)))


def _from_docs(link: re.Match[str]) -> str:
    """A link of a page beside ``docs/`` as one in it; what is not on the site is left out of the link."""
    target = link[1].removeprefix("docs/")
    return f"]({PAGES.get(target, target)})"


def _folders(folder: Path) -> list[Path]:
    """A package and all packages in it that have something public."""
    inside = [each for child in sorted(folder.iterdir()) if child.is_dir() for each in _folders(child)]
    return [folder, *inside] if (folder / "__init__.py").exists() and (_modules(folder) or inside) else inside


def _modules(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.py")) if _has_docstrings(path)]


def _has_docstrings(path: Path) -> bool:
    """Whether a module is public, and it or something in it is documented."""
    public = not path.name.startswith("_") or path.name == "__init__.py"
    return public and bool(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or _own(path))


def _own(path: Path) -> list[str]:
    """Public functions and classes of a module, without those that it imports."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    own = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, kinds)]
    return [node.name for node in own if not node.name.startswith("_") and ast.get_docstring(node)]


def _address(folder: Path) -> str:
    return f"reference/{folder.relative_to(ROOT).as_posix()}/index.md"


def _entry(folder: Path) -> dict[str, Any]:
    """A folder in the navigation, with the folders in it."""
    children = [child for child in _folders(folder)[1:] if child.parent == folder]
    return {folder.name: [_address(folder), *map(_entry, children)] if children else _address(folder)}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _page(folder: Path) -> str:
    lines = [f"# {_name(folder)}"]
    for path in _modules(folder):
        lines.append(f"::: {_name(path)}")
        if path.name == "__init__.py":  # its name is the page's, and what it imports is shown where it lies
            members = _own(path) or "false"
            lines[-1] += f"\n    options:\n      show_root_heading: false\n      members: {members}"
            lines.append("\n".join(f"- {_link(*entry)}" for entry in _late(path).items()))
    return "\n\n".join(lines)


def _late(path: Path) -> dict[str, str]:
    """Names that a package loads on first use, and their modules: its table for ``__getattr__``."""
    body = ast.parse(path.read_text("utf-8")).body
    if not any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in body):
        return {}
    values = [node.value for node in body if isinstance(node, ast.Assign)]
    tables = [value for value in values if isinstance(value, ast.Dict)]
    return ast.literal_eval(tables[0]) if tables else {}


def _link(name: str, module: str) -> str:
    file = ROOT / f"{module.replace('.', '/')}.py"
    return f"[`{name}`][{module}.{name}]" if name in _own(file) else f"`{name}`"
