"""Several attributes: is a new value recognised, and are the other attributes recognised as before?"""

from typing import TYPE_CHECKING

import numpy as np

from zoo.attributes import Attribute
from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.images import to_float
from zoo.evaluation.attribute_evaluator import DEFINITION, trained_evaluator
from zoo.evaluation.evaluation_file import Evaluation
from zoo.evaluation.images import real_images, translate_images
from zoo.evaluation.protocol import Protocol, SampleGrid, Signatures
from zoo.evaluation.unmeasured import Unmeasured
from zoo.listener import SILENT, Listener

if TYPE_CHECKING:
    from zoo.data.sets.image_set import ImageSet
    from zoo.runs.run_directory import RunDirectory

SHOWN, COLUMNS = 5, 7  # images in the sample grids, and at most this many values for each
TARGETS = {"target_accuracy": 0.8, "kept_accuracy": 0.9}


class AttributesProtocol(Protocol):
    """Sets each attribute of held-out images to another value by the signature "translate".

    Args:
        training: labelled images that the attribute evaluator learns from.
        held_out: labelled images to measure on.
        size: (height, width) of the images.
        channels: of the images, 1 or 3.
        how: how images of another aspect are fitted; see ``real_images``.
        optional: whether attributes may be left unnamed; otherwise the known values are given.
        listener: receives what is measured.

    Raises:
        UnreadableImage: a held-out image cannot be read.
    """

    name = "attributes"

    def __init__(
        self,
        training: "ImageSet",
        held_out: "ImageSet",
        size: tuple[int, int],
        channels: int = 3,
        how: str = "pad",
        optional: bool = True,
        listener: Listener = SILENT,
    ) -> None:
        super().__init__(listener)
        self._training, self.attributes = training, training.attributes
        self.size, self.channels, self._how, self._optional = size, channels, how, optional
        self._images = real_images(held_out, size, how)
        self._labels = held_out.labels
        self._known = self._labels >= 0
        self.unmeasured = unmeasured(self.attributes, self._known)
        complete = _complete(held_out)
        self.inputs = {"": real_images(complete, size, how, SHOWN, channels)}
        self._shown_labels = complete.labels[evenly_spaced(len(complete), SHOWN)]

    def prepare(self, run: "RunDirectory") -> None:
        self._evaluator = trained_evaluator(run.path, self._training, self.size, 0, self._how, self.listener)

    def samples(self, signatures: Signatures) -> SampleGrid:
        shown = self.inputs[""]
        columns: dict[str, np.ndarray] = {"input": shown}
        for attribute, label in _shown_values(self.attributes):
            conditions = self._conditions(self._shown_labels, attribute, np.full(len(shown), label))
            columns[_title(attribute, label)] = np.asarray(
                signatures["translate"].call(image=to_float(shown), **conditions)
            )
        return SampleGrid(columns, shown, columns[list(columns)[1]])

    def measure(self, signatures: Signatures) -> dict[str, float]:
        """Each attribute set to another value, evenly over the values, in every image that has it."""
        accuracies, kept = {}, []
        before = self._recognised(self._images)
        for index, attribute in enumerate(self.attributes):
            having = np.flatnonzero(self._known[:, index])
            if not len(having):
                continue
            count = len(attribute.values)
            labels = (self._labels[having, index] + 1 + np.arange(len(having)) % (count - 1)) % count
            outputs = translate_images(
                signatures["translate"],
                self._images[having],
                self.channels,
                **self._conditions(self._labels[having], attribute, labels),
            )
            after = self._recognised(outputs)
            accuracies[f"accuracy {attribute.name}"] = float((after[attribute.name] == labels).mean())
            for other_index, other in enumerate(self.attributes):
                both = self._known[having, other_index]
                if other is not attribute and both.any():
                    kept.append(float((after[other.name] == before[other.name][having])[both].mean()))
        return {
            **({"target_accuracy": float(np.mean(list(accuracies.values())))} if accuracies else {}),
            **({"kept_accuracy": float(np.mean(kept))} if kept else {}),
            **accuracies,
        }

    def evaluation(self, signatures: Signatures) -> Evaluation:
        model = self.measure(signatures)
        real = self._evaluator.accuracy(self._images, self._labels)
        real = {f"accuracy {name}": value for name, value in real.items()}
        mean = {"target_accuracy": float(np.mean(list(real.values())))} if real else {}
        return Evaluation(
            metrics={"model": model, "real images": mean | real},
            n=len(self._images),
            size=self.size,
            definitions=[
                f"{DEFINITION}; for real images, how often it is right.",
                "Each attribute is set to another value in every held-out image that has one; the others "
                "are kept where the classifier recognises the same values as before.",
            ],
            grid=self.samples(signatures),
            targets=TARGETS,
        )

    def _recognised(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """The likeliest value of each attribute: labels (N,) by the attribute's name."""
        return {name: p.argmax(axis=1) for name, p in self._evaluator.probabilities(images).items()}

    def _conditions(self, known: np.ndarray, changed: Attribute, labels: np.ndarray) -> dict[str, np.ndarray]:
        """The generator's conditions that set one attribute and leave the others as they are."""
        conditions = {}
        for index, attribute in enumerate(self.attributes):
            values = np.full(len(known), -1) if self._optional else known[:, index]
            values = labels if attribute is changed else values
            one_hot = np.eye(len(attribute.values), dtype=np.float32)[values]
            conditions[attribute.name] = one_hot * (values >= 0)[:, None]
        return conditions


def unmeasured(attributes: tuple[Attribute, ...], known: np.ndarray) -> Unmeasured:
    """What cannot be measured on held-out images of which ``known``, bool (N, attributes), is known."""
    absent = [each.name for each, column in zip(attributes, known.T, strict=True) if not column.any()]
    reasons = {f"accuracy {name}": f"no held-out image has a value of {name}" for name in absent}
    if len(absent) == len(attributes):
        reasons["target_accuracy"] = "no held-out image has a value"
    if len(attributes) == 1:
        reasons["kept_accuracy"] = "there is no attribute beside the one that is changed"
    elif not (known.sum(axis=1) > 1).any():
        reasons["kept_accuracy"] = "no held-out image has values of two attributes"
    return reasons


def _complete(images: "ImageSet") -> "ImageSet":
    """Those with a value of every attribute, or all, if there are none."""
    complete = np.flatnonzero((images.labels >= 0).all(axis=1))
    return images.subset(complete) if len(complete) else images


def _shown_values(attributes: tuple[Attribute, ...]) -> list[tuple[Attribute, int]]:
    """Values for the columns of a grid: of each attribute in turn, as many as there is room for."""
    values = [
        (attribute, label)
        for label in range(max(len(attribute.values) for attribute in attributes))
        for attribute in attributes
        if label < len(attribute.values)
    ][:COLUMNS]
    return sorted(values, key=lambda value: (attributes.index(value[0]), value[1]))


def _title(attribute: Attribute, label: int) -> str:
    if attribute.binary:
        return f"{attribute.name} {attribute.values[label]}"
    return f"{attribute.values[label]} {attribute.name.split('_')[0]}"
