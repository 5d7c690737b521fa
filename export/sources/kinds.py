"""What a bundle can be made from, recognised by name and content, and the parameters of each."""

from enum import Enum
from pathlib import Path
from typing import Any

from zoo.errors import UserError


class Kind(Enum):
    """A kind of source; its value is how messages call it."""

    RUN = "a run"
    STATE_DICT = "a state dict"
    KERAS_FILE = "a Keras file"
    SAVED_MODEL = "a SavedModel"


_FOREIGN = (Kind.KERAS_FILE, Kind.SAVED_MODEL)
_CHOICE = (Kind.RUN, Kind.STATE_DICT, Kind.KERAS_FILE)
_PARAMETERS = {
    "signature": (Kind.RUN, Kind.STATE_DICT, Kind.SAVED_MODEL),
    "checkpoint": (Kind.RUN,),
    "size": (Kind.STATE_DICT, *_FOREIGN),
    "model": (Kind.STATE_DICT,),
    "attributes": (Kind.STATE_DICT,),
    "norm": (Kind.STATE_DICT,),
    "weights": (Kind.STATE_DICT,),
    "statistics": _CHOICE,
    "dropout": _CHOICE,
    "input_range": _FOREIGN,
    "output_range": _FOREIGN,
    "size_multiple": _FOREIGN,
    "input": _FOREIGN,
}
"""Parameters that not all sources have."""


def kind_of(source: Path) -> Kind:
    """Which kind of source ``source`` is.

    Raises:
        UserError: it does not exist, or is a folder that holds neither a run nor a model.
    """
    from export.foreign.folders import refuse_folder
    from zoo.data.listing import check_named
    from zoo.reference.file_kinds import check_no_tensorflow_checkpoint

    check_no_tensorflow_checkpoint(source)
    if not source.exists():
        check_named(source, "the model's file, or the folder of the run")
        raise UserError(f"{source} does not exist: name a training run, a model's file or a SavedModel")
    if source.suffix.lower() in (".keras", ".h5", ".hdf5") and not source.is_dir():
        return Kind.KERAS_FILE
    if (source / "saved_model.pb").is_file():
        return Kind.SAVED_MODEL
    if source.is_dir() and not (source / "config.json").exists():
        refuse_folder(source)
    return Kind.STATE_DICT if source.is_file() else Kind.RUN


def check_parameters(source: Path, kind: Kind, parameters: dict[str, Any]) -> None:
    """Refuse parameters that do not apply to this kind of source.

    Args:
        source: for the message.
        kind: of ``kind_of``.
        parameters: values by name; None, (), [], "auto" and "off" are not set.

    Raises:
        UserError: one is set that this kind of source does not have.
    """
    for name, kinds in _PARAMETERS.items():
        if kind not in kinds and parameters.get(name) not in (None, (), [], "auto", "off"):
            *others, last = (each.value for each in kinds)
            allowed = f"{', '.join(others)} or {last}" if others else last
            raise UserError(f"`{name}`: applies to {allowed}, and {source} is {kind.value}; leave it out")
