"""Runs a training command as several workers on this machine, and again if one is lost."""

import json
import os
import random
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import BinaryIO

from zoo.errors import LOST, UserError, WorkerLost
from zoo.io.termination import TERMINATED
from zoo.io.text import printable

GRACE = 5.0  # seconds from SIGTERM to SIGKILL
SETTLE = 2.0  # seconds from the first worker that missed another to asking who failed
_POLL = 0.1  # seconds


class Workers:
    """The processes of one start. Their output is passed on to this process', line by line.

    Args:
        command: what each runs.
        count: how many.

    Raises:
        UserError: if the command cannot be started.
    """

    def __init__(self, command: list[str], count: int) -> None:
        self.processes: list[subprocess.Popen] = []
        self._readers: list[threading.Thread] = []
        addresses = [f"127.0.0.1:{port}" for port in free_ports(count)]
        for index in range(count):
            config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
            try:
                process = subprocess.Popen(
                    command,
                    env={**os.environ, "TF_CONFIG": json.dumps(config), "PYTHONUNBUFFERED": "1"},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=True,  # a terminal's Ctrl-C reaches them once, through us
                )
            except OSError as error:
                self.stop()
                raise UserError(f"{command[0]}: cannot be started ({error.strerror})") from None
            self.processes.append(process)
            _write(sys.stdout.buffer, f"worker {index}: pid {process.pid}\n".encode())
            for stream, to in ((process.stdout, sys.stdout.buffer), (process.stderr, sys.stderr.buffer)):
                reader = threading.Thread(target=_pass_on, args=(stream, to, f"[worker {index}] ".encode()))
                reader.start()
                self._readers.append(reader)

    def signal(self, number: int) -> None:
        """Send a signal to those that still run."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(number)

    def stop(self) -> None:
        """End those that still run, with what they started, and wait for the last of their output."""
        self.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0, deadline - time.monotonic()))
        for process in self.processes:
            with suppress(ProcessLookupError):  # none is left of it and of what it started itself
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for reader in self._readers:
            reader.join()

    def failed(self) -> tuple[int, int] | None:
        """Index and return code of a worker that ended with another status than 0, if there is one.

        One that ended on its own comes before those that only missed another.
        """
        codes = [(index, process.poll()) for index, process in enumerate(self.processes)]
        return min((pair for pair in codes if pair[1]), key=lambda pair: pair[1] == LOST, default=None)

    def running(self) -> bool:
        """Whether any still runs."""
        return any(process.poll() is None for process in self.processes)


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody uses, below those that systems hand out themselves."""
    ports: list[int] = []
    for port in random.sample(range(15000, 32000), 17000):
        with suppress(OSError), socket.create_server(("", port)):
            ports.append(port)
        if len(ports) == count:
            return ports
    raise UserError(f"`workers` {count}: this machine has only {len(ports)} free ports; start fewer")


_output = threading.Lock()


def _write(to: BinaryIO, line: bytes) -> None:
    with _output, suppress(BrokenPipeError):  # nobody reads any more: the training continues
        to.write(line)
        to.flush()


def _pass_on(stream: BinaryIO, to: BinaryIO, prefix: bytes) -> None:
    with stream:
        for line in stream:
            _write(to, prefix + line.rstrip(b"\n") + b"\n")


def launch(command: list[str], count: int, restarts: int, again: Sequence[str] = ()) -> int:
    """Run ``command`` as ``count`` workers until they end.

    Args:
        command: what each worker runs.
        count: of workers.
        restarts: how often all are started again at most, after one was lost.
        again: an option and its value that make the command resume; added to it at a restart, unless it
            has that option already.

    Returns:
        The exit status: 0, or that of the worker that failed.

    Raises:
        UserError: if the command cannot be started.
        WorkerLost: if a worker was lost once more than ``restarts`` times.
    """
    received: list[int] = []
    workers: Workers | None = None

    def pass_on(number: int, frame: FrameType | None) -> None:
        received.append(number)
        if workers is not None:
            workers.signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for restart in range(restarts + 1):
            workers = Workers(command, count)
            if received:  # while they were started
                workers.signal(received[-1])
            while workers.running() and (received or workers.failed() is None):
                time.sleep(_POLL)
            failed = workers.failed()
            if failed is not None and failed[1] == LOST and not received:
                time.sleep(SETTLE)  # the one that it missed may still be on its way out
                failed = workers.failed()
            workers.stop()
            if failed is None:
                return 0
            index, code = failed
            if received or (code > 0 and code not in (LOST, TERMINATED)):
                return code if code > 0 else 128 - code
            how = signal.Signals(-code).name if code < 0 else f"status {code}"
            if restart < restarts:
                if not any(word.split("=")[0] in again[:1] for word in command):
                    command = [*command, *again]
                words = printable(shlex.join(command))
                message = f"starting all again, {restart + 1} of {restarts}: {words}"
                _write(sys.stderr.buffer, f"worker {index} was lost ({how}); {message}\n".encode())
    finally:
        if workers is not None:
            workers.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
    raise WorkerLost(
        f"worker {index} was lost ({how}), and all {restarts} restarts are used up; see its last lines, "
        f"then start again{' with ' + ' '.join(again) if again else ''}"
    )
