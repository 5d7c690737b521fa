"""A tf.data service of one worker in this process.

TensorFlow's service has no authentication, executes whatever graph it is given, and listens on
every interface. Here it answers this machine alone unless asked otherwise.
"""

import errno
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from zoo.backend import tf
from zoo.errors import UserError


class InputServer:
    """Serves until it is deleted.

    Args:
        port: where trainings ask for a dataset; 0 takes a free one.
        worker_port: where they then fetch it; 0 takes a free one.
        host: name of this machine for those that may ask, from anywhere; None for this machine only.

    Attributes:
        address: "HOST:PORT", where trainings find it.

    Raises:
        UserError: a port is taken, or the system cannot keep the service to this machine.
    """

    def __init__(self, port: int = 0, worker_port: int = 0, host: str | None = None) -> None:
        for asked in (port, worker_port):
            _check_free(asked)
        service = tf.data.experimental.service
        name = host or "127.0.0.1"
        with _kept_to_this_machine() if host is None else nullcontext():
            self._dispatcher = service.DispatchServer(service.DispatcherConfig(port=port))
            port = int(self._dispatcher.target.rpartition(":")[2])
            self._worker = service.WorkerServer(
                service.WorkerConfig(
                    dispatcher_address=f"127.0.0.1:{port}", worker_address=f"{name}:%port%", port=worker_port
                )
            )
        self.address = f"{name}:{port}"


def _check_free(port: int) -> None:
    # TensorFlow's servers would share a port, and each get some of the requests.
    with socket.socket(socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise UserError(f"`port` {port}: cannot be used ({error.strerror}); choose another") from None


@contextmanager
def _kept_to_this_machine() -> Iterator[None]:
    """Bind the sockets that begin to listen meanwhile to the loopback device (Linux 5.7 and later)."""
    try:
        before = set(_listening())
        yield
        begun = set(_listening()) - before  # some milliseconds ago: nothing has asked yet
        if not begun:
            raise OSError("its sockets are not found")
        for number in begun:
            with socket.socket(fileno=os.dup(number)) as listening:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
    except (OSError, AttributeError) as error:
        raise UserError(
            f"the service cannot be restricted to this machine ({error}); name the machine with "
            "`host` if all who can reach it are to be trusted"
        ) from None


def _listening() -> Iterator[int]:
    """Descriptors of the TCP sockets on which this process listens."""
    for number in [int(name) for name in os.listdir("/proc/self/fd")]:
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
            with socket.socket(fileno=os.dup(number)) as candidate:
                inet = candidate.family in (socket.AF_INET, socket.AF_INET6)
                if inet and candidate.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    yield number
        except OSError as error:
            if error.errno != errno.EBADF:  # closed meanwhile, as the one that lists them
                raise
