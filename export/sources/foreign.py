"""The bundle of a generator that another project trained: a Keras file or a SavedModel."""

from pathlib import Path

from export.bundle import NOTHING_MORE, Extras, check_target, say_what_was_written, write_bundle
from export.foreign.exportable import describe_network
from export.foreign.keras_file import load_keras_file
from export.foreign.meaning import Meaning
from export.foreign.saved_model import load_saved_model
from zoo.backend import tf
from zoo.errors import UserError
from zoo.listener import SILENT, Listener
from zoo.renamed import former_arguments


@former_arguments(say="listener")
def export_foreign(
    path: Path,
    output: Path,
    meaning: Meaning | None = None,
    signature: str | None = None,
    statistics: str = "auto",
    extras: Extras = NOTHING_MORE,
    listener: Listener = SILENT,
    dropout: bool = False,
) -> Path:
    """Write the bundle of a generator that another project trained and return its directory.

    Args:
        path: a Keras 2 file (.keras, .h5, .hdf5), of which nothing is executed; or the directory of a
            SavedModel, which is a program and is run.
        output: where the bundle goes.
        meaning: what no file says of its inputs and outputs; by default the usual.
        signature: of a SavedModel that has several; a Keras file has none.
        statistics: of a Keras file's batch normalisations: "auto" (as the file calls each), "moving" or
            "image"; a SavedModel leaves no choice.
        extras, listener: as ``export_run``.
        dropout: of a Keras file: redraw it at each call.

    Raises:
        UserError: as ``write_bundle``, and where ``path`` holds no generator that can be read.
    """
    path, output = Path(path), Path(output)
    check_target(output)
    listener.say(f"{path}: loading the generator")
    network = (
        load_saved_model(path, signature) if path.is_dir() else load_keras_file(path, statistics, dropout)
    )
    try:
        source = describe_network(network, path.stem, meaning or Meaning(), listener)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    multiple = source.sides.multiple
    size = f"any size, inside multiples of {multiple}" if source.any_size else "x".join(map(str, source.size))
    listener.say(f"images of {size}, {source.statistics} statistics; assumed: {source.provenance['assumed']}")
    try:
        contract = write_bundle(source, output, None, extras, None, listener)
    except (UserError, OSError, MemoryError, tf.errors.ResourceExhaustedError):
        raise
    except Exception as error:  # libraries raise whatever they meet in a network that is not ours
        reason = " ".join(str(error).split())[:200]
        raise UserError(
            f"{path}: it cannot be written as ONNX ({type(error).__name__}: {reason}): make the model with "
            "usual layers"
        ) from error
    say_what_was_written(contract, output, listener)
    return output
