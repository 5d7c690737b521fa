"""A run directory: everything that a training writes and a later command needs."""

import datetime
import json
import os
import platform
import re
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from zoo.errors import UserError
from zoo.io.files import finite_or_none, write_json
from zoo.io.limits import JSON_BYTES
from zoo.io.schemas import check, schema
from zoo.models import registry
from zoo.runs.lock import LOCK
from zoo.runs.run_files import read_run_file

FORMAT = 2  # 2: a CycleGAN's weight_identity is no longer a share of weight_cycle
CONFIG = "config.json"
FOLDERS = ("checkpoints", "samples", "logs")
_REMEDY = "copy it back from a backup, or start another run"
_ALSO_WRITTEN_BESIDE = (".report.html.", ".notes.md.")  # by a command that takes no lock
_AT_WORK = 60.0  # seconds: a file is written within milliseconds


class RunDirectory:
    """Paths and configuration of one run.

    Attributes:
        path: the directory.
        config: what ``config.json`` holds: model, recipe, configuration, training, data,
            versions, hardware, strategy, precision, command, date.
    """

    def __init__(self, path: Path, config: dict[str, Any]) -> None:
        self.path = Path(path)
        self.config = config

    @classmethod
    def create(cls, path: Path, config: dict[str, Any]) -> "RunDirectory":
        """Create the directory with its ``config.json``, which comes last: without it there is no run.

        Raises:
            UserError: if it exists and is not empty, or cannot be created; or ``config`` is not what can be
                read again.
        """
        path = Path(path)
        check_name(path)
        if is_taken(path):
            raise UserError(f"{path}: already exists; `resume` it, or choose another `run`")
        config = {
            "format": FORMAT,
            **config,
            "versions": versions(),
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        }
        is_new = not path.exists()
        config = _checked(config, path)
        try:
            for folder in FOLDERS:
                (path / folder).mkdir(parents=True, exist_ok=True)
            remove_leftovers(path)
            write_json(path / CONFIG, config)
        except BaseException as error:
            for folder in [*(path / name for name in FOLDERS), *([path] if is_new else [])]:
                with suppress(OSError):
                    folder.rmdir()
            if not isinstance(error, OSError):
                raise
            raise UserError(
                f"`run` {path}: cannot be created ({error.strerror}); choose a place you can write to"
            ) from None
        return cls(path, config)

    def update(self, **changes: Any) -> None:
        """Write ``config.json`` again where ``changes`` differ from it, as when a run gets more steps."""
        config = _checked({**self.config, **changes}, self.path)
        if config != self.config:
            write_json(self.path / CONFIG, config)
            self.config = config

    @classmethod
    def open(cls, path: Path, model: str | None = None) -> "RunDirectory":
        """Open an existing run.

        Args:
            path: the directory.
            model: the model that it must belong to, if it matters.

        Raises:
            UserError: if it is not a run directory, of a newer format, or another model's; or its
                ``config.json`` is damaged.
        """
        path = Path(path)
        if not path.is_dir():
            raise UserError(f"{path}: no such run directory; give the `run` of a training")
        check_name(path)
        if not (path / CONFIG).is_file():
            raise UserError(f"{path}: not a run directory (no {CONFIG}); give the `run` of a training")
        config = read_run_file(path / CONFIG, "run", FORMAT, _REMEDY)
        config |= {"format": FORMAT, "configuration": upgraded_configuration(config)}
        if model is not None and config["model"] != model:
            raise UserError(
                f"{path}: this run belongs to the model {config['model']}, not to {model}; "
                "choose another `run`"
            )
        return cls(path, config)

    def check_writable(self) -> None:
        """Raise ``UserError`` if nothing can be written into the directory."""
        if not os.access(self.path, os.W_OK):
            raise UserError(f"{self.path}: not writable; choose a place you can write to")

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def samples(self) -> Path:
        return self.path / "samples"


def _checked(config: dict[str, Any], path: Path) -> dict[str, Any]:
    """``config`` as it will be read again, or ``UserError`` if it could not be."""
    text = json.dumps(finite_or_none(config), indent=2)
    if len(text) > JSON_BYTES:
        raise UserError(
            f"`run` {path}: {CONFIG} would have {len(text):,} bytes, more than the {JSON_BYTES:,} that are "
            "read; leave out fewer images, or give shorter options"
        )
    config = json.loads(text)
    check(config, "run", f"`run` {path}", "give another value")
    return config


def check_values(values: Mapping[str, Any]) -> None:
    """Raise ``UserError`` for a value that ``config.json`` may not have, by its name.

    Args:
        values: of a model's configuration and of its training, by name; None for what is not known yet.
    """
    training = schema("run")["properties"]["training"]["properties"]
    for name, value in values.items():
        if value is not None:
            part = "training" if name in training else "configuration"
            least = {"format": FORMAT, "model": "", "configuration": {}}
            field = f"`{name}`"
            check({**least, part: json.loads(json.dumps({name: value}))}, "run", field, "give another value")


def check_name(path: Path) -> None:
    """Raise ``UserError`` if TensorFlow cannot name files in ``path``, which must be UTF-8 for it."""
    whole = path.resolve()
    try:
        str(whole).encode()
    except UnicodeEncodeError:
        raise UserError(
            f"{whole}: the name is not UTF-8, which TensorFlow needs; rename it, or choose another `run`"
        ) from None


def is_taken(path: Path) -> bool:
    """Whether something is at ``path`` besides an empty directory and what a killed ``create`` leaves."""
    if not path.is_dir():
        return path.exists() or path.is_symlink()
    return not all(
        entry.name == LOCK
        or _is_leftover(entry.name)
        or (entry.name in FOLDERS and entry.is_dir() and not any(entry.iterdir()))
        for entry in path.iterdir()
    )


def remove_leftovers(run: Path) -> None:
    """Remove what a killed training was just writing; the caller holds the lock of ``run``."""
    for folder in (run, *(run / name for name in FOLDERS)):
        for path in folder.iterdir() if folder.is_dir() else ():
            if not _is_leftover(path.name):
                continue
            with suppress(OSError):  # another command has finished it
                also_by_others = path.name.startswith(_ALSO_WRITTEN_BESIDE)
                if also_by_others and time.time() - path.stat().st_mtime < _AT_WORK:
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def _is_leftover(name: str) -> bool:
    """Whether it is a temporary name of this project's files and folders."""
    return re.fullmatch(r"\.(new|step-[0-9]+|.{1,40}\.[a-z0-9_]{8})\.tmp", name, re.DOTALL) is not None


def versions() -> dict[str, str]:
    """Versions of what decides the numbers: Python and the packages that compute."""
    numbers = {"python": platform.python_version()}
    for package in ("tensorflow", "keras", "tf-keras", "numpy", "pillow", "scikit-learn", "onnx", "tf2onnx"):
        try:
            numbers[package] = version(package)
        except PackageNotFoundError:
            continue
    return numbers


def upgraded_configuration(config: Mapping[str, Any]) -> dict[str, Any]:
    """The model's configuration that a ``config.json`` of any format has, as this format says it."""
    for model in registry.models():
        if model.name == config["model"]:
            return model.upgrade(config["format"], config["configuration"])
    return config["configuration"]
