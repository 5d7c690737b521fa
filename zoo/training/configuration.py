"""How a model is trained, as plain values."""

from dataclasses import dataclass

from zoo.engine.configuration import check, option
from zoo.engine.schedule import KINDS, Schedule


@dataclass(frozen=True)
class TrainingConfig:
    """How a model is trained, beside what its own configuration says.

    Attributes:
        batch_size: a step takes ``GAN.batches_per_step`` batches.
        best: name in ``zoo.evaluation.metrics.METRICS``; None for no such checkpoint.
        steps_per_execution: in one call of the compiled step, at most.

    Raises:
        UserError: for a value out of its field's range.
    """

    steps: int = option(
        help="training steps; they take precedence over `epochs`", at_least=1, metavar="N", adjustable=True
    )
    batch_size: int = option(1, "images a step, over all replicas and micro-batches", at_least=1, metavar="N")
    seed: int = option(0, "random seed of weights, split, order and augmentation", at_least=0, metavar="N")
    jitter: bool = option(True, "enlarge images by 286/256 and crop them at random")
    flip: bool = option(True, "mirror half of the examples")
    log_every: int = option(
        50, "steps between two rows of metrics.csv", at_least=1, metavar="N", adjustable=True
    )
    sample_every: int = option(
        500, "steps between two sample grids", at_least=1, metavar="N", adjustable=True
    )
    checkpoint_every: int = option(
        1000, "steps between two checkpoints, with metrics on held-out examples", at_least=1, metavar="N",
        adjustable=True,
    )  # fmt: skip
    keep: int = option(2, "newest checkpoints to keep on disk", at_least=1, metavar="N", adjustable=True)
    best: str | None = option(
        None, "also keep, and export, the checkpoint that is best by this held-out metric", adjustable=True
    )
    ema: float | None = option(
        None,
        "keep a moving average of the generator's weights, to be used and exported: share kept each step, "
        "such as 0.999",
        at_least=0, below=1, metavar="KEEP",
    )  # fmt: skip
    accumulate: int = option(
        1, "split each batch into N micro-batches, one after the other, to save memory", at_least=1,
        metavar="N", group="machine",
    )  # fmt: skip
    sync_batch_norm: bool = option(False, "batch statistics over all replicas", group="machine")
    steps_per_execution: int = option(
        1, "steps in one call of TensorFlow, for devices that wait for Python", at_least=1, metavar="N",
        group="machine", adjustable=True,
    )  # fmt: skip
    jit: bool = option(
        False, "compile the step with XLA: faster on GPUs, slower on CPUs", group="machine", adjustable=True
    )
    deterministic: bool = option(
        False, "guarantee the same bits from the same command on the same machine", group="machine",
        adjustable=True,
    )  # fmt: skip

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class DecayConfig:
    """How the learning rate changes over a training whose length is not known yet.

    Attributes:
        schedule: as ``Schedule.kind``; "linear" is the pix2pix reference's.

    Raises:
        UserError: for a value out of its field's range.
    """

    schedule: str = option("constant", "how the learning rate changes over the training", choices=KINDS)
    decay: float = option(
        0.0, "linear, cosine: last share of the training, in which it falls to 0", at_least=0, at_most=1,
        metavar="SHARE",
    )  # fmt: skip
    decay_every: int | None = option(None, "step: steps after which it falls", at_least=1, metavar="N")
    decay_factor: float = option(0.5, "step: factor by which it is multiplied then", above=0, metavar="F")

    def __post_init__(self) -> None:
        check(self)

    def over(self, steps: int, epoch_steps: int = 1) -> Schedule:
        """The schedule of a training of ``steps``, whose rate stays within each ``epoch_steps`` if linear."""
        if self.schedule == "constant" or (self.schedule in ("linear", "cosine") and not self.decay):
            return Schedule()
        if self.schedule == "step":
            every = self.decay_every or max(1, steps // 2)
            return Schedule("step", every=every, factor=self.decay_factor)
        begin = min(round(steps * (1 - self.decay)), steps - 1)
        return Schedule(self.schedule, decay_from=begin, decay_to=steps, epoch_steps=epoch_steps)
