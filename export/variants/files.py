"""Files of a bundle's folder ``variants/``, each with one variant or several joined."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from export.variants import registry
from export.variants.variant import Variant
from zoo.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import onnx

    from export.contract import Exportable

FOLDER = "variants"
CALIBRATION = 32  # examples at most


@dataclass(frozen=True)
class VariantFile:
    """One file, such as ``variants/int8+uint8-io.onnx``.

    Attributes:
        variants: what it is, in the order of the registry.
    """

    variants: tuple[Variant, ...]

    @property
    def name(self) -> str:
        return "+".join(each.name for each in self.variants)

    @property
    def meaning(self) -> str:
        """What contract and card say of it."""
        if len(self.variants) == 1:
            return self.variants[0].meaning
        return f"{' and '.join(each.name for each in self.variants)} at once"

    @property
    def tolerance(self) -> dict[str, float]:
        return dict(self.variants[0].tolerance)

    @property
    def needs_examples(self) -> bool:
        return any(each.needs_examples for each in self.variants)


def parse_variants(text: str) -> tuple[VariantFile, ...]:
    """``"float16,int8+uint8-io"`` as files. "nhwc" is the bundle's own file, so it adds none.

    Raises:
        UserError: an unknown variant, or two precisions joined.
    """
    files = []
    for joined in filter(None, (each.strip() for each in text.split(","))):
        names = {name for name in joined.split("+") if name != "nhwc"}
        if unknown := names - {each.name for each in registry.VARIANTS}:
            raise UserError(
                f"`variants` {joined}: {min(unknown)!r} is unknown; choose from "
                f"{', '.join(each.name for each in registry.VARIANTS)}, or join some, such as int8+uint8-io"
            )
        variants = tuple(each for each in registry.VARIANTS if each.name in names)
        precisions = [each.name for each in variants if each.is_precision]
        if len(precisions) > 1:
            raise UserError(
                f"`variants` {joined}: {' and '.join(precisions)} exclude each other; name two variants"
            )
        if variants:
            files.append(VariantFile(variants))
    return tuple(dict.fromkeys(files))


def write_variants(
    files: tuple[VariantFile, ...],
    source: "Exportable",
    model: "onnx.ModelProto",
    bundle: Path,
    pictures: "Mapping[str, np.ndarray] | None",
) -> dict[str, Any]:
    """Write ``variants/NAME.onnx`` each, and return what contract.json says of them but their errors.

    Args:
        files: which.
        source: with the ports of the bundle's own file.
        model: of ``network_graph``; not changed.
        bundle: its folder.
        pictures: uint8 (N, H, W, C) by domain, for variants that need examples.

    Raises:
        UserError: a variant needs example images, and there are none.
    """
    import onnx

    from export.golden import golden_inputs
    from export.onnx.conversion import OPSET, write_onnx

    for file in files:
        if file.needs_examples and source.pictures and not pictures:
            raise UserError(
                f"`variants` {file.name}: it is calibrated on images like those it will see; give `pictures`"
            )
    (bundle / FOLDER).mkdir()
    descriptions: dict[str, Any] = {}
    for file in files:
        graph, ports = onnx.ModelProto.FromString(model.SerializeToString()), source
        examples = golden_inputs(source, pictures, CALIBRATION)[0] if file.needs_examples else {}
        for variant in file.variants:
            graph, ports = variant.rewrite(graph, ports, examples)
        path = f"{FOLDER}/{file.name}.onnx"
        nodes = write_onnx(ports, graph, bundle / path)
        descriptions[file.name] = {
            "path": path,
            "meaning": file.meaning,
            "opset": OPSET,
            "nodes": nodes,
            "inputs": [port.describe(is_input=True) for port in ports.inputs],
            "outputs": [port.describe(is_input=False) for port in ports.outputs],
            "tolerance": file.tolerance,
        }
    return descriptions
