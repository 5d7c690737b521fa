"""A trained model from a run or a bundle: images in, images out, conditions by name."""

from zoo.inference.loading import load
from zoo.inference.translator import Info, Translator

__all__ = ["Info", "Translator", "load"]
