"""A checkpoint is whole or noticed, and the last good one outlives whatever happens."""

import errno
import json
from pathlib import Path

import pytest

from zoo.backend import keras, tf
from zoo.errors import UserError, WorkerLost
from zoo.runs import checkpoints
from zoo.runs.checkpoint_files import best_step
from zoo.runs.checkpoints import (
    checkpoint_of,
    latest_checkpoint,
    restore_checkpoint,
    save_checkpoint,
)


def network(value: float, name: str = "generator") -> keras.Sequential:
    layer = keras.layers.Dense(3, kernel_initializer=keras.initializers.Constant(value), name="dense")
    return keras.Sequential([keras.Input((2,)), layer], name=name)


def save(folder: Path, *steps: int, keep: int = 9) -> None:
    for step in steps:
        items = {"generator": network(step), "discriminator": network(-step)}
        save_checkpoint(folder, step, items, {"seconds": step / 2}, keep)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_round_trip(tmp_path: Path) -> None:
    save(tmp_path, 3)
    checkpoint = latest_checkpoint(tmp_path)
    assert (checkpoint.step, checkpoint.state) == (3, {"seconds": 1.5})
    items = {"generator": network(0), "discriminator": network(0)}
    restore_checkpoint(checkpoint, items)
    assert [float(item.weights[0][0, 0]) for item in items.values()] == [3, -3]
    assert names(tmp_path) == ["step-00000003"]
    (tmp_path / "none").mkdir()
    assert latest_checkpoint(tmp_path / "none") is None


def test_generator_alone(tmp_path: Path) -> None:
    save(tmp_path, 3)
    checkpoint, generator = latest_checkpoint(tmp_path), network(0)
    restore_checkpoint(checkpoint, {"generator": generator}, partly=True)
    assert float(generator.weights[0][0, 0]) == 3
    with pytest.raises(UserError, match="does not fit this model"):
        restore_checkpoint(checkpoint, {"generator": generator})  # the whole is asked for
    wider = keras.Sequential([keras.Input((2,)), keras.layers.Dense(5)])
    with pytest.raises(UserError, match="does not fit this model") as raised:
        restore_checkpoint(checkpoint, {"generator": wider}, partly=True)
    assert "\n" not in str(raised.value)


def test_only_the_newest_stay(tmp_path: Path) -> None:
    save(tmp_path, 1, 2, 10, 11, keep=2)
    assert names(tmp_path) == ["step-00000010", "step-00000011"]
    save(tmp_path, 11, keep=1)  # the same step again
    assert names(tmp_path) == ["step-00000011"]


def test_only_the_writing_worker_writes(tmp_path: Path) -> None:
    read = save_checkpoint(tmp_path, 3, {"generator": network(3)}, {}, write=False)
    assert (read.step, names(tmp_path)) == (3, [])


def test_a_lost_worker_is_not_taken_for_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> None:
        raise tf.errors.UnavailableError(None, None, "Collective ops is aborted by: /job:worker/task:1: gone")

    monkeypatch.setattr("tensorflow.train.Checkpoint.write", lost)
    for write in (True, False):
        with pytest.raises(WorkerLost, match="worker 1 or the network was lost"):
            save_checkpoint(tmp_path, 3, {"generator": network(3)}, {}, write=write)
    assert names(tmp_path) == []


DAMAGE = {
    "truncated": ("weights.data-00000-of-00001", lambda content: content[:-1]),
    "altered": ("weights.data-00000-of-00001", lambda content: content[:-1] + bytes([content[-1] ^ 1])),
    "index": ("weights.index", lambda content: b""),
    "missing": ("weights.index", lambda content: None),
    "state cut": ("state.json", lambda content: content[:20]),
    "state missing": ("state.json", lambda content: None),
    "state of another": ("state.json", lambda content: b"[1, 2]"),
    "another step": ("state.json", lambda content: content.replace(b'"step": 2', b'"step": 7')),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_noticed_and_the_one_before_used(damage: str, tmp_path: Path) -> None:
    save(tmp_path, 1, 2)
    name, change = DAMAGE[damage]
    path = tmp_path / "step-00000002" / name
    content = change(path.read_bytes())
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.warns(UserWarning, match="step-00000002: damaged .* the one before"):
        assert latest_checkpoint(tmp_path).step == 1


@pytest.mark.parametrize("damage", DAMAGE)
def test_where_none_is_whole_nothing_restarts(damage: str, tmp_path: Path) -> None:
    save(tmp_path, 1, 2)
    name, change = DAMAGE[damage]
    for step in (1, 2):
        path = tmp_path / f"step-0000000{step}" / name
        content = change(path.read_bytes().replace(b'"step": 1', b'"step": 2'))
        path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(
        UserError, match=r"every checkpoint is damaged: step-00000002.*, step-00000001"
    ) as raised:
        latest_checkpoint(tmp_path)
    assert "start another run" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_lost_checkpoints_are_not_taken_for_a_young_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="none: cannot be read"):
        latest_checkpoint(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file: cannot be read"):
        latest_checkpoint(tmp_path / "file")
    (tmp_path / "best.json").write_text("{}")
    with pytest.raises(UserError, match=r"best\.json is there, but no checkpoint"):
        latest_checkpoint(tmp_path)


def test_a_checkpoint_of_a_newer_version_is_not_passed_over(tmp_path: Path) -> None:
    """What it has learned would be learned again."""
    save(tmp_path, 1, 2)
    state = tmp_path / "step-00000002" / "state.json"
    state.write_text(state.read_text().replace('"format": 1', '"format": 2'))
    for find in (latest_checkpoint, lambda folder: checkpoint_of(folder, 2)):
        with pytest.raises(UserError, match="step-00000002: state format 2 is newer than 1; update"):
            find(tmp_path)


def test_a_state_names_no_file_elsewhere(tmp_path: Path) -> None:
    save(tmp_path, 1)
    state = tmp_path / "step-00000001" / "state.json"
    written = json.loads(state.read_text())
    written["files"]["../../dev/zero"] = "0" * 64
    state.write_text(json.dumps(written))
    with pytest.raises(UserError, match="every checkpoint is damaged"):
        latest_checkpoint(tmp_path)


def test_a_best_checkpoint_that_is_gone_is_reported(tmp_path: Path) -> None:
    save(tmp_path, 1)
    (tmp_path / "best.json").write_text('{"metric": "l1", "step": 7, "value": NaN}')
    assert best_step(tmp_path) == 7
    with pytest.warns(UserWarning, match="step-00000007, the best checkpoint, is no longer there"):
        assert checkpoint_of(tmp_path, 7) is None
    (tmp_path / "best.json").write_text('{"metric": "l1"}')
    with pytest.raises(
        UserError, match=r"best\.json: .*'step' is a required property; .*`checkpoint` to last"
    ):
        best_step(tmp_path)


def test_damaged_ones_that_were_passed_over_do_not_count_as_kept(tmp_path: Path) -> None:
    save(tmp_path, 1, 8)
    (tmp_path / "step-00000008" / "weights.index").write_bytes(b"")
    save(tmp_path, 2, keep=1)
    with pytest.warns(UserWarning, match="step-00000008: damaged"):
        assert latest_checkpoint(tmp_path).step == 2


def no_space(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def no_space_in_tensorflow(*_: object, **__: object) -> None:
    raise tf.errors.ResourceExhaustedError(
        None,
        None,
        "{{function_node __wrapped__SaveV2}} /run/part-0; No space left on device [Op:SaveV2]\nmore",
    )


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ("zoo.runs.checkpoints._synchronise", no_space),
        ("tempfile.mkstemp", no_space),
        ("tensorflow.train.Checkpoint.write", no_space_in_tensorflow),
        ("os.replace", no_space),
    ],
)
def test_a_full_disk_keeps_the_last_good_one(
    target: str, fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path, 1)
    with monkeypatch.context() as patch:
        patch.setattr(target, fault)
        with pytest.raises(UserError, match="No space left on device") as raised:
            save(tmp_path, 2, keep=1)
    message = str(raised.value)
    assert "the one before, step-00000001, is intact" in message
    assert message.endswith("then `resume` it")
    assert "\n" not in message
    assert "{{" not in message
    assert names(tmp_path) == ["step-00000001"]
    assert latest_checkpoint(tmp_path).step == 1
    save(tmp_path, 2, keep=1)  # there is space again
    assert names(tmp_path) == ["step-00000002"]


def test_what_a_killed_save_left_is_not_a_checkpoint_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path, 1)
    left = tmp_path / ".step-00000002.tmp"
    left.mkdir()
    (left / "weights.index").write_bytes(b"half")
    assert latest_checkpoint(tmp_path).step == 1
    save(tmp_path, 3)
    assert names(tmp_path) == ["step-00000001", "step-00000003"]


def test_state_names_every_file_with_its_hash(tmp_path: Path) -> None:
    save(tmp_path, 1)
    folder = tmp_path / "step-00000001"
    state = json.loads((folder / "state.json").read_text())
    assert state["files"] == {
        name: checkpoints._hash(folder / name) for name in names(folder) if name != "state.json"
    }
