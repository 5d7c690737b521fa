"""A run directory: everything that a training writes and a later command needs."""

import datetime
import json
import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from zoo.errors import UserError
from zoo.files import read_json, write_json

FORMAT = 1
FOLDERS = ("checkpoints", "samples", "logs")


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
        """Make the directory with its ``config.json``, whole or not at all.

        Raises:
            UserError: if it exists and is not empty, or cannot be made.
        """
        path = Path(path)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise UserError(f"{path}: already there; go on with --resume, or choose another --run")
        config = {
            "format": FORMAT,
            **config,
            "versions": versions(),
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        }
        there = path.is_dir()  # and empty; it may be the working directory, so it is filled, not replaced
        temporary = path / ".new.tmp" if there else path.with_name(f".{path.name}.tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            for folder in FOLDERS:
                (temporary / folder).mkdir(parents=True)
            write_json(temporary / "config.json", config)
            if there:
                for name in (*FOLDERS, "config.json"):
                    os.replace(temporary / name, path / name)
                temporary.rmdir()
            else:
                os.replace(temporary, path)
        except BaseException as error:
            shutil.rmtree(temporary, ignore_errors=True)
            if not isinstance(error, OSError):
                raise
            raise UserError(
                f"--run {path}: cannot be made ({error.strerror}); choose a place you can write to"
            ) from None
        return cls(path, config)

    def update(self, **changes: Any) -> None:
        """Write ``config.json`` anew where ``changes`` differ from it, as when a run is made longer."""
        config = {**self.config, **json.loads(json.dumps(changes))}
        if config != self.config:
            write_json(self.path / "config.json", config)
            self.config = config

    @classmethod
    def open(cls, path: Path, model: str | None = None) -> "RunDirectory":
        """Open an existing run.

        Args:
            path: the directory.
            model: the model that it must belong to, if it matters.

        Raises:
            UserError: if it is no run directory, of a newer format, or another model's.
        """
        path = Path(path)
        if not path.is_dir():
            raise UserError(f"{path}: no such run directory; give the --run of a training")
        if not (path / "config.json").is_file():
            raise UserError(f"{path}: not a run directory (no config.json); give the --run of a training")
        config = read_json(path / "config.json")
        kinds = {"format": int, "model": str, "configuration": dict}
        values = config if isinstance(config, dict) else {}
        for key, kind in kinds.items():
            if not isinstance(values.get(key), kind):
                raise UserError(f"{path}/config.json: no {key!r}; not written by a training of this project")
        if config["format"] > FORMAT:
            raise UserError(
                f"{path}: run format {config['format']} is newer than {FORMAT}; update this project"
            )
        if model is not None and config["model"] != model:
            raise UserError(
                f"{path}: this run belongs to the model {config['model']}, not to {model}; "
                "choose another --run"
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


def versions() -> dict[str, str]:
    """Versions of what decides the numbers: Python and the packages that compute."""
    found = {"python": platform.python_version()}
    for package in ("tensorflow", "keras", "tf-keras", "numpy", "pillow", "scikit-learn", "onnx", "tf2onnx"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
