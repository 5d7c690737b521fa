"""What a folder is that is neither a training run nor a SavedModel, and what to name in its place."""

from pathlib import Path

from zoo.errors import UserError

_SAVE = (
    "build the network there, load the weights, and save it whole (model.save, or model.export(DIRECTORY))"
)
_MODELS = (".keras", ".h5", ".hdf5", ".pth", ".pt", ".ckpt")
_LOOKED_AT = 1000  # entries of a folder


def refuse_folder(folder: Path) -> None:
    """Say what a folder without ``config.json`` and ``saved_model.pb`` is.

    Raises:
        UserError: it is something that is known; nothing is raised otherwise.
    """
    try:
        names = sorted(path.name for _, path in zip(range(_LOOKED_AT), folder.iterdir(), strict=False))
    except OSError as error:
        raise UserError(f"{folder} cannot be read ({error.strerror}): check its permissions") from None
    if "contract.json" in names:
        raise UserError(f"{folder} is a bundle already: python -m export verify {folder} verifies it")
    if any(name.endswith(".index") for name in names) and any(".data-0" in name for name in names):
        raise UserError(f"{folder} holds a TensorFlow checkpoint, which has weights and no network: {_SAVE}")
    if "variables" in names or "keras_metadata.pb" in names or "saved_model.pbtxt" in names:
        raise UserError(f"{folder} is a SavedModel without its saved_model.pb: copy the folder whole")
    inside = [name for name in names if (folder / name / "saved_model.pb").is_file()]
    if inside:
        raise UserError(f"{folder} holds SavedModels: name one, such as {folder / inside[0]}")
    files = [name for name in names if name.lower().endswith(_MODELS)]
    if files:
        raise UserError(
            f"{folder} is not a training run: name the generator's file in it, such as {folder / files[0]}"
        )
