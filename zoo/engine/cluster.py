"""What the workers of one training agree on: who writes, when to stop, and that all are alive.

Every function that communicates must be called by all workers, in the same order.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from zoo.backend import tf
from zoo.errors import UserError, WorkerLost

_GROUP = 2**30  # far from the group keys that tf.distribute counts up from 1


def workers(strategy: tf.distribute.Strategy) -> int:
    """How many processes train together; 1 for strategies of one process."""
    return len(_addresses(strategy)) or 1


def worker_index(strategy: tf.distribute.Strategy) -> int:
    """Which of the workers this process is, from 0."""
    return strategy.cluster_resolver.task_id if _addresses(strategy) else 0


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this worker is the one that writes what is written once."""
    return worker_index(strategy) == 0


def any_worker(strategy: tf.distribute.Strategy, flag: bool) -> bool:
    """Whether ``flag`` is set on any worker: the same answer on all of them."""
    _, greatest = _extremes(strategy, int(flag))
    return greatest == 1


def same_on_all(strategy: tf.distribute.Strategy, number: int) -> bool:
    """Whether all workers hold the same ``number`` (int64): the same answer on all of them."""
    least, greatest = _extremes(strategy, number)
    return least == greatest


@contextmanager
def chief_first(strategy: tf.distribute.Strategy) -> Iterator[None]:
    """The chief runs the block while the others wait; then they run it.

    Raises:
        UserError: on the others, which do not run the block, if it failed on the chief.
    """
    if not is_chief(strategy):
        if any_worker(strategy, False):
            raise UserError(f"worker {worker_index(strategy)}: the chief failed; see its message")
        yield
        return
    try:
        yield
    except BaseException:
        any_worker(strategy, True)
        raise
    any_worker(strategy, False)


@contextmanager
def lost_workers_reported() -> Iterator[None]:
    """Turn what TensorFlow raises when another worker died into one line.

    A worker that died silently is noticed by its missing heartbeats, within some 10 s; the
    chief's death at once. After that this process can train no further.

    Raises:
        WorkerLost: in place of TensorFlow's error.
    """
    try:
        yield
    except (
        tf.errors.UnavailableError,  # its connection broke or its heartbeats are missing
        tf.errors.DeadlineExceededError,  # it does not answer
        tf.errors.FailedPreconditionError,  # it was started again alone
        tf.errors.AbortedError,
        tf.errors.CancelledError,
        tf.errors.InternalError,
    ) as error:
        message = str(error)
        if "Collective ops is aborted" not in message and "incarnation" not in message:
            raise  # another fault of this worker alone
        named = re.search(r"/job:worker(?:/replica:0)?/task:(\d+)", message)
        # Heartbeats go to the chief, whose name some versions leave out.
        number = named[1] if named else "0" if "CoordinationService" in message else None
        raise WorkerLost(
            f"{f'worker {number}' if number else 'another worker'} or the network was lost; "
            "start all workers again with `resume` auto"
        ) from error


def _addresses(strategy: tf.distribute.Strategy) -> list[str]:
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return []
    return strategy.cluster_resolver.cluster_spec().as_dict().get("worker", [])


def _extremes(strategy: tf.distribute.Strategy, number: int) -> tuple[int, int]:
    """The least and the greatest ``number`` that a worker holds."""
    if workers(strategy) == 1:
        return number, number
    reduce = _reduction(workers(strategy), worker_index(strategy))
    negated_least, greatest = reduce(tf.constant([-number, number], tf.int64)).numpy().tolist()
    return -negated_least, greatest


@cache
def _reduction(count: int, index: int) -> Callable[[tf.Tensor], tf.Tensor]:
    # The greatest of each number. On the host, so that no GPU has to finish its step first, and once
    # a worker, however many replicas it has: strategy.reduce does neither.
    @tf.function(input_signature=[tf.TensorSpec([2], tf.int64)])
    def reduce(numbers: tf.Tensor) -> tf.Tensor:
        with tf.device(f"/job:worker/task:{index}/device:CPU:0"):
            return tf.raw_ops.CollectiveReduceV2(
                input=numbers,
                group_size=count,
                group_key=_GROUP,
                instance_key=1,
                ordering_token=[],
                merge_op="Max",
                final_op="Id",
                communication_hint="ring",
            )

    return reduce
