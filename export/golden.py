"""Golden files: inputs and outputs of the trained model that a bundle is compared with, and images."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from export.contract import SIZES, Exportable
from export.ports import Port
from export.verify.dropout import GOLDEN_RUNS, drawn
from zoo.data.evenly_spaced import evenly_spaced

COUNT = 4  # examples
GRAIN = 4  # of synthetic images, in levels
MOST_VALUES = 12  # up to which a model without image inputs gets an example for each value


def write_golden(
    source: Exportable, directory: Path, pictures: Mapping[str, np.ndarray] | None
) -> list[dict[str, Any]]:
    """Write ``inputs.npz`` and ``outputs.npz``, and each image as PNG.

    Where images may be of any size, the first example is also written in the ``SIZES``, as
    ``inputs_176x256.npz`` and ``outputs_176x256.npz``.

    Args:
        source: what is run.
        directory: a new folder.
        pictures: image inputs, uint8 (N, H, W, C), by domain; synthetic ones where there are none.

    Returns:
        What each example sets, by the conditions' names: a value, an amount, or None.
    """
    inputs, settings = golden_inputs(source, pictures)
    directory.mkdir()
    outputs = _write_example(source, directory, "", inputs)
    for size in SIZES if source.any_size else ():
        resized = {
            port.name: _resized(inputs[port.name][:1], size)
            if port.kind == "picture"
            else inputs[port.name][:1]
            for port in source.inputs
        }
        _write_example(source, directory, f"_{size[0]}x{size[1]}", resized)
    shown = {picture_name(i, port.name): inputs[port.name] for i, port in enumerate(source.pictures)}
    for kind, images in {**shown, "output": outputs[source.outputs[0].name]}.items():
        for i, image in enumerate(np.rint((images.clip(-1, 1) + 1) * 127.5).astype(np.uint8)):
            _picture(image).save(directory / f"{kind}_{i}.png")
    return settings


def _write_example(
    source: Exportable, directory: Path, name: str, inputs: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Write inputs and their outputs, computed one example at a time; return the outputs.

    With dropout, there are several runs: see ``export.verify.dropout.drawn``.
    """
    from zoo.backend import tf

    def compute() -> dict[str, np.ndarray]:
        results = [
            source.call(**{name: tf.constant(array[i : i + 1]) for name, array in inputs.items()})
            for i in range(len(next(iter(inputs.values()))))
        ]
        return {
            port.name: np.concatenate([result[port.name].numpy() for result in results])
            for port in source.outputs
        }

    # On the CPU: GPUs round float32 products to TF32, and these numbers are the reference.
    with tf.device("CPU:0"):
        outputs = drawn(compute, GOLDEN_RUNS) if source.dropout else compute()
    np.savez_compressed(directory / f"inputs{name}.npz", **inputs)
    np.savez_compressed(directory / f"outputs{name}.npz", **outputs)
    return outputs


def _resized(pictures: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Images (N, H, W, C) in [-1, 1] stretched to another size, with new grain, in whole levels.

    Stretched areas are smoother than any photo: see ``_synthetic``.
    """
    planes = [
        [np.asarray(Image.fromarray(plane).resize(size[::-1], Image.Resampling.BILINEAR)) for plane in each]
        for each in np.moveaxis(pictures, -1, 1)
    ]
    levels = (np.moveaxis(np.array(planes), 1, -1) + 1) * 127.5
    return _in_range(_grained(levels, np.random.default_rng(0)))


def picture_name(number: int, name: str) -> str:
    """Name of an image input's PNGs: "input" for the first, the port's name for others."""
    return name if number else "input"


def golden_inputs(
    source: Exportable, pictures: Mapping[str, np.ndarray] | None = None, most: int = COUNT
) -> tuple[dict[str, np.ndarray], list[dict[str, Any]]]:
    """Inputs of a few examples that differ in their conditions, and what each of them sets.

    There are ``most`` at most; a model without image inputs has one for each value, up to
    ``MOST_VALUES``. A second image of the same domain is another example's first. Noise has seed 0.
    Amounts go from 0 to 1. Optional choices are set one at a time, others go from value to value.
    """
    shown = {
        port.name: _checked((*source.size, port.shape[3]), (pictures or {}).get(port.domain), most)
        for port in source.pictures
    }
    if shown:
        count = min(map(len, shown.values()))
    else:
        numbers = [len(port.more["values"]) for port in source.inputs if port.kind == "choice"]
        count = min(max([most, *numbers]), max(most, MOST_VALUES))
    random = np.random.default_rng(0)
    settings = _settings(source.inputs, count)
    inputs = {}
    for port in source.inputs:
        if port.kind == "picture":
            first = [each.domain for each in source.pictures].index(port.domain)
            images = np.roll(shown[port.name][:count], source.pictures.index(port) - first, axis=0)
            values = _in_range(images)
        elif port.kind == "noise":
            values = random.standard_normal((count, *port.shape[1:]))
        else:
            values = np.array([_row(port, setting[port.label]) for setting in settings])
        inputs[port.name] = values.astype(port.dtype)
    return inputs, settings


def _settings(ports: Sequence[Port], count: int) -> list[dict[str, Any]]:
    """What each of ``count`` examples sets, by the conditions' names."""
    optional, settings = [], [{} for _ in range(count)]
    amounts = 0
    for port in ports:
        if port.kind == "amount":
            values = np.roll(np.linspace(0, 1, count).round(2), amounts).tolist()
            amounts += 1
        elif port.kind == "choice" and port.more["optional"]:
            optional += [(port.label, value) for value in port.more["values"]]
            values = [None]
        elif port.kind == "choice":
            values = [port.more["values"][i] for i in evenly_spaced(len(port.more["values"]), count)]
        else:
            continue
        for i, setting in enumerate(settings):
            setting[port.label] = values[i % len(values)]
    turns = evenly_spaced(len(optional), count)
    for i, setting in enumerate(settings if turns else ()):
        label, value = optional[turns[i % len(turns)]]
        setting[label] = value
    return settings


def _row(port: Port, value: Any) -> list[float]:
    """A value as numbers: an amount as it is, a choice one-hot."""
    if port.kind == "amount":
        return [value]
    return [float(value == each) for each in port.more["values"]]


def _checked(shape: tuple[int, ...], pictures: np.ndarray | None, most: int) -> np.ndarray:
    if pictures is None or not len(pictures):
        pictures = _synthetic(COUNT, shape)
    pictures = np.asarray(pictures)[:most]
    if pictures.dtype != np.uint8 or pictures.shape[1:] != shape:
        raise ValueError(f"sample inputs are {pictures.dtype} {pictures.shape}; uint8 (N, *{shape}) expected")
    return pictures


def _synthetic(count: int, shape: tuple[int, ...]) -> np.ndarray:
    """Soft blobs of colour on white, with edges and areas, where there are no samples.

    With a photo's grain: over areas of one value some channels hardly vary, and their normalisation
    amplifies the last digits, which every runtime rounds in its own way.
    """
    height, width, channels = shape
    random = np.random.default_rng(0)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    images = np.full((count, *shape), 255.0)
    for image in images:
        for _ in range(3):
            centre, radius = random.uniform(0.25, 0.75, 2), random.uniform(0.1, 0.35)
            inside = np.clip((radius - np.hypot(y - centre[0], x - centre[1])) * 8, 0, 1)[..., None]
            image[:] = image * (1 - inside) + random.uniform(0, 255, channels) * inside
    return _grained(images, random)


def _grained(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Levels of 8 bits with a photo's grain: uint8."""
    return np.rint((images + random.normal(0, GRAIN, images.shape)).clip(0, 255)).astype(np.uint8)


def _in_range(pictures: np.ndarray) -> np.ndarray:
    """uint8 → float32 in [-1, 1]."""
    return pictures.astype(np.float32) / np.float32(127.5) - np.float32(1)


def _picture(image: np.ndarray) -> Image.Image:
    if image.shape[2] in (1, 2):
        return Image.fromarray(image[..., 0])
    return Image.fromarray(np.ascontiguousarray(image[..., :3]))
