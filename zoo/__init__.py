"""GANs that translate fashion images: models, layers, losses, data and training.

    >>> import zoo
    >>> zoo.list_models()
    >>> zoo.model_info("pix2pix")
    >>> model = zoo.create_model("pix2pix", size=(128, 128))
    >>> translator = zoo.load("runs/mine")

Names are imported on first use, so that ``import zoo`` stays instant and the data tools
work without TensorFlow. Besides those below, each model's class and its configuration
are here: ``zoo.Pix2Pix``, ``zoo.Pix2PixConfig``.
"""

from importlib import import_module
from typing import Any

from zoo import former_names

_HOME = {
    "Attribute": "zoo.attributes",
    "ModelInfo": "zoo.models.info",
    "UserError": "zoo.errors",
    "create_model": "zoo.models.registry",
    "list_models": "zoo.models.registry",
    "load": "zoo.inference.loading",
    "model_info": "zoo.models.registry",
}
__version__ = "0.2.0"

former_names.install()


def _homes() -> dict[str, str]:
    """The module of each public name."""
    from zoo.models.registry import models

    places = [place for model in models() for place in (model.model, model.configuration)]
    return _HOME | {name: module for module, _, name in (place.partition(":") for place in places)}


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return sorted(_homes())
    if name.startswith("_"):  # asked for by tools that look at any module
        raise AttributeError(f"module 'zoo' has no attribute {name!r}")
    homes = _HOME if name in _HOME else _homes()
    if name not in homes:
        raise AttributeError(f"module 'zoo' has no attribute {name!r}; it has {', '.join(sorted(homes))}")
    return getattr(import_module(homes[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_homes()]
