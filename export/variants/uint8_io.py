"""Images as files hold them: 8 bits, in and out."""

from typing import Any

from export.variants.variant import Variant


def _rewrite(model: Any, source: Any, examples: Any) -> tuple[Any, Any]:
    from export.onnx.change_ports import take_8_bits

    return model, take_8_bits(model, source)


VARIANT = Variant(
    name="uint8-io",
    meaning="8-bit images in and out: scaling, clipping and rounding are in the graph",
    tolerance={"levels": 1},
    rewrite=_rewrite,
)
