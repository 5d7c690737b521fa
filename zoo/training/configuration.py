"""How a model is trained, as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingConfig:
    """How a model is trained, beside what its own configuration says.

    Attributes:
        steps: training steps in all.
        batch_size: images a batch, over all replicas; a step takes ``GAN.batches_per_step`` batches.
        seed: of the order of the data and its augmentation.
        jitter: enlarge by 286/256 and crop at random.
        flip: mirror half of the examples.
        log_every: steps between two rows of ``metrics.csv``.
        sample_every: steps between two sample grids.
        checkpoint_every: steps between two checkpoints.
        keep: newest checkpoints that stay on disk.
        best: name in ``zoo.evaluation.metrics.METRICS`` of the held-out metric by which one more
            checkpoint is kept; None for no such checkpoint.
        accumulate: micro-batches that each replica's batch is cut into.
        ema: share of the moving average of the generators' weights kept each step, or None.
        sync_batch_norm: take batch statistics over all replicas.
        steps_per_execution: steps in one call of the compiled step, at most.
        jit: compile the step with XLA.
        deterministic: the same bits in every run on the same machine.
    """

    steps: int
    batch_size: int = 1
    seed: int = 0
    jitter: bool = True
    flip: bool = True
    log_every: int = 50
    sample_every: int = 500
    checkpoint_every: int = 1000
    keep: int = 2
    best: str | None = None
    accumulate: int = 1
    ema: float | None = None
    sync_batch_norm: bool = False
    steps_per_execution: int = 1
    jit: bool = False
    deterministic: bool = False
