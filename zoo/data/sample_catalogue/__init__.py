"""A fashion catalogue drawn from a seed: products, model shots and their table, nothing downloaded.

What draws is imported when it is first used.
"""

from typing import Any

__all__ = ["COLUMNS", "VERSION", "write_sample_catalogue"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from zoo.data.sample_catalogue import writer

    return getattr(writer, name)
