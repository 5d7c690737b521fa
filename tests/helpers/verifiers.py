"""The two forms of verification: the modules of export/verify, and the file that bundles hold."""

import argparse
import importlib.util
import pkgutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import export.verify
from export.__main__ import main
from export.verify.assembly import assembled

PARTS = [name for _, name, _ in pkgutil.iter_modules(export.verify.__path__) if name != "assembly"]


class Verifier:
    """One form, with the names of all its modules."""

    def __init__(self, modules: list[ModuleType]) -> None:
        self.modules = modules

    def __getattr__(self, name: str) -> Any:
        for module in self.modules:
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(name)

    def replace(self, monkeypatch: pytest.MonkeyPatch, name: str, value: Any) -> None:
        """Put ``value`` in the place of a function, wherever it is called."""
        for module in self.modules:
            if hasattr(module, name):
                monkeypatch.setattr(module, name, value)


class Modules(Verifier):
    """The modules, and their command: python -m export verify."""

    def __init__(self) -> None:
        super().__init__([importlib.import_module(f"export.verify.{name}") for name in PARTS])

    def command(self, arguments: list[str]) -> int:
        return main(["verify", *arguments])


class Assembled(Verifier):
    """The file, written to ``path``, and its command."""

    def __init__(self, path: Path) -> None:
        path.write_text(assembled(), encoding="utf-8")
        spec = importlib.util.spec_from_file_location("assembled_verify", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        super().__init__([module])

    def command(self, arguments: list[str]) -> int:
        parser = argparse.ArgumentParser()
        parser.add_argument("bundle", type=Path)
        self.add_arguments(parser)
        return self.modules[0].main(parser.parse_args(arguments))
