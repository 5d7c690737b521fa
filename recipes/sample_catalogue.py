"""Draw the sample catalogue."""

import argparse
import sys
import time
from pathlib import Path

from recipes import _cli

DESCRIPTION = """\
Draw a fashion catalogue from a seed, with nothing downloaded: product images, model
shots and data.csv, shaped as a real shop's. A folder that already holds the same
catalogue is kept."""


def main(arguments: argparse.Namespace) -> None:
    """Draw the catalogue and name what was written."""
    from zoo.data.sample_catalogue import write_sample_catalogue

    start = time.perf_counter()
    drawn = False
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("drawing products"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=arguments.products)

            def show(done: int, _: int) -> None:
                nonlocal drawn
                drawn = True
                bar.update(task, completed=done)

            table = write_sample_catalogue(
                arguments.output, arguments.products, arguments.size, arguments.seed, show
            )
    else:
        said = 0

        def tell(done: int, total: int) -> None:
            nonlocal said, drawn
            drawn = True
            now = time.perf_counter()
            if now - start > 2 and done * 4 // total > said and done < total:  # a log wants few lines
                said = done * 4 // total
                left = (now - start) / done * (total - done)
                print(
                    f"drawn {done} of {total} products, about {left:.0f} s left", file=sys.stderr, flush=True
                )

        table = write_sample_catalogue(
            arguments.output, arguments.products, arguments.size, arguments.seed, tell
        )
    folder = table.parent
    shots = sum(1 for _ in (folder / "models").iterdir())
    took = f"drawn in {time.perf_counter() - start:.1f} s" if drawn else "was there already and is kept"
    print(f"sample catalogue of {arguments.products} products and {shots} model shots {took}")
    print(f"  table         {table}")
    print(f"  product image {folder}/<category>/<id>.jpg")
    print(f"  model shots   {folder / 'models'}/<id>@<n>.jpg")
    print(f"  shots' kinds  {folder / 'truth.csv'} (to measure the choice of shots; never trained on)")


def options() -> argparse.ArgumentParser:
    """The command's options."""
    made = _cli.parser("recipes.sample_catalogue", DESCRIPTION)
    group = made.add_argument_group("catalogue")
    group.add_argument(
        "--output", type=Path, default=Path("data/sample"), metavar="DIR", help="folder to write"
    )
    group.add_argument("--products", type=int, default=400, help="products to draw")
    group.add_argument("--size", type=int, default=256, help="side of the images in pixels, 64 to 512")
    group.add_argument("--seed", type=int, default=0, help="another seed, another catalogue")
    return made


if __name__ == "__main__":
    sys.exit(_cli.run(main, options().parse_args()))
