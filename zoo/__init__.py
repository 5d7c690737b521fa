"""GANs that translate fashion images: models, layers, losses, data and training.

Names are imported on first use, so that ``import zoo`` stays instant and the data tools
work without TensorFlow.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "DCGAN": "zoo.dcgan",
    "DCGANConfig": "zoo.dcgan",
    "MUNIT": "zoo.munit",
    "Attribute": "zoo.attributes",
    "ConditionalGAN": "zoo.conditional_gan",
    "ConditionalGANConfig": "zoo.conditional_gan",
    "CycleGAN": "zoo.cyclegan",
    "CycleGANConfig": "zoo.cyclegan",
    "Fader": "zoo.fader",
    "FaderConfig": "zoo.fader",
    "MUNITConfig": "zoo.munit",
    "Pix2Pix": "zoo.pix2pix",
    "Pix2PixConfig": "zoo.pix2pix",
    "StarGAN": "zoo.stargan",
    "StarGANConfig": "zoo.stargan",
    "UserError": "zoo.errors",
}

__all__ = sorted(_HOME)  # noqa: PLE0605 - names made on first use
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOME[name]), name)
