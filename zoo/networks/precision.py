"""Dtypes at a network's border."""


def io_dtype(dtype: str) -> str:
    """Dtype of the images and logits of a network that computes in ``dtype``.

    Losses are computed in it: float64 for "float64", float32 for every other policy.
    """
    return "float64" if dtype == "float64" else "float32"
