"""An input service changes where examples are made, and nothing about them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from tiny_data import ROOT, folders, python

from zoo.backend import tf
from zoo.data.pipeline import input_client
from zoo.data.pipeline.input_client import addresses
from zoo.data.pipeline.input_server import InputServer
from zoo.data.pipeline.pairs import PairSource
from zoo.data.pipeline.raw_examples import Prepared, prepare
from zoo.data.pipeline.shards import Shard
from zoo.data.pipeline.sources import DomainSource, ImageSource
from zoo.data.selection.domains import find_domains
from zoo.data.selection.images import find_images
from zoo.data.selection.pairs import find_pairs
from zoo.errors import UserError

SIZE = (16, 16)


def free_port(ports: int = 1) -> int:
    """A port that is free, and so are the next ones."""
    while True:
        with socket.socket() as first:
            first.bind(("", 0))
            port = first.getsockname()[1]
            try:
                for later in range(port + 1, port + ports):
                    with socket.socket() as probe:
                        probe.bind(("", later))
            except OSError:
                continue
            return port


class Service:
    """The command in a separate process."""

    def __init__(self, *arguments: object) -> None:
        command = [sys.executable, "-m", "recipes.input_service", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
        line = self.process.stdout.readline()
        self.address = line.removeprefix("--input-service ").strip()

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Status and stderr, once it has ended."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said


@pytest.fixture(scope="module")
def two() -> Iterator[str]:
    """Addresses of two workers of one command."""
    service = Service("--port", free_port(4), "--workers", 2)
    yield service.address
    assert service.end(signal.SIGTERM) == (0, "")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    root = tmp_path_factory.mktemp("data")
    return prepare(PairSource(find_pairs(folders(root)), SIZE, seed=3), root / "prepared")


def batches(dataset: tf.data.Dataset, count: int = 8) -> np.ndarray:
    return np.concatenate([np.stack(pair, 1) for pair in dataset.take(count).as_numpy_iterator()])


@pytest.mark.sampled
@pytest.mark.parametrize("shard", [Shard(), Shard(1, 2, 2)])
def test_batches_are_those_without_a_service(two: str, prepared: Prepared, shard: Shard) -> None:
    """With one worker and with two; from the start, resumed, and read again; epochs of 6 in batches of 4."""
    first, _ = two.split(",")
    assert first != two
    expected = batches(prepared.training(4, 5, shard=shard))
    for service in (first, f"grpc://{first}", two):
        dataset = prepared.training(4, 5, shard=shard, service=service)
        assert dataset.element_spec == prepared.training(4, shard=shard).element_spec
        for _ in range(2):
            np.testing.assert_array_equal(batches(dataset), expected)


@pytest.mark.thorough
def test_labelled_images_and_domains(two: str, tmp_path: Path) -> None:
    """Of all kinds of examples the batches are those that are read without a service."""
    root = folders(tmp_path / "data")
    a, b = find_domains(root, "cloth", "image", layout="classes").both
    for source in (
        DomainSource(a, b.subset([4, 1]), SIZE, seed=3, channels=(1, 3)),
        ImageSource(find_images(root, ["class"], "classes"), SIZE, seed=3),
    ):
        prepared = prepare(source, tmp_path / type(source).__name__)
        served = prepared.training(4, 5, service=two).take(6).as_numpy_iterator()
        expected = source.training(4, 5).take(6).as_numpy_iterator()
        for arrays, others in zip(served, expected, strict=True):
            for array, other in zip(arrays, others, strict=True):
                np.testing.assert_array_equal(array, other)


@pytest.mark.thorough
def test_replicas_of_a_mirrored_strategy(two: str, prepared: Prepared, two_devices: list[str]) -> None:
    strategy = tf.distribute.MirroredStrategy(two_devices)
    dataset = strategy.distribute_datasets_from_function(
        lambda context: prepared.training(6, shard=Shard(0, 1, 2), service=two)
    )
    seen = []
    for _, pair in zip(range(3), dataset, strict=False):
        sources, targets = (np.concatenate(strategy.experimental_local_results(side)) for side in pair)
        seen.append(np.stack([sources, targets], 1))
    np.testing.assert_array_equal(np.concatenate(seen), batches(prepared.training(6), 3))


@pytest.mark.sampled
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_ends_at_once_and_well(number: signal.Signals) -> None:
    service = Service("--port", free_port(2))
    start = time.monotonic()
    assert service.end(number) == (0, "")
    assert time.monotonic() - start < 5


def own_address() -> str:
    """Another address of this machine than the loopback's; skips where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:  # sends nothing
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("no network")
        address = probe.getsockname()[0]
    if address.startswith("127."):
        pytest.skip("no network")
    return address


def test_answers_this_machine_alone_unless_asked(prepared: Prepared) -> None:
    """TensorFlow's service listens everywhere, and runs any graph that it is given."""
    address = own_address()
    server = InputServer()
    port = server.address.rpartition(":")[2]
    input_client.connect(server.address)
    open_before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):  # looking for its sockets leaves none open
        InputServer()
    assert len(os.listdir("/proc/self/fd")) < open_before + 50
    with pytest.raises(UserError, match="cannot be reached"):
        input_client.connect(f"{address}:{port}")
    del server
    service = Service("--port", free_port(2), "--host", address)
    assert service.address.startswith(f"{address}:")
    dataset = prepared.training(4, service=service.address)
    np.testing.assert_array_equal(batches(dataset), batches(prepared.training(4)))
    status, said = service.end(signal.SIGTERM)
    assert (status, said.count("\n")) == (0, 1)
    assert "warning: the service has no authentication" in said


def test_where_it_cannot_be_kept_to_this_machine_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "SO_BINDTODEVICE")
    with pytest.raises(UserError, match=r"cannot be restricted to this machine .* `host`"):
        InputServer()


# --- faults


def test_port_that_cannot_be_used() -> None:
    """TensorFlow would let two services share a port, and requests go to either."""
    with socket.socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = python("-m", "recipes.input_service", "--port", port)
    assert ended.returncode == 2
    assert re.fullmatch(rf"error: --port {port}: cannot be used \(.*\); choose another\n", ended.stderr)
    ended = python("-m", "recipes.input_service", "--port", 65535)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "lower --port" in ended.stderr


def test_addresses() -> None:
    assert addresses("a:1") == ["a:1"]
    assert addresses("grpc://a:1, [::1]:65535") == ["a:1", "[::1]:65535"]
    for wrong in ("", "a", ":5050", "a:", "a:0", "a:65536", "a:b", "a:1,", "http://a"):
        with pytest.raises(UserError, match=re.escape(f"`input_service` {wrong}: ") + ".*give HOST:PORT"):
            addresses(wrong)
    with pytest.raises(UserError, match="names a service twice"):
        addresses("a:1,grpc://a:1")


def test_an_absent_service_is_reported_at_once(two: str, prepared: Prepared) -> None:
    missing = f"127.0.0.1:{free_port()}"
    start = time.monotonic()
    for service in (missing, f"{two},{missing}", "no-such-host.invalid:5050"):
        with pytest.raises(UserError, match=r"cannot be reached .* python -m recipes\.input_service"):
            prepared.training(4, service=service)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
def test_something_else_there(prepared: Prepared, answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A web server, or one that says nothing: TensorFlow would wait an hour for it."""
    monkeypatch.setattr(input_client, "_PATIENCE", 0.5)

    def serve() -> None:
        with other.accept()[0] as connection, suppress(ConnectionError):
            connection.recv(100)
            connection.send(answer)
            connection.recv(100)  # until the other side leaves

    with socket.create_server(("127.0.0.1", 0)) as other, ThreadPoolExecutor() as pool:
        served = pool.submit(serve)
        with pytest.raises(UserError, match=r"cannot be reached \((something else answers|timed out)"):
            prepared.training(4, service=f"127.0.0.1:{other.getsockname()[1]}")
        served.result()


def test_service_without_a_worker(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """As behind a firewall that lets only the first port through."""
    monkeypatch.setattr(input_client, "LOOK", 0.1)
    monkeypatch.setattr(input_client, "SILENCE", 0.5)
    dispatcher = tf.data.experimental.service.DispatchServer()
    service = dispatcher.target.replace("localhost", "127.0.0.1")
    with pytest.raises(UserError, match=r"has sent nothing for .* firewall"), prepared.own_errors():
        batches(prepared.training(4, service=service))


@pytest.mark.thorough
def test_service_that_dies_is_noticed(prepared: Prepared) -> None:
    """TensorFlow itself waits forever, and Ctrl-C could not end a training that waits."""
    service = Service("--port", free_port(2))
    read = iter(prepared.training(4, service=service.address))
    next(read)
    service.process.kill()
    service.process.communicate()
    start = time.monotonic()
    with pytest.raises(UserError, match="cannot be reached"), prepared.own_errors():
        list(read)  # some batches are on this side already
    assert time.monotonic() - start < 10


@pytest.mark.thorough
def test_service_that_is_restarted_is_noticed(prepared: Prepared) -> None:
    """It has forgotten where the training was."""
    port = free_port(2)
    server = InputServer(port, port + 1)
    read = iter(prepared.training(4, service=server.address))
    next(read)
    del server
    server = InputServer(port, port + 1)
    with pytest.raises(UserError, match=r"restarted .* `resume`|cannot be reached"), prepared.own_errors():
        list(read)
    assert server


@pytest.mark.thorough
def test_second_worker_of_a_service_is_noticed(prepared: Prepared) -> None:
    """It would compute every example once more, in an order of chance."""
    server = InputServer()
    service = tf.data.experimental.service
    workers = [service.WorkerServer(service.WorkerConfig(dispatcher_address=server.address))]
    with pytest.raises(UserError, match="other examples than expected"), prepared.own_errors():
        batches(prepared.training(4, service=server.address), 5000)  # a second or two
    assert workers


@pytest.mark.thorough
def test_folder_that_the_service_does_not_see(two: str, prepared: Prepared, tmp_path: Path) -> None:
    prepared.folder.rename(tmp_path / "away")
    try:
        with pytest.raises(UserError) as error, prepared.own_errors():
            batches(prepared.training(4, service=two))
    finally:
        (tmp_path / "away").rename(prepared.folder)
    message = str(error.value)
    assert "\n" not in message
    assert message.startswith(f"{prepared.folder}: a prepared pair is missing")
    assert message.endswith("let an input service see it under this path")


@pytest.mark.thorough
@pytest.mark.parametrize("dies", [False, True])
def test_program_ends_while_a_service_is_read_ahead(
    two: str, prepared: Prepared, dies: bool, tmp_path: Path
) -> None:
    """Threads that wait for a service, alive or dead, must not hold up or crash the end of a program."""
    service = Service("--port", free_port(2)) if dies else None
    script = f"""
import os, signal
from pathlib import Path
from zoo.data.selection.pairs import find_pairs
from zoo.data.pipeline import pairs, raw_examples
root = Path({str(prepared.folder.parent)!r})
ready = raw_examples.prepare(pairs.PairSource(find_pairs(root, "folders"), (16, 16)), root / "prepared")
batches = iter(ready.training(4, service={service.address if dies else two!r}))
next(batches)
if {dies}:
    os.kill({service.process.pid if dies else 0}, signal.SIGKILL)
    with ready.own_errors():
        for _ in range(20):
            next(batches)
"""
    start = time.monotonic()
    ended = python("-c", script, timeout=60)
    assert time.monotonic() - start < 40
    assert ended.returncode == int(dies), ended.stderr[-2000:]
    if dies:
        assert "cannot be reached" in ended.stderr
        service.process.communicate()
