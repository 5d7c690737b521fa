"""Half of the bytes: weights and convolutions in float16."""

from typing import Any

from export.variants.variant import Variant


def _rewrite(model: Any, source: Any, examples: Any) -> tuple[Any, Any]:
    from export.onnx.float16 import to_float16

    return to_float16(model), source


VARIANT = Variant(
    name="float16",
    meaning="weights and convolutions in float16, normalisations and ports in float32",
    tolerance={"levels": 2},
    rewrite=_rewrite,
    is_precision=True,
)
