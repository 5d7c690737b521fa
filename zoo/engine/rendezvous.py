"""Which workers train together, by the environment, and their meeting before TensorFlow starts.

Like TensorFlow's own, these connections are open to the network and prove nothing of who calls:
workers belong in a separate network.
"""

import hashlib
import itertools
import json
import os
import re
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from zoo.errors import UserError, WorkerLost
from zoo.io.files import parse_json

MEET_SECONDS = 300.0  # workers of one job are started together, but machines load at their own speed

_EXAMPLE = '{"cluster": {"worker": ["host1:12345", "host2:12345"]}, "task": {"type": "worker", "index": 0}}'
_REMEDY = f"make it like {_EXAMPLE}, or start the workers with recipes.launch_local"
_READY = b"ready\n"


@dataclass(frozen=True)
class Cluster:
    """The workers of a training.

    Attributes:
        addresses: "host:port" of each; the first is the chief's.
        index: which of them this process is, from 0.
    """

    addresses: tuple[str, ...]
    index: int

    @property
    def port(self) -> int:
        """Where this process listens."""
        return int(self.addresses[self.index].rpartition(":")[2])


def find_cluster(environment: Mapping[str, str] = os.environ) -> Cluster | None:
    """The cluster that ``TF_CONFIG`` names, or Slurm's step; None if there is neither.

    Raises:
        UserError: if either contradicts itself.
    """
    if environment.get("TF_CONFIG"):
        return _from_tf_config(environment["TF_CONFIG"])
    if "SLURM_STEP_NUM_TASKS" in environment:
        return _from_slurm(environment)
    return None


def _from_tf_config(text: str) -> Cluster | None:
    config = parse_json(text.encode("utf-8", "replace"), "TF_CONFIG", _REMEDY)
    cluster = config.get("cluster") if isinstance(config, dict) else None
    if not cluster:  # some services set TF_CONFIG for one machine too, without a cluster
        return None
    if not isinstance(cluster, dict) or not all(map(_is_addresses, cluster.values())):
        raise UserError(f"TF_CONFIG: cluster {json.dumps(cluster)} is not a table of addresses; {_REMEDY}")
    if strange := set(cluster) - {"chief", "worker"}:
        raise UserError(f"TF_CONFIG: cluster has {min(strange)!r}; only chief and worker train here")
    task = config.get("task")
    named = isinstance(task, dict) and isinstance(task.get("type"), str) and task["type"] in cluster
    if not named or not _is_whole(task.get("index")):
        raise UserError(f"TF_CONFIG: task {json.dumps(task)} names no worker of the cluster; {_REMEDY}")
    mates, index = cluster[task["type"]], int(task["index"])
    if not 0 <= index < len(mates):
        raise UserError(
            f"TF_CONFIG: task index {index} is out of range, the cluster has {len(mates)} of type "
            f"{task['type']}; {_REMEDY}"
        )
    chief, others = cluster.get("chief", []), cluster.get("worker", [])
    return Cluster((*chief, *others), index + (len(chief) if task["type"] == "worker" else 0))


def _is_addresses(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(address, str) and re.fullmatch(r".+:[0-9]{1,5}", address) for address in value
    )


def _is_whole(value: object) -> bool:
    return not isinstance(value, bool) and re.fullmatch(r"[0-9]{1,9}", str(value)) is not None


def _from_slurm(environment: Mapping[str, str]) -> Cluster:
    """The tasks of an ``srun`` step, each a worker that uses the GPUs it sees.

    TensorFlow's SlurmClusterResolver is not used: it finds no worker where there is no GPU, and
    sorts node10 before node2, which gives workers the addresses of others.
    """
    try:
        hosts = _expand(environment["SLURM_STEP_NODELIST"])
        counts = _counts(environment["SLURM_STEP_TASKS_PER_NODE"])
        index, tasks = int(environment["SLURM_PROCID"]), int(environment["SLURM_STEP_NUM_TASKS"])
        # Below the ports that systems hand out themselves; another for each job on a shared node.
        first_port = 12000 + int(environment.get("SLURM_JOB_ID", 0)) * 16 % 16000
    except KeyError as error:
        raise UserError(
            f"Slurm's step has no {error.args[0]}; start the workers with srun, or set TF_CONFIG"
        ) from None
    except ValueError as error:
        raise UserError(f"Slurm's step cannot be read ({error}); set TF_CONFIG in its place") from None
    slots = [(host, k) for host, count in zip(hosts, counts, strict=False) for k in range(count)]
    if len(slots) != tasks or len(hosts) != len(counts) or not 0 <= index < tasks:
        raise UserError(
            f"Slurm's step contradicts itself: task {index} of {tasks}, on {len(hosts)} nodes "
            f"with {', '.join(map(str, counts))} tasks; set TF_CONFIG in its place"
        )
    here = environment.get("SLURMD_NODENAME", slots[index][0])
    if here != slots[index][0]:
        raise UserError(
            f"Slurm's task {index} runs on {here}, not on {slots[index][0]} as in block order; "
            "start the workers with srun --distribution=block"
        )
    return Cluster(tuple(f"{host}:{first_port + k}" for host, k in slots), index)


def _expand(nodes: str) -> list[str]:
    """Slurm's list of nodes: "n[08-10,12],m" is n08, n09, n10, n12, m."""
    hosts = []
    for part in re.findall(r"(?:[^,\[\]]|\[[^\[\]]*\])+", nodes):
        pieces = re.split(r"\[(.*?)\]", part)  # odd ones were in brackets
        choices = [_numbers(piece) if k % 2 else [piece] for k, piece in enumerate(pieces)]
        hosts += ["".join(chosen) for chosen in itertools.product(*choices)]
    return hosts


def _numbers(ranges: str) -> list[str]:
    numbers = []
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        numbers += [f"{k:0{len(first)}}" for k in range(int(first), int(last or first) + 1)]
    return numbers


def _counts(tasks: str) -> list[int]:
    """Slurm's tasks of each node: "2(x3),1" is 2, 2, 2, 1."""
    counts = []
    for part in tasks.split(","):
        count, _, times = part.rstrip(")").partition("(x")
        counts += [int(count)] * int(times or 1)
    return counts


def meet(cluster: Cluster, seconds: float = MEET_SECONDS) -> None:
    """Return when all workers are there.

    TensorFlow waits forever for one that never comes, ignores Ctrl-C, and does not name an
    address that is in use. So the workers meet first, at the chief's address, which is free
    again when this returns.

    Raises:
        UserError: if another program listens where this worker is to.
        WorkerLost: if not all came within ``seconds``, with those that did not.
    """
    deadline = time.monotonic() + seconds
    try:
        listening = socket.create_server(("", cluster.port))
    except (OSError, OverflowError) as error:
        raise UserError(
            f"worker {cluster.index}: {cluster.addresses[cluster.index]} cannot be bound "
            f"({getattr(error, 'strerror', None) or error}); stop what uses it, or give another port"
        ) from None
    with listening:
        if cluster.index == 0:
            _gather(cluster, listening, deadline, seconds)
    if cluster.index != 0:
        _report(cluster, deadline, seconds)


def _greeting(cluster: Cluster, index: int) -> bytes:
    """The message of worker ``index``; that of another training differs."""
    who = hashlib.sha256(" ".join(cluster.addresses).encode()).hexdigest()[:16]
    return f"{who} {index}\n".encode()


def _gather(cluster: Cluster, listening: socket.socket, deadline: float, seconds: float) -> None:
    expected = {_greeting(cluster, k): k for k in range(1, len(cluster.addresses))}
    arrived: dict[int, socket.socket] = {}
    try:
        while len(arrived) < len(expected):
            left = deadline - time.monotonic()
            missing = [k for k in expected.values() if k not in arrived]
            if left <= 0:
                raise WorkerLost(
                    f"worker {missing[0]} ({cluster.addresses[missing[0]]}) did not come within "
                    f"{seconds:g} s{f', nor did {len(missing) - 1} others' if missing[1:] else ''}; "
                    "start all workers together"
                )
            listening.settimeout(left)
            with suppress(OSError):  # of one visitor; the next may be a worker
                visitor, _ = listening.accept()
                visitor.settimeout(min(left, 5.0))
                index = expected.get(visitor.recv(64))
                if index is None:
                    visitor.close()
                else:
                    if index in arrived:  # it was started again
                        arrived[index].close()
                    arrived[index] = visitor
        for worker in arrived.values():
            with suppress(OSError):  # it left meanwhile: the first all-reduce will show it
                worker.sendall(_READY)
    finally:
        for worker in arrived.values():
            worker.close()


def _report(cluster: Cluster, deadline: float, seconds: float) -> None:
    host, _, port = cluster.addresses[0].rpartition(":")
    while (left := deadline - time.monotonic()) > 0:
        with (
            suppress(OSError),  # the chief is not there yet, or left
            socket.create_connection((host.strip("[]"), int(port)), timeout=left) as chief,
        ):
            chief.sendall(_greeting(cluster, cluster.index))
            if chief.recv(64) == _READY:
                return
        time.sleep(0.1)
    raise WorkerLost(
        f"worker {cluster.index}: the chief ({cluster.addresses[0]}) did not call all workers together "
        f"within {seconds:g} s; start all workers together, and see the chief's message"
    )
