"""A quarter of the bytes: convolutions in 8-bit integers."""

from typing import Any

from export.variants.variant import Variant


def _rewrite(model: Any, source: Any, examples: Any) -> tuple[Any, Any]:
    from export.onnx.int8 import to_int8

    return to_int8(model, examples), source


VARIANT = Variant(
    name="int8",
    meaning="convolutions but the last in 8-bit integers, calibrated on examples; the rest and the ports in "
    "float32",
    tolerance={"psnr": 30.0},
    rewrite=_rewrite,
    is_precision=True,
    needs_examples=True,
)
