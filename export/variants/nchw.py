"""Images as PyTorch lays them out: channels first."""

from typing import Any

from export.tolerances import TOLERANCE
from export.variants.variant import Variant


def _rewrite(model: Any, source: Any, examples: Any) -> tuple[Any, Any]:
    from export.onnx.change_ports import take_channels_first

    return model, take_channels_first(model, source)


VARIANT = Variant(
    name="nchw",
    meaning="images with their channels first",
    tolerance=TOLERANCE,
    rewrite=_rewrite,
)
