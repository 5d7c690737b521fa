"""Judging generated pictures by a classifier of the real ones' attributes, and writing what it found."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes._unmeasured import NONE, Unmeasured, sentences
from recipes.options import console
from zoo.attributes import Attribute
from zoo.command_line import say
from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.images import cover, fit, to_float, to_uint8
from zoo.evaluation.metrics import metric
from zoo.io.files import make_folder, write_json

if TYPE_CHECKING:
    from zoo.data.sets.image_set import ImageSet
    from zoo.engine.signature import Signature
    from zoo.evaluation.attribute_classifier import AttributeClassifier
    from zoo.runs.run_directory import RunDirectory

CLASSIFIER = "classifier.npz"  # in the run directory
KEPT = Path("data/classifiers")  # by what they learned from
BATCH = 32  # pictures translated at a time
MOST = 20_000  # images that it learns from
LEARNED = 40_000  # pictures that it is shown in all, or each of them three times: about a minute
PROTOCOL = "Judged by a classifier that was trained on the real training images"


def real_pictures(
    images: "ImageSet", size: tuple[int, int], how: str = "pad", most: int = MOST, channels: int = 3
) -> np.ndarray:
    """Some of ``images``, evenly spread: uint8 (N, *size, channels).

    ``how`` is "pad" for white margins around images of another aspect, "crop" for their middle.
    """
    fitted = {"pad": fit, "crop": cover}[how]
    return np.stack([fitted(images.load(i, channels), size) for i in places(images, most)])


def places(images: "ImageSet", most: int) -> list[int]:
    """Where the images of ``real_pictures`` are in the set."""
    return evenly_spaced(len(images), most)


def trained_judge(
    run: Path, images: "ImageSet", size: tuple[int, int], seed: int, how: str = "pad"
) -> "AttributeClassifier":
    """The classifier of the attributes of ``images``, kept in the run.

    It is trained if neither the run has it, of these attributes, nor an earlier run, here, of the same
    images.
    """
    from zoo.evaluation.attribute_classifier import EPOCHS, AttributeClassifier, train_classifier

    path = run / CLASSIFIER
    if path.is_file() and (judge := AttributeClassifier.load(path)).attributes == images.attributes:
        return judge
    kept = KEPT / f"{_learned_from(images, size, seed, how)}.npz"
    if kept.is_file():
        judge = AttributeClassifier.load(kept)
    else:
        pictures = real_pictures(images, size, how)
        labels = images.labels[places(images, MOST)]
        epochs = min(EPOCHS, max(3, round(LEARNED / len(pictures))))
        with console.counted("training the classifier that judges") as progress:
            judge = train_classifier(pictures, labels, images.attributes, seed, epochs, progress)
        make_folder(KEPT)
        judge.save(kept)
    judge.save(path)
    return judge


def _learned_from(images: "ImageSet", size: tuple[int, int], seed: int, how: str) -> str:
    """A name for whatever decides what a classifier of ``images`` becomes."""
    from zoo.evaluation.attribute_classifier import FORMAT

    told = [FORMAT, images.fingerprint(), [asdict(each) for each in images.attributes], size, seed, how]
    digest = hashlib.sha256(json.dumps(told).encode())
    digest.update(images.labels.tobytes())
    return digest.hexdigest()[:16]


def as_rgb(pictures: Any) -> np.ndarray:
    """Generated pictures, floats (N, H, W, 1 or 3) in [-1, 1], as a classifier takes them: uint8, RGB."""
    levels = to_uint8(np.asarray(pictures))
    return np.repeat(levels, 3, axis=-1) if levels.shape[-1] == 1 else levels


def translated(signature: "Signature", pictures: np.ndarray, channels: int, **more: np.ndarray) -> np.ndarray:
    """What a signature makes of real pictures uint8 (N, H, W, 3), batch by batch: the same kind of array.

    ``more`` are its other inputs, a row a picture.
    """
    made = []
    for start in range(0, len(pictures), BATCH):
        part = slice(start, start + BATCH)
        image = to_float(pictures[part])
        image = image.mean(axis=-1, keepdims=True) if channels == 1 else image
        others = {name: values[part].astype(np.float32) for name, values in more.items()}
        made.append(as_rgb(signature.call(image=image, **others)))
    return np.concatenate(made)


def share_seen(
    judge: "AttributeClassifier", pictures: np.ndarray, attribute: Attribute, wanted: np.ndarray
) -> float:
    """Share of the pictures in which the judge sees the wanted value; unknown ones are not counted."""
    seen = judge.probabilities(pictures)[attribute.name].argmax(axis=1)
    known = wanted >= 0
    return float((seen == wanted)[known].mean()) if known.any() else 0.0


def write_evaluation(
    run: "RunDirectory",
    step: int,
    figures: Mapping[str, Mapping[str, float]],
    n: int,
    size: tuple[int, int],
    protocol: Sequence[str],
    wanted: Mapping[str, float],
    columns: Mapping[str, np.ndarray],
    captions: Sequence[str] | None = None,
    counted: str = "held-out images",
    unmeasured: Unmeasured = NONE,
) -> dict[str, Any]:
    """Write ``evaluation.json`` and its picture, and say the figures.

    Args:
        run: where they go.
        step: training steps that were done.
        figures: by what was measured, "model" among them, and the figure's name.
        n: pictures measured on.
        size: (height, width) of them.
        protocol: how it was measured, in sentences.
        wanted: figure → what it should be at least; those that were not measured are left out.
        columns, captions: of the picture, as ``sample_grid``.
        counted: what ``n`` counts.
        unmeasured: what the data did not allow.
    """
    from zoo.runs.grids import sample_grid

    figures = {name: dict(found) for name, found in figures.items() if found or name == "model"}
    wanted = {name: least for name, least in wanted.items() if name in figures["model"]}
    sample_grid(columns, run.samples / "evaluation.png", captions)
    evaluation = {
        "step": step,
        "n": n,
        "counted": counted,
        "size": list(size),
        "figures": figures,
        "protocol": [*protocol, *sentences(unmeasured)],
        "targets": [{"figure": name, "at_least": least} for name, least in wanted.items()],
        "samples": "samples/evaluation.png",
    }
    write_json(run.path / "evaluation.json", evaluation)
    for name, found in figures.items():
        said = ", ".join(f"{metric(key).heading} {metric(key).format(value)}" for key, value in found.items())
        say(f"  {name:18} {said}")
    for name, least in wanted.items():
        reached = figures["model"][name] >= least
        said = "at least" if reached else "less than"
        say(f"  {metric(name).heading}: {said} the {metric(name).format_target(least)} wanted")
    return evaluation
