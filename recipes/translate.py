"""Translate or draw images with a bundle or with a training run."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from recipes.options import option_types
from recipes.options.command_parser import command_parser
from recipes.options.console import counted
from recipes.options.translating import add_options, check_options, drawings, variants
from zoo import command_line
from zoo.command_line import say
from zoo.data.images import UnreadableImage, read_image, save_png
from zoo.data.listing import check_named
from zoo.engine.signature import Picture
from zoo.errors import UserError
from zoo.inference.destinations import destinations, refuse_bundle, refuse_overwriting
from zoo.inference.image_patterns import find_images
from zoo.inference.loading import load, load_styled
from zoo.inference.translator import BATCH_SIZE, Translator
from zoo.io.files import make_folder
from zoo.io.text import printable

DESCRIPTION = """\
Translate images with a bundle or a training run, or generate them from noise if the model does that.

Each result is a PNG of its input's size: the image is fitted onto white at the generator's size,
translated, scaled back and cropped. A bundle runs in ONNX Runtime, without TensorFlow; a run
uses its bundle if that is of its newest or best checkpoint, and that checkpoint otherwise.

examples:
  python -m recipes.translate runs/pix2pix/bundle photo.jpg --output translated
  python -m recipes.translate runs/pix2pix photos/ "more/*.png" --output translated --side-by-side
  python -m recipes.translate runs/cyclegan photo.jpg --output translated --direction BtoA
  python -m recipes.translate runs/stargan photo.jpg --output translated --set sleeve_length=long
  python -m recipes.translate runs/munit photo.jpg --output translated --styles 5
  python -m recipes.translate runs/munit photo.jpg --output translated --style-from other.jpg
  python -m recipes.translate runs/fader photo.jpg --output translated --slide 7
  python -m recipes.translate runs/cgan --draw 10 --set category=dresses --output drawn
"""


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    command = command_parser("recipes.translate", DESCRIPTION)
    command.parse_args = command.parse_intermixed_args  # INPUT may be missing, and stand after an option
    command.add_argument(
        "source", type=Path, metavar="RUN_OR_BUNDLE", help="directory of a training run or of a bundle"
    )
    command.add_argument(
        "inputs", nargs="*", metavar="INPUT", help="images, folders (including subfolders) or patterns"
    )
    add_options(command)
    group = command.add_argument_group("output")
    group.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="folder for the results; created if missing"
    )
    group.add_argument(
        "--overwrite",
        action="store_true",
        help="overwrite existing files; an input is never overwritten",
    )
    group.add_argument(
        "--side-by-side",
        action="store_true",
        help="write an image and its results, or all generated images, side by side",
    )
    group.add_argument(
        "--on-bad",
        choices=("error", "skip"),
        default="error",
        help="at a file that cannot be read as an image",
    )
    group.add_argument(
        "--batch-size", type=option_types.positive, default=BATCH_SIZE, metavar="N", help="images at a time"
    )
    return command


def main(arguments: argparse.Namespace) -> None:
    """Translate every image, or draw, and say where the results are."""
    files = find_images(arguments.inputs, arguments.output, say)
    check_named(arguments.source, "the folder of the run or of the bundle")
    if arguments.style_from is not None:
        check_named(arguments.style_from, "the image")
    if not os.path.isdir(arguments.source):
        raise UserError(f"{arguments.source} is not a directory: name a training run or a bundle")
    refuse_bundle("output", arguments.output)
    open_model = load if arguments.style_from is None else load_styled
    translator = open_model(arguments.source, arguments.direction)
    check_options(translator, arguments)
    work = _translate if translator.of_kind(Picture) else _draw
    work(translator, files, arguments)


def _translate(translator: Translator, files: list[tuple[Path, Path]], arguments: argparse.Namespace) -> None:
    settings = variants(translator, arguments)
    joined = arguments.side_by_side or arguments.slide is not None
    results = destinations(files, arguments.output, 1 if joined else len(settings))
    read = [file for file, _ in files] + ([Path(arguments.style_from)] if arguments.style_from else [])
    refuse_overwriting([path for paths in results for path in paths], read, arguments.overwrite)
    style = translator.style_rows(arguments.style_from) if arguments.style_from else {}
    settings = [{**rows, **style} for rows in settings]
    _ready(arguments.output)
    say(translator.info.description)

    skipped: list[UnreadableImage] = []
    written = 0
    channels = translator.of_kind(Picture)[0].channels
    work = [(file, paths) for (file, _), paths in zip(files, results, strict=True)]
    with counted("translating") as progress:
        for batch in _batches(work, channels, arguments.batch_size, arguments.on_bad, skipped):
            answers = translator.translate([image for _, image in batch], settings, len(batch))
            for (paths, image), pictures in zip(batch, answers, strict=True):
                shown = [image, *pictures] if arguments.side_by_side else pictures
                _write(_beside(shown) if joined else shown, paths, arguments.overwrite)
                written += 1
            progress(written + len(skipped), len(files))
    for fault in skipped:
        print(f"skipped: {printable(str(fault))}", file=sys.stderr)
    each = f", {len(settings)} of each" if len(settings) > 1 else ""
    left_out = f", {len(skipped)} skipped" if skipped else ""
    say(f"written: {written} of {len(files)} images{each}{left_out}, in {arguments.output}")
    if not written:
        raise UserError("none of the files could be translated: see the reasons above")


def _draw(translator: Translator, files: list[tuple[Path, Path]], arguments: argparse.Namespace) -> None:
    work = drawings(translator, arguments)
    results = [
        [arguments.output / f"{drawing.name or 'drawn'}.png"]
        if arguments.side_by_side
        else [
            arguments.output / "-".join(filter(None, (drawing.name, f"{number:04d}.png")))
            for number in range(1, len(drawing.rows) + 1)
        ]
        for drawing in work
    ]
    refuse_overwriting([path for paths in results for path in paths], (), arguments.overwrite)
    _ready(arguments.output)
    say(translator.info.description)
    total, done = sum(len(drawing.rows) for drawing in work), 0
    with counted("drawing") as progress:
        for drawing, paths in zip(work, results, strict=True):
            pictures = []
            for start in range(0, len(drawing.rows), arguments.batch_size):
                rows = drawing.rows[start : start + arguments.batch_size]
                pictures += translator.draw_rows(rows, len(rows))
                done += len(rows)
                progress(done, total)
            _write(_beside(pictures) if arguments.side_by_side else pictures, paths, arguments.overwrite)
    say(f"written: {total} images, in {arguments.output}")


def _ready(output: Path) -> None:
    make_folder(output)
    if not os.access(output, os.W_OK):
        raise UserError(f"--output {output} cannot be written: choose another")


def _write(pictures: Sequence[np.ndarray], paths: Sequence[Path], overwrite: bool) -> None:
    for picture, path in zip(pictures, paths, strict=True):
        make_folder(path.parent)
        if not overwrite and os.path.lexists(path):  # written by another command since the names were checked
            raise UserError(f"{path} already exists: choose another --output, or add --overwrite")
        save_png(picture, path)


def _beside(pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Images beside each other, as one."""
    return [np.concatenate([_colour(picture) for picture in pictures], axis=1)]


def _batches(
    files: list[tuple[Path, list[Path]]],
    channels: int,
    size: int,
    on_bad: str,
    skipped: list[UnreadableImage],
) -> Iterator[list[tuple[list[Path], np.ndarray]]]:
    batch = []
    for file, paths in files:
        try:
            batch.append((paths, read_image(file, channels)))
        except UnreadableImage as fault:
            if on_bad == "error":
                raise UserError(f"{fault} (--on-bad skip leaves it out)") from fault
            skipped.append(fault)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _colour(image: np.ndarray) -> np.ndarray:
    return np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
