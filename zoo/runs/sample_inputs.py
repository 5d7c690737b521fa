"""The held-out images of a run: for its sample grids, and for the golden examples of its bundles."""

from pathlib import Path

import numpy as np

from zoo.errors import UserError
from zoo.io.limits import MODEL_BYTES

DOMAINS = ("", "A", "B")
_AGAIN = "remove it and resume the training, which writes it again"


def sample_inputs_file(run: Path, domain: str = "") -> Path:
    """Where a run keeps the held-out images of a domain that its sample grids and exporter use."""
    return Path(run) / "samples" / (f"inputs-{domain}.npy" if domain else "inputs.npy")


def sample_inputs(run: Path) -> dict[str, np.ndarray]:
    """The held-out images kept in a run, uint8 (N, H, W, C), by domain; see ``Picture.domain``.

    Raises:
        UserError: they are damaged.
    """
    files = {domain: sample_inputs_file(run, domain) for domain in DOMAINS}
    return {domain: _images(path) for domain, path in files.items() if path.is_file()}


def _images(path: Path) -> np.ndarray:
    try:
        # Mapped, so that nothing is allocated for what the header only claims.
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, TypeError, EOFError, OverflowError) as error:
        raise UserError(f"{path}: not the images of a run ({_reason(error)}); {_AGAIN}") from None
    if not isinstance(mapped, np.ndarray) or mapped.dtype != np.uint8 or mapped.ndim != 4 or not mapped.size:
        raise UserError(f"{path}: not the images of a run, uint8 (N, H, W, C); {_AGAIN}")
    if mapped.size > MODEL_BYTES:
        raise UserError(f"{path}: has {mapped.size:,} bytes, too many; {_AGAIN}")
    return np.array(mapped)


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
