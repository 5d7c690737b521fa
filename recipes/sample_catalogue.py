"""Draw the sample catalogue."""

import argparse
import sys
import time
from pathlib import Path

from recipes.options import option_types
from recipes.options.command_parser import command_parser
from recipes.options.console import TERMINAL, duration
from zoo import command_line
from zoo.command_line import say
from zoo.data.sample_catalogue.defaults import SAMPLE_CATALOGUE

DESCRIPTION = """\
Draw a fashion catalogue from a seed, without any download: product images, model
shots and data.csv, in the form of a real shop's. A folder that already holds the same
catalogue is kept."""


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    command = command_parser("recipes.sample_catalogue", DESCRIPTION)
    group = command.add_argument_group("catalogue")
    group.add_argument("--output", type=Path, default=SAMPLE_CATALOGUE, metavar="DIR", help="folder to write")
    group.add_argument(
        "--products", type=option_types.positive, default=400, metavar="N", help="products to draw"
    )
    group.add_argument(
        "--size", type=int, default=256, metavar="N", help="side of the images in pixels, 64 to 512"
    )
    group.add_argument(
        "--no-shots", action="store_true", help="product images and data.csv only, which is faster"
    )
    group.add_argument(
        "--seed",
        type=option_types.natural,
        default=0,
        metavar="N",
        help="a different seed gives a different catalogue",
    )
    return command


def main(arguments: argparse.Namespace) -> None:
    """Draw the catalogue and name what was written."""
    from zoo.data.sample_catalogue.defaults import draw_sample_catalogue

    folder, start = arguments.output, time.perf_counter()
    kept = (folder / "data.csv").is_file()
    shots = not arguments.no_shots
    draw_sample_catalogue(folder, arguments.products, arguments.size, arguments.seed, shots, TERMINAL)
    took = "was there already and is kept" if kept else f"drawn in {duration(time.perf_counter() - start)}"
    number = f" and {sum(1 for _ in (folder / 'models').iterdir()):,} model shots" if shots else ""
    say(f"sample catalogue of {arguments.products:,} products{number} {took}")
    say(f"  table         {folder / 'data.csv'}")
    say(f"  product image {folder}/<category>/<id>.jpg")
    if not shots:
        return
    say(f"  model shots   {folder / 'models'}/<id>@<n>.jpg")
    say(f"  shots' kinds  {folder / 'truth.csv'} (to measure the choice of shots; never trained on)")


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
