"""One worker of a training in float64 whose data depend on the step alone; run by the cluster's tests.

Run as a separate module: ``python worker_script.py FOLDER [--steps N] [--delay S] [--resume auto]``.
Writes ``FOLDER/worker-<index>.npz`` with the weights and the step at which it ended.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from recipes.options.command_parser import command_parser
from zoo import command_line
from zoo.errors import UserError

BATCH = 4


def train(strategy, folder: Path, steps: int, delay: float = 0.0) -> dict[str, np.ndarray]:
    """Train to the last step or until a signal; returns the weights, and the step as "step"."""
    from zoo.backend import keras, tf
    from zoo.engine.cluster import any_worker, chief_first, is_chief, same_on_all
    from zoo.engine.gan import GAN
    from zoo.layers.normalization import BatchNormalization
    from zoo.runs.checkpoints import latest_checkpoint, restore_checkpoint, save_checkpoint
    from zoo.training.signals import StopRequest

    class Tiny(GAN):
        def __init__(self) -> None:
            super().__init__()
            dense = [
                keras.layers.Dense(n, kernel_initializer=keras.initializers.GlorotUniform(n), dtype="float64")
                for n in (5, 1)
            ]
            # Its batch statistics depend on the replica, so only the running mean is trained here.
            self.statistics = BatchNormalization(dtype="float64")
            self.statistics.build((None, 1, 1, 3))
            self.network = keras.Sequential([keras.Input((3,), dtype="float64"), *dense])
            self.adam = keras.optimizers.Adam(0.01)
            self.adam.build(self.network.trainable_variables)

        def train_step(self, step: tf.Tensor) -> tf.Tensor:
            context = tf.distribute.get_replica_context()
            share = BATCH // context.num_replicas_in_sync
            start = share * context.replica_id_in_sync_group
            batch = tf.random.stateless_normal((BATCH, 3), tf.stack([step, 0]), dtype=tf.float64)
            batch = batch[start : start + share]
            self.statistics._move(tf.reduce_mean(batch, axis=0), tf.ones(3, tf.float64))
            return self.minimize(self.loss_of, self.adam, [self.network], batch)["loss"]

        def loss_of(self, batch: tf.Tensor) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
            error = self.network(batch)[:, 0] - tf.reduce_sum(tf.sin(batch), axis=1)
            loss = self.global_mean(tf.square(error))
            return loss, {"loss": loss}

        def parts(self) -> dict:
            return {"network": self.network, "statistics": self.statistics, "adam": self.adam}

    with chief_first(strategy):
        (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
    with strategy.scope():
        model = Tiny()
        model.compile()
    items, done = model.checkpoint_items(), 0
    latest = latest_checkpoint(folder / "checkpoints")
    if latest is not None:
        restore_checkpoint(latest, items)
        done = latest.step
    if not same_on_all(strategy, done):
        raise UserError(f"step {done} is not where the other workers resume")
    run = tf.function(lambda step: strategy.run(model.train_step, (step,)))
    with StopRequest() as stop:
        while done < steps and not any_worker(strategy, stop.signal is not None):
            run(tf.constant(done))
            done += 1
            print(f"step {done}", flush=True)
            time.sleep(delay)
            if done % 5 == 0:
                save_checkpoint(folder / "checkpoints", done, items, {}, write=is_chief(strategy))
    weights = [*model.network.weights, *model.statistics.weights, *model.adam.variables]
    return {"step": np.array(done), **{str(k): weight.numpy() for k, weight in enumerate(weights)}}


def written(folder: Path, index: int) -> dict[str, np.ndarray]:
    """What worker ``index`` wrote at its end."""
    with np.load(folder / f"worker-{index}.npz") as archive:
        return dict(archive)


def main(arguments: argparse.Namespace) -> None:
    from zoo.engine.cluster import lost_workers_reported, worker_index
    from zoo.engine.strategy import make_strategy

    with lost_workers_reported():
        strategy = make_strategy("auto")
        result = train(strategy, arguments.folder, arguments.steps, arguments.delay)
    np.savez(arguments.folder / f"worker-{worker_index(strategy)}.npz", **result)


if __name__ == "__main__":
    parser = command_parser("worker_script", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--resume", default=None)
    sys.exit(command_line.run(main, parser.parse_args()))
