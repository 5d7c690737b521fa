"""Which part of each global batch an input pipeline reads, when several read together."""

from dataclasses import dataclass
from typing import TypeVar

from zoo.backend import tf

Number = TypeVar("Number", int, tf.Tensor)


@dataclass(frozen=True)
class Shard:
    """One input pipeline of a training under ``tf.distribute``.

    A step's batch is cut into equal parts, one a replica, in the replicas' order. A pipeline
    yields the parts of its own replicas one after another, step by step; these elements are
    numbered from 0, the first of step 0. As ``tf.distribute.InputContext`` says it:
    ``Shard(c.input_pipeline_id, c.num_input_pipelines, c.num_replicas_in_sync // c.num_input_pipelines)``.

    Attributes:
        pipeline: number of the pipeline, from 0.
        pipelines: how many there are, one a worker.
        replicas: that each of them feeds.
    """

    pipeline: int = 0
    pipelines: int = 1
    replicas: int = 1

    def share(self, batch_size: int) -> int:
        """Examples of an element, of a global batch of ``batch_size``.

        Raises:
            ValueError: the batch cannot be cut into equal parts.
        """
        parts = self.pipelines * self.replicas
        if batch_size % parts:
            raise ValueError(f"a batch of {batch_size} cannot be cut into {parts} equal parts")
        return batch_size // parts

    def first(self, element: Number, batch_size: int) -> Number:
        """Number of the first example of an element; the others follow it."""
        step, replica = element // self.replicas, element % self.replicas
        return step * batch_size + (self.pipeline * self.replicas + replica) * self.share(batch_size)
