"""Keeps names of the previous version working in this one, with a ``DeprecationWarning`` of the new name."""

import functools
import importlib
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from zoo.listener import Listener


class _Sayer(Listener):
    """Calls a function with each line, as the argument ``say`` of the previous version was."""

    def __init__(self, function: Callable[[str], None]) -> None:
        self.function = function

    def say(self, lines: str | Iterable[str]) -> None:
        for line in (lines,) if isinstance(lines, str) else lines:
            self.function(line)


def former_arguments(**names: str) -> Callable[[Callable], Callable]:
    """Decorator of a function: keyword arguments that were called otherwise, old name → new name.

    A function given as ``say`` becomes a ``Listener``.
    """

    def decorate(function: Callable) -> Callable:
        @functools.wraps(function)
        def call(*values: Any, **arguments: Any) -> Any:
            for old in [name for name in arguments if name in names]:
                message = f"{function.__name__}: {old} is now called {names[old]}"
                warnings.warn(message, DeprecationWarning, stacklevel=2)
                value = arguments.pop(old)
                arguments[names[old]] = _Sayer(value) if old == "say" else value
            return function(*values, **arguments)

        return call

    return decorate


def moved(package: str, modules: dict[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package that was a module: names that are in modules of it now.

    Args:
        package: its name.
        modules: the module of each name, within the package.
    """

    def attribute(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        new = f"{package}.{modules[name]}"
        warnings.warn(
            f"{package}.{name} is {new}.{name} now; the former name goes with the next version",
            DeprecationWarning,
            stacklevel=2,
        )
        return getattr(importlib.import_module(new), name)

    return attribute
