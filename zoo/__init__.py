"""GANs that translate fashion images: models, layers, losses, data and training.

Names are imported on first use, so that ``import zoo`` stays instant and the data tools
work without TensorFlow.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "DCGAN": "zoo.models.dcgan.model",
    "DCGANConfig": "zoo.models.dcgan.configuration",
    "MUNIT": "zoo.models.munit.model",
    "Attribute": "zoo.attributes",
    "ConditionalGAN": "zoo.models.conditional_gan.model",
    "ConditionalGANConfig": "zoo.models.conditional_gan.configuration",
    "CycleGAN": "zoo.models.cyclegan.model",
    "CycleGANConfig": "zoo.models.cyclegan.configuration",
    "Fader": "zoo.models.fader.model",
    "FaderConfig": "zoo.models.fader.configuration",
    "MUNITConfig": "zoo.models.munit.configuration",
    "Pix2Pix": "zoo.models.pix2pix.model",
    "Pix2PixConfig": "zoo.models.pix2pix.configuration",
    "StarGAN": "zoo.models.stargan.model",
    "StarGANConfig": "zoo.models.stargan.configuration",
    "Translator": "zoo.inference.translator",
    "UserError": "zoo.errors",
    "load": "zoo.inference.loading",
}

__all__ = sorted(_HOME)  # noqa: PLE0605 - names made on first use
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOME[name]), name)
