"""The models of the zoo: each is a folder here whose ``__init__.py`` declares ``MODEL``.

To add one, write its folder, as ``pix2pix`` is, its recipe, and its case in ``tests/helpers``.
"""

import dataclasses
import pkgutil
from importlib import import_module
from typing import Any

import zoo.models
from zoo.errors import UserError
from zoo.models.info import ModelInfo

PRESETS = ("paper",)
PRECISIONS = ("float32", "float64", "mixed_bfloat16", "mixed_float16")


def models() -> tuple[ModelInfo, ...]:
    """All models, in the order in which their papers appeared."""
    folders = [folder.name for folder in pkgutil.iter_modules(zoo.models.__path__) if folder.ispkg]
    declared = [import_module(f"zoo.models.{name}").MODEL for name in folders]
    return tuple(sorted(declared, key=lambda model: (model.published, model.name)))


def list_models() -> list[str]:
    """Names of all models, in the order in which their papers appeared."""
    return [model.name for model in models()]


def model_info(name: str) -> ModelInfo:
    """What the zoo knows of a model.

    Raises:
        UserError: there is no model of that name; the message names those that there are.
    """
    for model in models():
        if model.name == name:
            return model
    raise UserError(f"model {name!r}: unknown; choose from {', '.join(list_models())}")


def create_model(name: str, preset: str = "paper", precision: str = "float32", **fields: Any) -> Any:
    """Build a model with fresh weights; it still has to be compiled to be trained.

    Args:
        name: one of ``list_models()``.
        preset: where the configuration's values come from: "paper", the paper's.
        precision: what it computes in: "float32", "float64", "mixed_bfloat16" or "mixed_float16".
        fields: values of the configuration in place of the preset's, such as ``size=(128, 128)``.

    Returns:
        The model, a ``zoo.engine.gan.GAN``; its configuration is ``model.config``.

    Raises:
        UserError: the model, preset, precision or a field is unknown, or a value is not allowed.
    """
    info = model_info(name)
    if preset not in PRESETS:
        raise UserError(f"`preset` {preset!r}: unknown; choose from {', '.join(PRESETS)}")
    if precision not in PRECISIONS:
        raise UserError(f"`precision` {precision!r}: unknown; choose from {', '.join(PRECISIONS)}")
    configuration = info.load("configuration")
    known = [field.name for field in dataclasses.fields(configuration)]
    for field in fields:
        if field not in known:
            raise UserError(
                f"`{field}`: unknown; a {configuration.__name__} has the fields {', '.join(known)}"
            )
    return info.load("model")(configuration(**{**info.example, **fields}), precision)
