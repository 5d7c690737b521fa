"""Warns in plain words when a training shows one of the usual faults, and says what to try.

Losses that are not finite stop a training: see ``zoo.training.divergence``.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zoo.data.images import to_float
from zoo.io.files import write_json
from zoo.runs.run_files import read_run_file

ZERO_LOSS = 0.01  # cross-entropy of 99 % certainty, or the square of an error of 0.1
ZERO_STEPS = 500  # that it lasts before the warning
# Images that differ by less than this share of what they should are nearly one image. Grey after
# 10 steps of pix2pix has 0.12, samples after 200 steps have 0.4 and more, later ones up to 0.9.
REPEATED = 0.1
REPEATED_GRIDS = 3  # sample grids in a row in which they do
HAD_TIME = 500  # steps before which every generator repeats itself, so its grids do not count
_REMEDY = "remove it: nothing but the page of the run reads it"
COARSE = 16  # pixels a side, about, to which images are reduced before they are compared


class WarningSigns:
    """Watches the rows and sample grids of one run, and keeps its warnings in ``warnings.json``.

    There is one warning for each fault, and another only if the fault has ended and come back.

    Args:
        path: the run's ``warnings.json``: a list, to which {"step": …, "text": …} are added.
        discriminator_losses: names of the losses that are 0 where a discriminator is never wrong, two
            a discriminator, with "real" and "fake" in their names: ("d_real", "d_fake"), or
            ("d_a_real", "d_a_fake", "d_b_real", …). Empty for a Wasserstein critic, whose loss has no
            such point.
        step: step that training starts from; warnings of later ones are removed, as are the rows of
            ``metrics.csv``.

    Raises:
        UserError: if ``path`` is damaged or cannot be written; as do the methods.
    """

    def __init__(self, path: Path, discriminator_losses: Sequence[str], step: int = 0) -> None:
        self._path = path
        self._discriminators: dict[str, list[str]] = {}
        for term in discriminator_losses:
            words = [word for word in term.split("_")[1:] if word not in ("real", "fake")]
            self._discriminators.setdefault(" ".join(words), []).append(term)
        self._warned: set[str] = set()
        self._zero_steps = dict.fromkeys(self._discriminators, 0)
        self._repeated_grids = 0
        if path.is_file():
            noted = read_run_file(path, "warnings", remedy=_REMEDY)
            kept = [line for line in noted if not (isinstance(line, dict) and line.get("step", 0) > step)]
            if kept != noted:
                write_json(path, kept)

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs, as JSON values, to continue as if training had not stopped."""
        return {
            "told": sorted(self._warned),
            "zero_steps": dict(self._zero_steps),
            "repeated_grids": self._repeated_grids,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a former ``state`` of a run of the same model."""
        self._warned = set(state["told"])
        self._zero_steps |= {
            name: steps for name, steps in state["zero_steps"].items() if name in self._zero_steps
        }
        self._repeated_grids = state["repeated_grids"]

    def after_row(self, step: int, losses: Mapping[str, float], steps_in_row: int) -> list[str]:
        """New warnings after a row of metrics.

        Args:
            step: steps done.
            losses: means over the steps of the row, by name.
            steps_in_row: how many steps those are.
        """
        new = []
        for name, names in self._discriminators.items():
            zero = all(abs(losses[term]) < ZERO_LOSS for term in names)
            self._zero_steps[name] = self._zero_steps[name] + steps_in_row if zero else 0
            if self._is_new(f"zero loss {name}", self._zero_steps[name] >= ZERO_STEPS):
                values = ", ".join(f"{term} {losses[term]:.2g}" for term in names)
                new.append(
                    f"Step {step:,}: the loss of the discriminator{name and f' {name}'} has been at zero for "
                    f"{self._zero_steps[name]:,} steps ({values}). It distinguishes every generated image "
                    "from a real one, so the generator has little left to learn from it; often it has "
                    "memorised the training images. Try `diffaugment` color,translation,cutout, more "
                    "training images, a lower `learning_rate`, or a lower `weight_adversarial`."
                )
        return self._noted(step, new)

    def after_samples(
        self, step: int, inputs: np.ndarray, outputs: np.ndarray, targets: np.ndarray | None = None
    ) -> list[str]:
        """New warnings after a sample grid.

        Args:
            step: steps done.
            inputs: what the generator was given: images (N, H, W, C), uint8 or floats in [-1, 1],
                or vectors (N, D).
            outputs: its images of them, (N, H, W, C), uint8 or floats in [-1, 1].
            targets: real images (M, H, W, C) like those that it should generate, if available.

        A single example, or examples that are all alike, give no warning.
        """
        difference = _difference(outputs)
        given = [_difference(inputs), *([] if targets is None else [_difference(targets)])]
        repeated = difference < REPEATED * min(given)
        self._repeated_grids = self._repeated_grids + 1 if repeated and step >= HAD_TIME else 0
        if not self._is_new("repeats itself", self._repeated_grids >= REPEATED_GRIDS):
            return []
        words = [f"the inputs by {given[0]:.2g}", *(f"real images by {real:.2g}" for real in given[1:])]
        return self._noted(
            step,
            [
                f"Step {step:,}: the generator makes nearly the same image of every input: its samples "
                f"differ by {difference:.2g} on average, {' and '.join(words)}, on a scale from -1 to 1, for "
                f"{self._repeated_grids} sample grids in a row. It has collapsed, or learns nothing. Try "
                "another run with a lower `learning_rate`, a larger `batch_size`, `precision` float32 or a "
                "lower `weight_adversarial`; and see that inputs and targets belong together."
            ],
        )

    def _is_new(self, fault: str, present: bool) -> bool:
        """Whether a fault that is ``present`` has had no warning since it began."""
        if not present:
            self._warned.discard(fault)
            return False
        new = fault not in self._warned
        self._warned.add(fault)
        return new

    def _noted(self, step: int, new: list[str]) -> list[str]:
        if new:
            noted = read_run_file(self._path, "warnings", remedy=_REMEDY) if self._path.is_file() else []
            write_json(self._path, [*noted, *({"step": step, "text": text} for text in new)])
        return new


def _difference(examples: np.ndarray) -> float:
    """Mean absolute difference of two of ``examples``, over all pairs; 0 for fewer than two.

    Images are reduced first, so that noise on one and the same image makes no difference.
    """
    values = to_float(examples) if examples.dtype == np.uint8 else examples.astype(np.float32)
    if values.ndim == 4:
        values = _reduced(values)
    pairs = [np.abs(a - b).mean() for i, a in enumerate(values) for b in values[:i]]
    return float(np.mean(pairs)) if pairs else 0.0


def _reduced(images: np.ndarray) -> np.ndarray:
    """Means of blocks, about ``COARSE`` a side: (N, H, W, C) → (N, h, w, C), without a rest at the rim."""
    count, height, width, channels = images.shape
    y, x = max(1, height // COARSE), max(1, width // COARSE)
    blocks = images[:, : height // y * y, : width // x * x]
    return blocks.reshape(count, height // y, y, width // x, x, channels).mean((2, 4))
