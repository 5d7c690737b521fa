"""Elements of a dataset that input services compute, in their order and none twice.

A service is a tf.data service of one worker (``python -m recipes.input_service``). TensorFlow
promises an order only for one worker, so each of W services computes every W-th element and they
are read in turn: however many there are, the stream is the same. TensorFlow waits forever for a
service that has died; here that is noticed within seconds.
"""

import atexit
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from functools import reduce

from zoo.backend import tf
from zoo.data.pipeline.calls import calls
from zoo.errors import UserError

FAILED = "an input service failed"
"""In the message of TensorFlow's error, where the fault itself is the last of ``errors``."""

LOOK = 2.0  # seconds between two looks at whether a service is there
SILENCE = 60.0  # seconds for its first element
_PATIENCE = 5.0  # seconds for it to answer


def addresses(service: str) -> list[str]:
    """Addresses "HOST:PORT" in a comma-separated list of services, with or without "grpc://" before them.

    Raises:
        UserError: not such a list.
    """
    listed = [address.strip().removeprefix("grpc://") for address in service.split(",")]
    for address in listed:
        host, _, port = address.rpartition(":")
        if not host or not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise UserError(f"`input_service` {service}: {address!r} is not an address; give HOST:PORT")
    if len(set(listed)) < len(listed):
        raise UserError(f"`input_service` {service}: names a service twice; name each once")
    return listed


def connect(address: str) -> None:
    """See whether a server of TensorFlow's kind answers at an address, in at most ten seconds.

    Raises:
        UserError: none does.
    """
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _PATIENCE) as connection:
            connection.settimeout(_PATIENCE)
            # HTTP/2, on which gRPC runs: a fixed greeting and SETTINGS (frame type 4), and the same back.
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0)))
            if connection.recv(9)[3:4] != b"\4":
                raise OSError("something else answers there")
    except OSError as error:
        raise UserError(
            f"`input_service` {address}: cannot be reached ({error.strerror or error}); start it with "
            "python -m recipes.input_service, and give the address that it prints"
        ) from None


def from_services(
    service: str,
    every: Callable[[int, int], tf.data.Dataset],
    first: int,
    numbers: Callable[[tf.Tensor], tf.Tensor],
    errors: list[UserError],
) -> tf.data.Dataset:
    """The elements first, first + 1, … computed by input services.

    Args:
        service: their addresses, see ``addresses``.
        every: (first, stride) → endless dataset, all TensorFlow, of the elements first, first +
            stride, …: each the numbers of its examples, int64 (n,), then arrays; static shapes.
        first: number of the first element.
        numbers: element → numbers of its examples, to check that the right one came.
        errors: faults met while reading are added here, before TensorFlow's error with ``FAILED``
            reaches the reader of the dataset.

    Returns:
        Dataset of the arrays.

    Raises:
        UserError: an address is wrong, or no service answers there.
    """
    asked = addresses(service)
    for address in asked:
        connect(address)
    stride = len(asked)
    streams = [
        _Stream(address, errors).elements(every(first + i, stride), first + i, stride, numbers)
        for i, address in enumerate(asked)
    ]
    # Not ``choose_from_datasets``, which would call on a service only at its first turn.
    rounds = tf.data.Dataset.zip(tuple(streams))
    return rounds.flat_map(lambda *turns: reduce(tf.data.Dataset.concatenate, map(_alone, turns)))


class _Stream:
    """The elements of one service, and a watch over it.

    While TensorFlow waits for a service nothing can interrupt it but another of its datasets. So
    the elements are interleaved with an alarm: a dataset that looks into a queue now and then, and
    fails when the thread that looks after the service has put something there. Python is called at the
    first element only, as it must not be while the interpreter ends, and never to raise: Python 3.11
    may crash when TensorFlow's threads format tracebacks.
    """

    def __init__(self, address: str, errors: list[UserError]) -> None:
        self._address, self._errors = address, errors
        self._failed = False
        self._silent_since = float("inf")
        with tf.device("CPU:0"):
            self._queue = tf.queue.FIFOQueue(1, [tf.bool], shapes=[()])
        thread = threading.Thread(target=_watch, args=(weakref.ref(self),), daemon=True)
        thread.start()
        _threads.add(thread)

    def elements(
        self,
        dataset: tf.data.Dataset,
        first: int,
        stride: int,
        numbers: Callable[[tf.Tensor], tf.Tensor],
    ) -> tf.data.Dataset:
        """``dataset`` computed by the service; its elements are first, first + stride, …"""
        service, specs = tf.data.experimental.service, dataset.element_spec
        try:
            served = dataset.apply(service.distribute(service.ShardingPolicy.OFF, f"grpc://{self._address}"))
        except tf.errors.OpError as error:
            raise UserError(
                f"`input_service` {self._address}: accepts no data ({error.message.splitlines()[0]}); start "
                "it with python -m recipes.input_service, and give the address that it prints"
            ) from error

        def alarm() -> tf.data.Dataset:
            rung = _ticks().filter(lambda _: self._queue.size() > 0)
            return rung.map(lambda _: _unless(False, (tf.zeros(spec.shape, spec.dtype) for spec in specs)))

        def branch(which: tf.Tensor) -> tf.data.Dataset:
            alarms = tf.data.Dataset.range(1).map(lambda _: _call(self._begin)).flat_map(lambda _: alarm())
            return alarms.take(which - 1).concatenate(served.take(-which))  # take(-1): all; take(0): none

        def checked(element: tf.Tensor, arrived: tuple[tf.Tensor, ...]) -> tuple:
            k, *arrays = arrived
            right = tf.reduce_all(k == numbers(element))
            news = tf.logical_or(element == first, tf.logical_not(right))
            right = tf.cond(news, lambda: _call(self._hear, right), lambda: True)
            return element + stride, _unless(right, arrays)

        both = tf.data.Dataset.range(2).interleave(
            branch,  # the alarm first: beginning to read from a service may also wait forever
            cycle_length=2,
            num_parallel_calls=2,
            deterministic=False,  # whichever is there; the elements of the service keep their order
        )
        return both.scan(tf.constant(first, tf.int64), checked).prefetch(2)

    def look(self) -> None:
        """Give the alarm if the service is gone, or never sent anything."""
        if self._failed:
            return
        silent = time.monotonic() - self._silent_since
        try:
            connect(self._address)
            if silent > SILENCE:
                raise UserError(
                    f"`input_service` {self._address}: has sent nothing for {silent:.0f} s; see whether a "
                    "firewall closes its worker's port, or restart it and resume with `resume`"
                )
        except UserError as fault:
            self._failed = True
            self._errors.append(fault)
            self._queue.enqueue(True)

    def _begin(self) -> bool:
        self._silent_since = min(self._silent_since, time.monotonic())
        return True

    def _hear(self, right: bool) -> bool:
        self._silent_since = float("inf")
        if not right:
            self._errors.append(
                UserError(
                    f"`input_service` {self._address}: sent other examples than expected: it "
                    "was restarted or has more than one worker; start it with "
                    "python -m recipes.input_service, and resume with `resume`"
                )
            )
        return right


def _unless(right: tf.Tensor | bool, arrays: Iterable[tf.Tensor]) -> tuple[tf.Tensor, ...]:
    with tf.control_dependencies([tf.debugging.Assert(right, [FAILED])]):
        return tuple(tf.identity(array) for array in arrays)


def _alone(element: tuple[tf.Tensor, ...]) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensors(element)


def _ticks() -> tf.data.Dataset:
    """An element a second, forever; ends at once when its reader does, as waiting in a ``map`` would not."""
    numbers = tf.data.Dataset.range(tf.int64.max)
    slow = tf.raw_ops.SleepDataset(
        input_dataset=tf.data.experimental.to_variant(numbers),
        sleep_microseconds=tf.constant(1_000_000, tf.int64),
        output_types=[tf.int64],
        output_shapes=[[]],
    )
    return tf.data.experimental.from_variant(slow, numbers.element_spec)


def _call(function: Callable[..., bool], *arguments: tf.Tensor) -> tf.Tensor:
    return tf.numpy_function(lambda *values: calls(lambda _: function(*values), 0, True), arguments, tf.bool)


def _watch(stream: "weakref.ref[_Stream]") -> None:
    while not calls.closing.wait(LOOK):
        watched = stream()
        if watched is None:
            return
        watched.look()
        del watched


_threads: "weakref.WeakSet[threading.Thread]" = weakref.WeakSet()


def _end() -> None:
    """Let the threads end before the interpreter does: one that is in TensorFlow then would crash it."""
    calls.closing.set()
    for thread in list(_threads):
        thread.join(2 * _PATIENCE)


atexit.register(_end)
