"""Builds the network of a plan: only classes of closed lists, and no more weights than the file has."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from export.foreign import addons, contrib
from export.foreign.image_statistics import BatchNormalization
from export.foreign.keras_names import DRAWING, OPERATIONS, WRAPPERS
from export.foreign.keras_plan import Call, Function, Part, Reference
from zoo.backend import keras, tf
from zoo.errors import UserError
from zoo.layers import FreshDropout

_SLACK = 1 << 16  # weights that a layer may have beside those of the file: its own counters
_STAND_INS = {**addons.STAND_INS, "Contrib>InstanceNormalization": contrib.InstanceNormalization}


@dataclass
class Built:
    """A network without its weights, and what was decided about it.

    Attributes:
        model: the network.
        moving, image: names of batch normalisations that take moving averages, or each image's own
            statistics.
        drawing: names of layers that the file calls so that they draw each time; they do not here.
        fresh: names of dropouts that draw at each call here, too.
        assumed: what the file leaves open.
    """

    model: Any = None
    moving: list[str] = field(default_factory=list)
    image: list[str] = field(default_factory=list)
    drawing: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)


def build(plan: Part, statistics: str, numbers: int, dropout: bool = False) -> Built:
    """Build a network, as it is used after training.

    Args:
        plan: of ``read_configuration``.
        statistics: of batch normalisations: "moving", "image", or "auto": each image's own where the
            file calls them as in training.
        numbers: how many the file has of weights; a configuration that announces more is refused before
            they are allocated.
        dropout: redraw it at each call.

    Raises:
        UserError: it announces more; ``dropout`` is requested and there is none.
        Exception: whatever Keras raises for settings that do not fit.
    """
    built = Built()
    with _no_more_weights_than(numbers):
        built.model = _Builder(built, statistics, dropout).network(plan, training=False)
    if dropout and not built.fresh:
        raise UserError("`dropout` on: this generator has no dropout; leave the option out")
    if any(part.kind == "Contrib>InstanceNormalization" for part in plan.walk()):
        built.assumed.append("InstanceNormalization is keras-contrib's")
    return built


class _Builder:
    def __init__(self, built: Built, statistics: str, dropout: bool) -> None:
        self._built = built
        self._statistics = statistics
        self._dropout = dropout

    def network(self, plan: Part, training: bool) -> Any:
        training = _in_training(plan, training)
        layers = {part.name: self.layer(part, training) for part in plan.parts}
        if plan.kind == "Sequential":
            model = keras.Sequential([*layers.values()], name=plan.name)
            shape = plan.settings["build_input_shape"]
            if not model.inputs and shape:
                model.build(shape)
            return model
        return _connected(plan, layers)

    def layer(self, part: Part, training: bool) -> Any:
        if part.kind in ("Functional", "Sequential"):
            return self.network(part, training)
        settings = {**part.settings, "name": part.name}
        if isinstance(settings.get("activation"), Function):
            settings["activation"] = _function(settings["activation"].name)
        elif isinstance(settings.get("activation"), Part):
            settings["activation"] = self.layer(settings["activation"], training)
        if part.kind in OPERATIONS:
            kind = getattr(importlib.import_module(f"{keras.__name__}.src.layers"), part.kind)
            return kind.from_config(settings)
        if part.kind in WRAPPERS:
            (inner,) = part.parts
            kind = _STAND_INS.get(part.kind) or getattr(keras.layers, part.kind)
            return kind(self.layer(inner, training), **settings)
        if part.kind == "Dropout" and self._dropout and settings.get("noise_shape") is None:
            self._built.fresh.append(part.name)
            return FreshDropout(float(settings["rate"]), name=part.name)
        kind = _STAND_INS.get(part.kind) or self._kind(part, training)
        return kind.from_config(settings)

    def _kind(self, part: Part, training: bool) -> type:
        called_in_training = _in_training(part, training)
        if part.kind in DRAWING and called_in_training:
            self._built.drawing.append(part.name)
        if part.kind != "BatchNormalization":
            return getattr(keras.layers, part.kind)
        # One that is not trainable takes its moving averages in training, too.
        of_image = called_in_training and part.trainable if self._statistics == "auto" else False
        if of_image or self._statistics == "image":
            self._built.image.append(part.name)
            return BatchNormalization
        self._built.moving.append(part.name)
        return keras.layers.BatchNormalization


def _in_training(part: Part, around: bool) -> bool:
    """Whether any call of a part, or else the network around it, is in training mode."""
    modes = [around if call.training is None else call.training for call in part.calls]
    return any(modes) if modes else around


def _function(name: str) -> Callable[[tf.Tensor], tf.Tensor]:
    return addons.ACTIVATIONS.get(name) or getattr(keras.activations, name, None) or getattr(tf.nn, name)


def _connected(plan: Part, layers: dict[str, Any]) -> Any:
    """The functional network of layers that call one another as planned."""
    results: dict[tuple[str, int], list[Any]] = {}
    waiting: dict[str, list[Call]] = {}
    first: dict[str, int] = {}
    for part in plan.parts:
        layer = layers[part.name]
        waiting[part.name] = list(part.calls)
        # As Keras counts: an input layer has one call, a network's own inputs and outputs are its first.
        if isinstance(layer, keras.layers.InputLayer):
            results[part.name, 0] = tf.nest.flatten(layer.output)
        first[part.name] = int(isinstance(layer, keras.Model) and bool(layer.inputs))
    while any(waiting.values()):
        progress = False
        for name, calls in waiting.items():
            while calls and all(_key(each) in results for each in _used(calls[0])):
                call = calls.pop(0)
                result = _called(layers[name], call, results)
                results[name, first[name]] = tf.nest.flatten(result)
                first[name] += 1
                progress = True
        if not progress:
            raise UserError("its layers form a cycle: the configuration is damaged; save it again")
    ends = [_filled(_of_one(each), results) for each in (plan.inputs, plan.outputs)]
    return keras.Model(*ends, name=plan.name)


def _called(layer: Any, call: Call, results: dict[tuple[str, int], list[Any]]) -> Any:
    inputs = _filled(call.inputs, results)
    keeps = getattr(layer, "_preserve_input_structure_in_config", False)
    if not keeps and isinstance(inputs, list | tuple) and len(inputs) == 1:
        (inputs,) = inputs
    return layer(inputs, **_filled(call.arguments, results))


def _of_one(ends: Any) -> Any:
    """A list of one tensor as that tensor, and a bare one as it is."""
    return ends[0] if isinstance(ends, list) and len(ends) == 1 else ends


def _filled(value: Any, results: dict[tuple[str, int], list[Any]]) -> Any:
    """The same with tensors in place of references."""
    if isinstance(value, Reference):
        return results[_key(value)][value.tensor]
    if isinstance(value, list | tuple):
        return type(value)(_filled(each, results) for each in value)
    if isinstance(value, dict):
        return {key: _filled(each, results) for key, each in value.items()}
    return value


def _used(call: Call) -> Iterator[Reference]:
    def references(value: Any) -> Iterator[Reference]:
        if isinstance(value, Reference):
            yield value
        elif isinstance(value, list | tuple | dict):
            for each in value.values() if isinstance(value, dict) else value:
                yield from references(each)

    yield from references(call.inputs)
    yield from references(call.arguments)


def _key(reference: Reference) -> tuple[str, int]:
    return reference.layer, reference.node


@contextmanager
def _no_more_weights_than(numbers: int) -> Iterator[None]:
    left = numbers + _SLACK

    def counted(next_creator: Callable[..., Any], **settings: Any) -> Any:
        nonlocal left
        shape = settings.get("shape")
        if shape is not None:
            announced = int(np.prod(tf.TensorShape(shape).as_list(), dtype=object))
            left -= announced
            if left < 0:
                raise UserError(
                    f"its layers announce more weights than the {numbers:,} numbers in the file: it was "
                    "looks malicious or is damaged"
                )
        return next_creator(**settings)

    with tf.variable_creator_scope(counted):
        yield
