"""The bundle of a generator that a PyTorch reference saved."""

from pathlib import Path

from export.bundle import NOTHING_MORE, Extras, check_target, say_what_was_written, write_bundle
from export.contract import from_inference
from zoo.attributes import Attribute
from zoo.inference.reference_checkpoint import load_checkpoint
from zoo.listener import SILENT, Listener
from zoo.renamed import former_arguments


@former_arguments(usage="signature", say="listener")
def export_checkpoint(
    file: Path,
    output: Path,
    model: str | None = None,
    signature: str | None = None,
    size: tuple[int, int] | None = None,
    attributes: tuple[Attribute, ...] = (),
    statistics: str = "auto",
    extras: Extras = NOTHING_MORE,
    listener: Listener = SILENT,
    dropout: bool = False,
    norm: str | None = None,
    weights: str | None = None,
) -> Path:
    """Write the bundle of a generator that a PyTorch reference saved and return its directory.

    Args:
        file, model, signature, size, attributes, statistics, dropout, norm, weights: see
            ``zoo.inference.reference_checkpoint``.
        output: where the bundle goes.
        extras, listener: as ``export_run``.

    Raises:
        UserError: as ``write_bundle``, and where the file holds no generator that is known.
    """
    output = Path(output)
    check_target(output)
    listener.say(f"{file}: reading its tensors")
    inference = load_checkpoint(file, model, signature, size, attributes, statistics, dropout, norm, weights)
    source = inference.provenance
    listener.say(
        f"a {source['network']}, of {source['parameters']:,} parameters, images of "
        f"{inference.size[0]}x{inference.size[1]} (height x width), {inference.statistics} statistics"
    )
    listener.say(f"assumed, because no tensor shows it: {source['assumed']}")
    if "left_out" in source:
        listener.say(f"left out: {source['left_out']}")
    contract = write_bundle(from_inference(inference), output, None, extras, None, listener)
    say_what_was_written(contract, output, listener)
    return output
