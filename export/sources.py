"""What a bundle can be made of: a training run, a PyTorch reference's file, a model made elsewhere."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from export.bundle import NOTHING_MORE, Extras, check_target, write_bundle
from export.contract import from_inference
from export.verify import differs
from zoo.attributes import Attribute
from zoo.errors import UserError
from zoo.runs.run_files import read_run_file
from zoo.runs.sample_inputs import sample_inputs

if TYPE_CHECKING:
    from export.foreign.exportable import Meaning


def export_run(
    run: Path,
    output: Path | None = None,
    statistics: str = "auto",
    checkpoint: str = "auto",
    extras: Extras = NOTHING_MORE,
    say: Callable[[str], None] = lambda line: None,
    signature: str | None = None,
    dropout: bool = False,
) -> Path:
    """Write the bundle of a run's model in one of its signatures and return its directory.

    Args:
        run: directory of a training.
        output: where the bundle goes; by default ``RUN/bundle`` for the usual signature, and
            ``RUN/bundle-NAME`` for another.
        statistics: "auto", "image" or "moving", see ``zoo.inference.trained``.
        checkpoint: "auto", "last" or "best", see there too.
        extras: see ``Extras``.
        say: receives one line a step, and what was measured and written at the end.
        signature: its name; by default the usual one.
        dropout: draw it anew at each call, see ``zoo.inference.trained``.

    Raises:
        UserError: as ``write_bundle``, and where ``run`` cannot be exported.
    """
    run = Path(run)
    if not run.is_dir():
        raise UserError(f"{run} is no directory: name a training run")
    if output is None:
        output = run / ("bundle" if signature is None or signature == _usual(run) else f"bundle-{signature}")
    output = Path(output)
    check_target(output)
    evaluation = _evaluation(run / "evaluation.json")
    say(f"{run}: loading the trained generator")
    from zoo.inference.trained import load_inference

    source = from_inference(load_inference(run, signature, statistics, checkpoint, dropout))
    contract = write_bundle(source, output, sample_inputs(run), extras, evaluation, say)
    _say_what_was_written(contract, output, say)
    return output


def export_checkpoint(
    file: Path,
    output: Path,
    model: str | None = None,
    signature: str | None = None,
    size: tuple[int, int] | None = None,
    attributes: tuple[Attribute, ...] = (),
    statistics: str = "auto",
    extras: Extras = NOTHING_MORE,
    say: Callable[[str], None] = lambda line: None,
    dropout: bool = False,
    norm: str | None = None,
    weights: str | None = None,
) -> Path:
    """Write the bundle of a generator that a PyTorch reference saved and return its directory.

    Args:
        file, model, signature, size, attributes, statistics, dropout, norm, weights: see
            ``zoo.inference.reference_checkpoint``.
        output: where the bundle goes.
        extras, say: as ``export_run``.

    Raises:
        UserError: as ``write_bundle``, and where the file holds no generator that is known.
    """
    output = Path(output)
    check_target(output)
    say(f"{file}: reading its tensors")
    from zoo.inference.reference_checkpoint import load_checkpoint

    inference = load_checkpoint(file, model, signature, size, attributes, statistics, dropout, norm, weights)
    source = inference.provenance
    say(
        f"a {source['network']}, of {source['parameters']:,} parameters, pictures of "
        f"{inference.size[0]}x{inference.size[1]} (height x width), {inference.statistics} statistics"
    )
    say(f"assumed, because no tensor shows it: {source['assumed']}")
    if "left_out" in source:
        say(f"left out: {source['left_out']}")
    contract = write_bundle(from_inference(inference), output, None, extras, None, say)
    _say_what_was_written(contract, output, say)
    return output


def export_foreign(
    path: Path,
    output: Path,
    meaning: "Meaning | None" = None,
    signature: str | None = None,
    statistics: str = "auto",
    extras: Extras = NOTHING_MORE,
    say: Callable[[str], None] = lambda line: None,
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
        extras, say: as ``export_run``.
        dropout: of a Keras file: draw it anew at each call.

    Raises:
        UserError: as ``write_bundle``, and where ``path`` holds no generator that can be read.
    """
    path, output = Path(path), Path(output)
    check_target(output)
    say(f"{path}: loading the generator")
    from export.foreign.exportable import Meaning, describe_network
    from export.foreign.keras_file import load_keras_file
    from export.foreign.saved_model import load_saved_model
    from zoo.backend import tf

    network = (
        load_saved_model(path, signature) if path.is_dir() else load_keras_file(path, statistics, dropout)
    )
    try:
        source = describe_network(network, path.stem, meaning or Meaning(), say)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    multiple = source.sides.multiple
    size = f"any size, inside multiples of {multiple}" if source.any_size else "x".join(map(str, source.size))
    say(f"pictures of {size}, {source.statistics} statistics; assumed: {source.provenance['assumed']}")
    try:
        contract = write_bundle(source, output, None, extras, None, say)
    except (UserError, OSError, MemoryError, tf.errors.ResourceExhaustedError):
        raise
    except Exception as error:  # libraries raise whatever they meet in a network that is not ours
        said = " ".join(str(error).split())[:200]
        raise UserError(
            f"{path}: it cannot be written as ONNX ({type(error).__name__}: {said}): make the model with "
            "usual layers"
        ) from error
    _say_what_was_written(contract, output, say)
    return output


def _say_what_was_written(contract: dict[str, Any], output: Path, say: Callable[[str], None]) -> None:
    for artifact in (*contract["artifacts"].values(), *contract["variants"].values()):
        say(f"{artifact['path']}: largest difference {differs(artifact['measured'])}")
    say(f"written: {output}")
    for name in sorted(path.name + "/" * path.is_dir() for path in output.iterdir()):
        say(f"  {name}")


def _usual(run: Path) -> str:
    from zoo.inference.trained import signatures_of

    return signatures_of(run)[0]


def _evaluation(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    remedy = "remove it or evaluate again"
    found = read_run_file(path, "evaluation", remedy=remedy)
    for name in ("step", "n", "size", "figures"):
        if name not in found:
            raise UserError(f"{path}: {name} is missing; {remedy}")
    return found
