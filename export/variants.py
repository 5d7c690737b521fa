"""Other forms of a bundle's ONNX file: fewer bits, 8-bit pictures, channels first."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from export.contract import TOLERANCE, Exportable
from export.golden import golden_inputs
from export.onnx.conversion import OPSET, write_onnx
from export.onnx.ports import take_8_bits, take_channels_first
from export.onnx.precision import to_float16, to_int8
from zoo.errors import UserError

FOLDER = "variants"
CALIBRATION = 32  # pictures at most that int8's ranges are found with

PARTS = {
    "float16": "weights and convolutions in float16, normalisations and ports in float32",
    "int8": "convolutions but the last in 8-bit integers, calibrated on examples; the rest and the ports in "
    "float32",
    "uint8-io": "8-bit pictures in and out: scaling, clipping and rounding are in the graph",
    "nchw": "pictures with their channels first",
}
BARS: dict[str, dict[str, float]] = {
    "float16": {"levels": 2},
    "int8": {"psnr": 30.0},
    "uint8-io": {"levels": 1},
    "nchw": dict(TOLERANCE),
}
"""What each may differ from float32: at most in [-1, 1] and in levels of 8 bits, at least in dB."""


@dataclass(frozen=True)
class Variant:
    """One form of the ONNX file, such as "int8" or "int8+uint8-io".

    Attributes:
        parts: some of ``PARTS``, in their order; at most one of float16 and int8.
    """

    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        return "+".join(self.parts)

    @property
    def meaning(self) -> str:
        return PARTS[self.name] if self.name in PARTS else f"{' and '.join(self.parts)} at once"

    @property
    def bar(self) -> dict[str, float]:
        """What it may differ from float32: what its coarsest part may."""
        return BARS[next(part for part in PARTS if part in self.parts)]


def parse_variants(text: str) -> tuple[Variant, ...]:
    """``"float16,int8+uint8-io"`` as variants; "nhwc", which the bundle's own file is, is none.

    Raises:
        UserError: for a part that there is not, or two precisions in one.
    """
    made = []
    for name in filter(None, (each.strip() for each in text.split(","))):
        wanted = {part for part in name.split("+") if part != "nhwc"}
        if unknown := wanted - set(PARTS):
            raise UserError(
                f"--variants {name}: {unknown.pop()!r} is unknown; choose from {', '.join(PARTS)}, or join "
                "some, as int8+uint8-io"
            )
        if {"float16", "int8"} <= wanted:
            raise UserError(f"--variants {name}: float16 and int8 exclude each other; name two variants")
        if wanted:
            made.append(Variant(tuple(part for part in PARTS if part in wanted)))
    return tuple(dict.fromkeys(made))


def write_variants(
    wanted: tuple[Variant, ...],
    source: Exportable,
    model: onnx.ModelProto,
    part: Path,
    pictures: Mapping[str, np.ndarray] | None,
) -> dict[str, Any]:
    """Write ``variants/NAME.onnx`` each, and return what contract.json says of them but their errors.

    Args:
        wanted: which.
        source: with its own ports.
        model: of ``network_graph``; not changed.
        part: the bundle.
        pictures: uint8 (N, H, W, C) by domain, which int8 is calibrated on.

    Raises:
        UserError: int8 is wanted of a model that takes pictures, and there are none.
    """
    if any("int8" in each.parts for each in wanted) and source.pictures and not pictures:
        raise UserError(
            "--variants int8: its ranges come from pictures like those it will see; give --pictures"
        )
    made: dict[str, Any] = {}
    for variant in wanted:
        changed, ports = onnx.ModelProto.FromString(model.SerializeToString()), source
        if "float16" in variant.parts:
            changed = to_float16(changed)
        if "int8" in variant.parts:
            changed = to_int8(changed, golden_inputs(source, pictures, CALIBRATION)[0])
        if "uint8-io" in variant.parts:
            ports = take_8_bits(changed, ports)
        if "nchw" in variant.parts:
            ports = take_channels_first(changed, ports)
        path = f"{FOLDER}/{variant.name}.onnx"
        (part / FOLDER).mkdir(exist_ok=True)
        nodes = write_onnx(ports, changed, part / path)
        made[variant.name] = {
            "path": path,
            "meaning": variant.meaning,
            "opset": OPSET,
            "nodes": nodes,
            "inputs": [port.describe(is_input=True) for port in ports.inputs],
            "outputs": [port.describe(is_input=False) for port in ports.outputs],
            "tolerance": variant.bar,
        }
    return made
