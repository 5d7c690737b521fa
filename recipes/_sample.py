"""The drawn data, which every recipe takes where no data is named."""

from pathlib import Path

from recipes.options import console
from zoo.command_line import say

SAMPLE_CATALOGUE = Path("data/sample_catalogue")
SAMPLE_PRODUCTS = Path("data/sample_products")
MANY_PRODUCTS = 6000  # without shots, at 128 pixels: about 40 s on two cores


def draw_sample_catalogue(
    folder: Path = SAMPLE_CATALOGUE, products: int = 400, size: int = 256, seed: int = 0, shots: bool = True
) -> None:
    """Draw the catalogue into ``folder`` with a display of progress, unless the same one is there.

    Raises:
        UserError: ``folder`` holds anything else, or an argument is off.
    """
    from zoo.data.sample_catalogue import write_sample_catalogue

    def on_wait() -> None:
        say(f"another process is drawing {folder}/: waiting for it")

    with console.counted("drawing products") as progress:
        write_sample_catalogue(folder, products, size, seed, progress, shots, on_wait)


def sample_catalogue() -> Path:
    """Folder of the sample catalogue, which is drawn if none is there."""
    if not (SAMPLE_CATALOGUE / "data.csv").is_file():
        say(f"drawing the sample catalogue in {SAMPLE_CATALOGUE}/")
        draw_sample_catalogue()
    return SAMPLE_CATALOGUE


def sample_products(products: int = MANY_PRODUCTS, size: int = 128) -> Path:
    """Folder of product images in number, without model shots; drawn if there are none.

    Those that are there are kept, whatever their number and size.
    """
    if not (SAMPLE_PRODUCTS / "data.csv").is_file():
        say(f"drawing {products:,} product images in {SAMPLE_PRODUCTS}/")
        draw_sample_catalogue(SAMPLE_PRODUCTS, products, size, shots=False)
    return SAMPLE_PRODUCTS


def sample_or(root: Path | None) -> Path:
    """``root``, or the sample catalogue where none is named."""
    if root is not None:
        return root
    say(f"no --data: using the sample catalogue in {SAMPLE_CATALOGUE}/")
    return sample_catalogue()


def sample_products_or(root: Path | None) -> Path:
    """``root``, or the sample products where none is named."""
    if root is not None:
        return root
    say(f"no --data: using the sample products in {SAMPLE_PRODUCTS}/")
    return sample_products()
