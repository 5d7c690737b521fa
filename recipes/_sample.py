"""The sample catalogue, which every recipe takes where no data is named."""

from pathlib import Path

from recipes import _progress

SAMPLE_CATALOGUE = Path("data/sample_catalogue")


def draw_sample_catalogue(
    folder: Path = SAMPLE_CATALOGUE, products: int = 400, size: int = 256, seed: int = 0
) -> None:
    """Draw the catalogue into ``folder`` with a display of progress, unless the same one is there.

    Raises:
        UserError: ``folder`` holds anything else, or an argument is off.
    """
    from zoo.data.sample_catalogue import write_sample_catalogue

    with _progress.counted("drawing products") as progress:
        write_sample_catalogue(folder, products, size, seed, progress)


def sample_catalogue() -> Path:
    """Folder of the sample catalogue, which is drawn if none is there."""
    if not (SAMPLE_CATALOGUE / "data.csv").is_file():
        print(f"drawing the sample catalogue in {SAMPLE_CATALOGUE}/", flush=True)
        draw_sample_catalogue()
    return SAMPLE_CATALOGUE
