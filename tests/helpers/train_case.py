"""Trains a case of ``cases.py`` in a separate process, as a recipe does; for ``test_battery_processes.py``.

Signature: train_case.py CASE RUN STEPS PRECISION
"""

import sys
from pathlib import Path

import numpy as np
from case import Case, as_given
from cases import CASES

from zoo.backend import tf
from zoo.data.pipeline.shards import Shard
from zoo.engine.cluster import chief_first, is_chief
from zoo.engine.compiled_steps import make_deterministic
from zoo.engine.strategy import make_strategy
from zoo.runs.run_directory import RunDirectory
from zoo.training.configuration import TrainingConfig
from zoo.training.loop import Trainer

BATCH = 4


def batches(case: Case, precision: str, step: int, shard: Shard) -> tf.data.Dataset:
    """Endless batches; the example numbered k depends on k alone."""
    example = tf.nest.map_structure(
        lambda part: as_given(np.asarray(part), precision), case.example(np.random.default_rng(0))
    )
    batch = BATCH * case.batches_per_step
    share = shard.share(batch)

    def read(element: np.ndarray) -> list[np.ndarray]:
        first = shard.first(int(element), batch)
        examples = [case.example(np.random.default_rng(first + i)) for i in range(share)]
        arrays = tf.nest.map_structure(lambda *parts: as_given(np.stack(parts), precision), *examples)
        return tf.nest.flatten(arrays)

    def shaped(element: tf.Tensor) -> tuple:
        tensors = tf.numpy_function(read, [element], [part.dtype for part in tf.nest.flatten(example)])
        for tensor, array in zip(tensors, tf.nest.flatten(example), strict=True):
            tensor.set_shape((share, *array.shape))
        return tf.nest.pack_sequence_as(example, tensors)

    elements = tf.data.Dataset.range(step * shard.replicas, 1 << 40)
    return elements.map(shaped, deterministic=True).prefetch(2)


def main(name: str, path: str, steps: str, precision: str) -> None:
    make_deterministic(0)
    strategy = make_strategy("auto")
    case = next(case for case in CASES if case.name == name)
    config = TrainingConfig(
        steps=int(steps), batch_size=BATCH, log_every=3, sample_every=1000, checkpoint_every=5, ema=0.9,
        sync_batch_norm=True, deterministic=True,
    )  # fmt: skip
    with strategy.scope():
        model = case.make(precision)
        model.compile(ema=config.ema, sync_batch_norm=True)
    run = Path(path)
    with chief_first(strategy):
        exists = (run / "config.json").is_file()
        if is_chief(strategy) and not exists:
            RunDirectory.create(run, {"model": name, "configuration": {}})
    trainer = Trainer(model, RunDirectory.open(run), config, strategy, epoch_size=10)
    print(f"from {trainer.restore()}", flush=True)
    trainer.train(
        lambda step, shard: batches(case, precision, step, shard),
        on_row=lambda row: print(f"step {row.step}", flush=True),
        on_sample=lambda step: None,
    )


if __name__ == "__main__":
    main(*sys.argv[1:5])  # launch_local adds --resume auto, as which this always behaves
