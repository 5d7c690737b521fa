"""Several workers are one training: the same weights, one decision, and nobody waits forever."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from worker_script import train, written

from zoo.backend import tf
from zoo.engine import strategy as strategies
from zoo.engine.cluster import any_worker, chief_first, is_chief, lost_workers_reported, same_on_all, workers
from zoo.engine.rendezvous import Cluster, find_cluster, meet
from zoo.errors import UserError, WorkerLost
from zoo.training.launcher import free_ports

ROOT = Path(__file__).parents[2]
SCRIPT = [sys.executable, str(ROOT / "tests/helpers/worker_script.py")]
TWO = ["a:1", "b:2"]


def tf_config(cluster: object, task: object = None) -> dict[str, str]:
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": task})}


def slurm(**changes: str) -> dict[str, str]:
    step = {
        "SLURM_STEP_NODELIST": "n[9-10],gpu-a",
        "SLURM_STEP_TASKS_PER_NODE": "2(x2),1",
        "SLURM_STEP_NUM_TASKS": "5",
        "SLURM_PROCID": "2",
        "SLURM_JOB_ID": "1",
    }
    return {name: value for name, value in {**step, **changes}.items() if value}


def test_the_workers_of_tf_config() -> None:
    assert find_cluster(tf_config({"worker": TWO}, {"type": "worker", "index": 1})) == Cluster(
        ("a:1", "b:2"), 1
    )
    with_chief = {"worker": TWO, "chief": ["c:3"]}
    everyone = ("c:3", "a:1", "b:2")
    assert find_cluster(tf_config(with_chief, {"type": "worker", "index": 1})) == Cluster(everyone, 2)
    assert find_cluster(tf_config(with_chief, {"type": "chief", "index": "0"})) == Cluster(everyone, 0)
    assert find_cluster({}) is None
    assert find_cluster({"TF_CONFIG": '{"environment": "cloud"}'}) is None


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"TF_CONFIG": "{'cluster"}, ["cannot be read as JSON", "launch_local"]),
        (tf_config({"worker": "a:1"}), ["not a table of addresses", "launch_local"]),
        (tf_config({"worker": ["a"]}), ['["a"]', "not a table of addresses"]),
        (tf_config({"worker": TWO, "ps": TWO}), ["'ps'", "only chief and worker"]),
        (tf_config({"worker": TWO}), ["task null", "launch_local"]),
        (tf_config({"worker": TWO}, {"type": ["worker"], "index": 0}), ["names no worker", "launch_local"]),
        (tf_config({"worker": TWO}, {"type": "worker"}), ["names no worker", "launch_local"]),
        (tf_config({"worker": TWO}, {"type": "worker", "index": 2}), ["index 2", "has 2 of type worker"]),
    ],
)
def test_a_wrong_tf_config(environment: dict[str, str], words: list[str]) -> None:
    is_one_line(words, find_cluster, environment)


def test_the_tasks_of_slurm_in_its_own_order() -> None:
    """TensorFlow's resolver would put n10 before n9, and find nobody on a machine without GPUs."""
    addresses = ("n9:12016", "n9:12017", "n10:12016", "n10:12017", "gpu-a:12016")
    assert find_cluster(slurm()) == Cluster(addresses, 2)
    two_dimensions = slurm(SLURM_STEP_NODELIST="r[1-2]n[08,11]", SLURM_STEP_TASKS_PER_NODE="1(x4)")
    cluster = find_cluster({**two_dimensions, "SLURM_STEP_NUM_TASKS": "4"})
    assert [address.split(":")[0] for address in cluster.addresses] == ["r1n08", "r1n11", "r2n08", "r2n11"]
    assert find_cluster({**slurm(), **tf_config({"worker": TWO}, {"type": "worker", "index": 0})}).index == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SLURM_PROCID": ""}, ["SLURM_PROCID", "srun"]),
        ({"SLURM_STEP_NODELIST": "n[1-"}, ["TF_CONFIG"]),
        ({"SLURM_STEP_TASKS_PER_NODE": "many"}, ["'many'", "TF_CONFIG"]),
        ({"SLURM_STEP_NUM_TASKS": "7"}, ["task 2 of 7, on 3 nodes with 2, 2, 1 tasks", "TF_CONFIG"]),
        ({"SLURMD_NODENAME": "n9"}, ["runs on n9, not on n10", "--distribution=block"]),
    ],
)
def test_a_wrong_slurm_step(changes: dict[str, str], words: list[str]) -> None:
    is_one_line(words, find_cluster, slurm(**changes))


def test_options_that_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TF_CONFIG", "SLURM_STEP_NUM_TASKS"):
        monkeypatch.delenv(name, raising=False)
    is_one_line(["TF_CONFIG", "recipes.launch_local"], strategies.make_strategy, "multiworker")
    clusters = []
    monkeypatch.setattr(strategies, "_multiworker", clusters.append)
    for name, value in slurm().items():
        monkeypatch.setenv(name, value)
    strategies.make_strategy("auto")
    assert [cluster.index for cluster in clusters] == [2]  # several tasks: auto takes them
    is_one_line(["`logical_devices` 2", "leave it out"], strategies.make_strategy, "auto", 2)
    monkeypatch.setenv("SLURM_STEP_NUM_TASKS", "1")
    monkeypatch.setenv("SLURM_STEP_NODELIST", "n1")
    monkeypatch.setenv("SLURM_STEP_TASKS_PER_NODE", "1")
    monkeypatch.setenv("SLURM_PROCID", "0")
    assert workers(strategies.make_strategy("auto")) == 1
    assert len(clusters) == 1


def is_one_line(words: list[str], function, *arguments: object) -> None:
    with pytest.raises(UserError) as raised:
        function(*arguments)
    message = str(raised.value)
    assert "\n" not in message
    assert [word for word in words if word not in message] == []


def local(count: int) -> list[Cluster]:
    addresses = tuple(f"127.0.0.1:{port}" for port in free_ports(count))
    return [Cluster(addresses, index) for index in range(count)]


def test_workers_meet_whoever_comes_first_and_whoever_else_calls() -> None:
    clusters, met = local(3), []

    def one(cluster: Cluster) -> None:
        meet(cluster, 20)
        met.append(cluster.index)

    threads = [threading.Thread(target=one, args=(cluster,)) for cluster in clusters]
    threads[2].start()
    time.sleep(0.3)
    threads[0].start()
    time.sleep(0.3)
    with socket.create_connection(("127.0.0.1", clusters[0].port)) as stranger:
        stranger.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert stranger.recv(64) == b""
    assert met == []  # worker 1 is still missing
    threads[1].start()
    for thread in threads:
        thread.join(20)
    assert sorted(met) == [0, 1, 2]
    socket.create_server(("", clusters[0].port)).close()  # free again, for TensorFlow


def test_a_worker_that_does_not_come_is_named() -> None:
    clusters, waited = local(3), []

    def one() -> None:
        try:
            meet(clusters[1], 1.5)
        except WorkerLost as error:
            waited.append(str(error))

    other = threading.Thread(target=one)
    other.start()
    chief, _, absent = clusters[0].addresses
    with pytest.raises(WorkerLost, match=rf"^worker 2 \({absent}\) did not come within 1 s; "):
        meet(clusters[0], 1)
    other.join()
    assert waited[0].startswith(f"worker 1: the chief ({chief}) did not call all workers together")


def test_an_address_in_use_is_named() -> None:
    _, second = local(2)
    with socket.create_server(("", second.port)):
        is_one_line([f"worker 1: {second.addresses[1]}", "Address already in use"], meet, second)


def test_one_process_agrees_with_itself() -> None:
    strategy = strategies.make_strategy("one")
    assert (workers(strategy), is_chief(strategy)) == (1, True)
    assert any_worker(strategy, True)
    assert not any_worker(strategy, False)
    assert same_on_all(strategy, -3)
    with pytest.raises(ZeroDivisionError), chief_first(strategy):
        1 / 0  # noqa: B018


def test_a_fault_of_this_worker_is_not_blamed_on_another() -> None:
    with pytest.raises(tf.errors.UnavailableError), lost_workers_reported():
        raise tf.errors.UnavailableError(None, None, "a file server is away")
    with pytest.raises(tf.errors.ResourceExhaustedError), lost_workers_reported():
        raise tf.errors.ResourceExhaustedError(None, None, "Collective ops is aborted by: no memory")
    message = "Collective ops is aborted by: Deadline\n\nRPC: /tensorflow.CoordinationService/Heartbeat"
    with pytest.raises(WorkerLost, match=r"^worker 0 or the network was lost; "), lost_workers_reported():
        raise tf.errors.DeadlineExceededError(None, None, message)


def start(folder: Path, *options: str) -> list[subprocess.Popen]:
    addresses = list(local(2)[0].addresses)
    return [
        subprocess.Popen(
            [*SCRIPT, str(folder), *options],
            env={**os.environ, **tf_config({"worker": addresses}, {"type": "worker", "index": index})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for index in range(2)
    ]


def wait_for(process: subprocess.Popen, line: str) -> None:
    for printed in process.stdout:
        if printed.strip() == line:
            return
    raise AssertionError(f"{line!r} never came: {process.stderr.read()}")


@pytest.mark.slow
def test_two_workers_give_the_weights_of_one_and_stop_together(tmp_path: Path) -> None:
    two = start(tmp_path / "two")
    assert [(process.communicate()[1], process.returncode) for process in two] == [("", 0)] * 2
    one = train(strategies.make_strategy("one"), tmp_path / "one", 20)
    for index in range(2):
        weights = written(tmp_path / "two", index)
        assert set(weights) == set(one)
        for name, expected in one.items():
            np.testing.assert_allclose(weights[name], expected, rtol=0, atol=1e-9)
    assert (tmp_path / "two" / "checkpoints" / "step-00000020").is_dir()

    two = start(tmp_path / "stopped", "--steps", "1000", "--delay", "0.05")
    wait_for(two[1], "step 3")
    two[1].send_signal(signal.SIGTERM)
    for process in two:
        process.communicate(timeout=30)
    assert [process.returncode for process in two] == [0, 0]
    stopped = [int(written(tmp_path / "stopped", index)["step"]) for index in range(2)]
    assert 3 <= stopped[0] == stopped[1] < 1000


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 1])
def test_the_survivor_of_a_kill_says_so_and_ends(victim: int, tmp_path: Path) -> None:
    two = start(tmp_path, "--steps", "1000", "--delay", "0.05")
    survivor = two[1 - victim]
    wait_for(survivor, "step 3")
    two[victim].kill()
    error = survivor.communicate(timeout=60)[1]
    two[victim].communicate()
    assert survivor.returncode == 75
    assert re.fullmatch(
        rf"error: worker {victim} or the network was lost; start all workers again with --resume auto\n",
        error,
    )


@pytest.mark.slow
def test_nobody_waits_for_a_chief_that_failed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    chief, other = start(tmp_path / "file")  # a folder cannot be created there
    assert "file/checkpoints: Not a directory" in chief.communicate(timeout=60)[1]
    assert other.communicate(timeout=60)[1] == "error: worker 1: the chief failed; see its message\n"
    assert (chief.returncode, other.returncode) == (2, 2)
