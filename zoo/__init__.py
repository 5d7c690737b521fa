"""GANs that translate fashion images: models, layers, losses, data and training.

Names are imported on first use, so that ``import zoo`` stays instant and the data tools
work without TensorFlow.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Pix2Pix": "zoo.pix2pix",
    "Pix2PixConfig": "zoo.pix2pix",
    "UserError": "zoo.errors",
}

__all__ = ["Pix2Pix", "Pix2PixConfig", "UserError"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOME[name]), name)
