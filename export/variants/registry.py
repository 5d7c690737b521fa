"""The variants that there are. A new one is a file beside this one and a line below.

Reading the list imports neither TensorFlow nor onnx, so that ``--help`` answers at once.
"""

from importlib import import_module

from export.variants.variant import Variant

# The coarsest first: in this order they are applied and named, and a file of several has the tolerance of
# its first.
VARIANTS: tuple[Variant, ...] = tuple(
    import_module(f"export.variants.{module}").VARIANT
    for module in (
        "float16",
        "int8",
        "uint8_io",
        "nchw",
    )
)


def described() -> str:
    """One line a variant, for ``--help``."""
    width = max(len(each.name) for each in VARIANTS)
    return "\n".join(f"  {each.name:<{width}}  {each.meaning}" for each in VARIANTS)
