"""The two domains of a run, as ``config.json`` has them."""

from collections.abc import Mapping
from typing import Any


def domain_sizes(data: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Name and number of images of each domain, {"a": {"name", "images"}, "b": ...} in ``config.json``."""
    domains = data.get("domains", {}).values()
    return [(domain["name"], domain["images"]) for domain in domains if "images" in domain]
