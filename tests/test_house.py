"""Protects the order of the house: the picture in CONTRIBUTING.md is what the code imports.

Every ``import`` counts, also one inside a function and one under ``TYPE_CHECKING``: what a type names is
known, too. So do strings that name a module of the library, which is what ``import_module`` is given; a
command that a string names is not imported by it.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = "CONTRIBUTING.md"
TOPS = ("zoo", "export", "recipes")
EDGE = "zoo/command_line.py"
# What a person runs, so what may print and know options. export/verify is every bundle's verify.py.
COMMANDS = ("recipes/", "zoo/__main__.py", "export/__main__.py", "export/options.py", "export/verify/", EDGE)
# What their parent process reads, line by line.
HELPERS = ("zoo/data/sample_catalogue/writer.py", "export/foreign/hdf5_copy.py")
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
# Options of other programs, and one that every program has.
OTHERS_FLAGS = {
    "--eval",
    "--distribution",
    "--ignore-scripts",
    "--pack-destination",
    "--require-saved-model",
    "--help",
}


def paths() -> Iterator[str]:
    """Every module, as a path from the root."""
    for top in TOPS:
        for path in sorted((ROOT / top).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix()


@cache
def modules() -> dict[str, str]:
    """Path of each module by its name."""
    return {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in paths()}


@cache
def tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"), path)


@cache
def floors() -> list[list[str]]:
    """Rooms of the picture, floor by floor from the lowest."""
    text = (ROOT / PICTURE).read_text("utf-8")
    picture = re.search(r"<!-- house -->\n```text\n(.*?)```", text, re.DOTALL)
    assert picture, f"{PICTURE} has no picture of the house after <!-- house -->"
    lines = [line.removeprefix("│").strip() for line in picture[1].splitlines() if line.startswith("│")]
    return [re.split(r" {2,}", line)[0].split(" · ") for line in reversed(lines) if line]


@cache
def heights() -> dict[str, int]:
    """Floor of each drawn room; ``zoo/models/*`` stands for every folder there that is not drawn itself."""
    return {room: height for height, floor in enumerate(floors()) for room in floor}


def room(path: str) -> str:
    """The room that a module is in: itself where the picture has it, else its folder."""
    return path if path in heights() else path.rpartition("/")[0]


def height(room: str) -> int | None:
    """The floor of a room; None for one that the picture lacks."""
    return heights().get(room, heights().get(f"{room.rpartition('/')[0]}/*"))


def lies_below(lower: str, upper: str) -> bool:
    """Whether one room lies below another; true if the picture lacks one, where another test fails."""
    return None in (height(lower), height(upper)) or height(lower) < height(upper)


def named(node: ast.AST, path: str) -> Iterator[str]:
    """Names of modules that a node of a module's tree imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert not node.level, f"{path}:{node.lineno}: a relative import; write the module's whole name"
        submodules = {f"{node.module}.{alias.name}" for alias in node.names} & modules().keys()
        yield from submodules or [node.module]
    elif isinstance(node, ast.Constant) and str(node.value).startswith(("zoo.", "export.")):
        yield str(node.value).partition(":")[0].removesuffix(".")  # "module:name", f"folder.{module}"


@cache
def imports() -> list[tuple[str, int, str]]:
    """(importing path, line, imported path) of all imports within the house."""
    edges = []
    for path in paths():
        for node in ast.walk(tree(path)):
            targets = [modules()[name] for name in named(node, path) if name in modules()]
            edges += [(path, getattr(node, "lineno", 0), target) for target in targets if target != path]
    return edges


def cycle(edges: Iterable[tuple[str, str]]) -> list[str]:
    """Nodes of one cycle in a graph, first and last the same; none in a graph without cycles."""
    targets: dict[str, set[str]] = {}
    for source, target in edges:
        targets.setdefault(source, set()).add(target)
    finished: set[str] = set()

    def search(node: str, trail: list[str]) -> list[str]:
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node in finished:
            return []
        for target in sorted(targets.get(node, ())):
            if circle := search(target, [*trail, node]):
                return circle
        finished.add(node)
        return []

    return next((circle for node in sorted(targets) if (circle := search(node, []))), [])


def test_every_folder_is_in_the_picture_and_the_other_way_round():
    folders = {path.rpartition("/")[0] for path in paths()}
    files = {path for path in paths() if path.startswith("zoo/") and path.count("/") == 1}
    drawn = [room for floor in floors() for room in floor]
    assert len(drawn) == len(set(drawn)), f"{PICTURE} draws a room twice"
    missing = [each for each in (folders | files) - {"zoo"} if height(each) is None]
    assert not missing, (
        f"{sorted(missing)}: draw it in {PICTURE}, above all it imports, below all that import it"
    )
    gone = {room for room in drawn if not (ROOT / room.removesuffix("/*")).exists()}
    assert not gone, (
        f"{sorted(gone)}: {PICTURE} draws it, but it is not in the tree; take it out of the picture"
    )


def test_every_folder_says_what_it_is_for():
    silent = [path for path in paths() if path.endswith("__init__.py") and not ast.get_docstring(tree(path))]
    assert not silent, f"{silent}: begin with a docstring that says what the folder is for"


def test_tests_lie_in_the_folders_of_what_they_test():
    files = [path.relative_to(ROOT / "tests") for path in ROOT.glob("tests/**/test_*.py")]
    tested = {path.parent for path in files} - {Path("stacks"), Path("compatibility")}  # of the whole
    lost = [
        path.as_posix() for path in tested if not any((top / path).is_dir() for top in (ROOT, ROOT / "zoo"))
    ]
    assert not lost, f"tests/ has {lost}, but neither zoo/ nor the top has such a folder"


def test_imports_go_down():
    upward = [
        f"{path}:{line} imports {target}, but {room(target)} is not below {room(path)}"
        for path, line, target in imports()
        if room(path) != room(target) and not lies_below(room(target), room(path))
    ]
    assert not upward, "\n".join(
        [
            *upward,
            f"In the picture of {PICTURE}, imports go from a floor to a lower one, never to the same one.",
            "Move what both need to a lower room, or pass it as an argument.",
            "Redraw the picture only if the order itself is wrong.",
        ]
    )


def test_there_is_no_cycle():
    modules_cycle = cycle((path, target) for path, _, target in imports())
    assert not modules_cycle, (
        " → ".join(modules_cycle)
        + ": these modules import each other in a circle; move what they share to a "
        "module of its own"
    )


def library() -> list[str]:
    return [path for path in paths() if not path.startswith(COMMANDS)]


def test_only_commands_import_the_command_line():
    wrong = [f"{path}:{line}" for path, line, target in imports() if target == EDGE and path in library()]
    assert not wrong, (
        f"{wrong} import {EDGE}, which is for commands: raise UserError, speak through a Listener"
    )


def test_the_library_neither_prints_nor_parses_options():
    printing, parsing = [], []
    for path in library():
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", None) == "print"
                and path not in HELPERS
            ):
                printing.append(f"{path}:{node.lineno}")
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [getattr(node, "module", None), *(alias.name for alias in node.names)]
                parsing += [f"{path}:{node.lineno}"] * ("argparse" in names)
    assert not printing, f"{printing} print; take a parameter `listener` and call `listener.say`"
    assert not parsing, f"{parsing} import argparse; options belong in recipes/"


def test_the_library_knows_no_flags():
    flags = []
    for path in library():
        lines = (ROOT / path).read_text("utf-8").splitlines()
        for node in ast.walk(tree(path)):
            text = str(node.value) if isinstance(node, ast.Constant) else ""
            shown = set(FLAG.findall(text)) - OTHERS_FLAGS
            if shown and "python -m recipes" not in lines[node.lineno - 1]:  # a whole command that is shown
                flags.append(f"{path}:{node.lineno}: {shown}")
    assert not flags, (
        f"{flags}: name the parameter in backticks, as in `batch_size`; commands show it as their option"
    )


def test_a_cycle_would_be_seen():
    assert cycle([("a", "b"), ("b", "c"), ("c", "b")]) == ["b", "c", "b"]
    assert cycle([("a", "b"), ("b", "c"), ("a", "c")]) == []


def test_late_imports_imports_for_types_and_names_in_strings_count():
    source = """
if TYPE_CHECKING:
    from zoo.io import paths
def late():
    import zoo.errors
    return import_module("zoo.io.files"), "recipes.demo"
"""
    names = {name for node in ast.walk(ast.parse(source)) for name in named(node, "")}
    assert names == {"zoo.io.paths", "zoo.errors", "zoo.io.files"}
