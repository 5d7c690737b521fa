"""The drawn data that is used where no data is named, drawn on first use."""

from pathlib import Path

from zoo.listener import SILENT, Listener

SAMPLE_CATALOGUE = Path("data/sample_catalogue")
SAMPLE_PRODUCTS = Path("data/sample_products")
MANY_PRODUCTS = 6000  # without shots, at 128 pixels: about 40 s on two cores


def draw_sample_catalogue(
    folder: Path = SAMPLE_CATALOGUE,
    products: int = 400,
    size: int = 256,
    seed: int = 0,
    shots: bool = True,
    listener: Listener = SILENT,
) -> None:
    """Draw the catalogue into ``folder``, unless the same one is there; see ``write_sample_catalogue``.

    Raises:
        UserError: ``folder`` holds anything else, or an argument is wrong.
    """
    from zoo.data.sample_catalogue.writer import write_sample_catalogue

    def on_wait() -> None:
        listener.say(f"another process is drawing {folder}/: waiting for it")

    with listener.counted("drawing products") as progress:
        write_sample_catalogue(folder, products, size, seed, progress, shots, on_wait)


def sample_catalogue(listener: Listener = SILENT) -> Path:
    """Folder of the sample catalogue, which is drawn if none is there."""
    if not (SAMPLE_CATALOGUE / "data.csv").is_file():
        listener.say(f"drawing the sample catalogue in {SAMPLE_CATALOGUE}/")
        draw_sample_catalogue(listener=listener)
    return SAMPLE_CATALOGUE


def sample_products(products: int = MANY_PRODUCTS, size: int = 128, listener: Listener = SILENT) -> Path:
    """Folder of many product images, without model shots; drawn if there are none.

    Those that are there are kept, whatever their number and size.
    """
    if not (SAMPLE_PRODUCTS / "data.csv").is_file():
        listener.say(f"drawing {products:,} product images in {SAMPLE_PRODUCTS}/")
        draw_sample_catalogue(SAMPLE_PRODUCTS, products, size, shots=False, listener=listener)
    return SAMPLE_PRODUCTS


def sample_catalogue_or(root: Path | str | None, listener: Listener = SILENT) -> Path:
    """``root``, or the sample catalogue where none is named."""
    if root is not None:
        return Path(root)
    listener.say(f"no `data`: using the sample catalogue in {SAMPLE_CATALOGUE}/")
    return sample_catalogue(listener)


def sample_products_or(root: Path | str | None, listener: Listener = SILENT) -> Path:
    """``root``, or the sample products where none is named."""
    if root is not None:
        return Path(root)
    listener.say(f"no `data`: using the sample products in {SAMPLE_PRODUCTS}/")
    return sample_products(listener=listener)
