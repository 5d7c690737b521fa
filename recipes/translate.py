"""Translate pictures with a bundle or with a training run."""

import argparse
import glob
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recipes import _cli
from recipes._progress import counted
from zoo.data.images import SUFFIXES, UnreadableImage, fit, read_image, save_png, to_float, to_uint8, unfit
from zoo.errors import UserError
from zoo.files import make_folder

BATCH_SIZE = 4

DESCRIPTION = """\
Translate pictures with a bundle or with a training run.

Each picture comes back at its own size as PNG: fitted onto white at the generator's size,
translated, scaled back, cropped. A bundle runs through ONNX Runtime, without TensorFlow;
a run's directory uses its bundle if that is newer than its checkpoints.

examples:
  python -m recipes.translate runs/pix2pix/bundle photo.jpg --output translated
  python -m recipes.translate runs/pix2pix photos/ "more/*.png" --output translated --side-by-side
"""


@dataclass(frozen=True)
class Translator:
    """A generator ready to run: float32 (N, *size, channels) in [-1, 1] to the same with its own channels."""

    run: Callable[[np.ndarray], np.ndarray]
    size: tuple[int, int]
    channels: int
    description: str


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = _cli.parser("recipes.translate", DESCRIPTION)
    made.add_argument(
        "source", type=Path, metavar="RUN_OR_BUNDLE", help="directory of a training or of a bundle"
    )
    made.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="images, folders (with all below them) or patterns"
    )
    made.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="where the pictures go; made if missing"
    )
    made.add_argument("--side-by-side", action="store_true", help="write input and output beside each other")
    made.add_argument(
        "--on-bad", choices=("error", "skip"), default="error", help="at a file that is no readable image"
    )
    made.add_argument(
        "--batch-size", type=_cli.positive, default=BATCH_SIZE, metavar="N", help="pictures at a time"
    )
    return made


def main(arguments: argparse.Namespace) -> None:
    """Translate every picture and say where they are."""
    files = destinations(find_inputs(arguments.inputs, arguments.output), arguments.output)
    if not arguments.source.is_dir():
        raise UserError(f"{arguments.source} is no directory: name a training run or a bundle")
    make_folder(arguments.output)
    if not os.access(arguments.output, os.W_OK):
        raise UserError(f"--output {arguments.output} cannot be written: choose another")
    translator = open_translator(arguments.source)
    print(translator.description, flush=True)

    skipped: list[UnreadableImage] = []
    written = 0
    with counted("translating") as progress:
        for batch in _batches(files, translator, arguments.batch_size, arguments.on_bad, skipped):
            fitted = np.stack([fit(image, translator.size) for _, image in batch])
            translated = to_uint8(translator.run(to_float(fitted)))
            for (destination, image), result in zip(batch, translated, strict=True):
                picture = unfit(result, image.shape[:2])
                if arguments.side_by_side:
                    picture = np.concatenate([_colour(image), _colour(picture)], axis=1)
                make_folder(destination.parent)
                save_png(picture, destination)
                written += 1
            progress(written + len(skipped), len(files))
    for fault in skipped:
        print(f"skipped: {fault}", file=sys.stderr)
    left_out = f", {len(skipped)} skipped" if skipped else ""
    print(f"written: {written} of {len(files)} pictures{left_out}, in {arguments.output}")
    if not written:
        raise UserError("none of the files could be translated: see the reasons above")


def find_inputs(inputs: list[str], output: Path) -> list[tuple[Path, Path]]:
    """List the images that the arguments name, each once: (file, its path below the argument).

    A file named directly is taken whatever its ending; in folders those that end as images
    do. What lies in ``output``, where that is in such a folder, was made by an earlier call.

    Raises:
        UserError: an argument that names nothing.
    """
    found: dict[Path, tuple[Path, Path]] = {}
    for text in inputs:
        path = Path(text)
        if path.is_dir():
            pairs = [(file, file.relative_to(path)) for file in _images_below(path, output)]
            if not pairs:
                raise UserError(
                    f"{text} holds no images: they end with {', '.join(SUFFIXES[:7])} and the like"
                )
        elif path.exists():
            pairs = [(path, Path(path.name))]
        else:
            matches = [Path(match) for match in sorted(glob.glob(text, recursive=True))]
            root = _fixed_part(text)
            pairs = [
                (file, file.relative_to(root))
                for match in matches
                for file in (_images_below(match, output) if match.is_dir() else [match])
            ]
            if not pairs:
                raise UserError(f"{text} matches no file: check the name, or quote the pattern")
        for file, below in pairs:
            found.setdefault(file.resolve(), (file, below))
    return list(found.values())


def destinations(files: list[tuple[Path, Path]], output: Path) -> list[tuple[Path, Path]]:
    """Give each input its own PNG below ``output``: (input, destination).

    Folders below an argument are kept. Where two would get one name, all are placed as they
    lie below their common folder, then keep their ending (a.jpg.png), then are numbered.

    Raises:
        UserError: a destination is one of the inputs.
    """
    names = [below.with_suffix(".png") for _, below in files]
    if _clashing(names):
        common = os.path.commonpath([file.resolve().parent for file, _ in files])
        names = [file.resolve().relative_to(common).with_suffix(".png") for file, _ in files]
        same = _clashing(names)
        names = [
            name.with_name(f"{file.name}.png") if _key(name) in same else name
            for name, (file, _) in zip(names, files, strict=True)
        ]
    taken: set[str] = set()
    made = []
    inputs = {file.resolve() for file, _ in files}
    for (file, _), wanted in zip(files, names, strict=True):
        name, number = wanted, 2
        while _key(name) in taken:
            name, number = wanted.with_stem(f"{wanted.stem}-{number}"), number + 1
        taken.add(_key(name))
        if (output / name).resolve() in inputs:
            raise UserError(f"{output / name} is an input and would be written over: choose another --output")
        made.append((file, output / name))
    return made


def open_translator(source: Path) -> Translator:
    """Open a bundle, a run's fresh bundle, or a run's newest checkpoint.

    Raises:
        UserError: ``source`` is neither, or cannot be read.
    """
    if (source / "contract.json").is_file():
        return _from_bundle(source)
    bundle = source / "bundle"
    if _is_fresh(bundle, source):
        return _from_bundle(bundle)
    if not (source / "config.json").is_file():
        raise UserError(f"{source} is no bundle (contract.json) and no training run (config.json): name one")
    return _from_run(source)


def _is_fresh(bundle: Path, run: Path) -> bool:
    contract = bundle / "contract.json"
    if not contract.is_file():
        return False
    trained = [path.stat().st_mtime for path in (run / "checkpoints").rglob("*") if path.is_file()]
    return contract.stat().st_mtime >= max(trained, default=0)


def _from_bundle(bundle: Path) -> Translator:
    from export.verify import BundleError, read_contract

    try:
        contract = read_contract(bundle)
    except BundleError as error:
        raise UserError(str(error)) from error
    try:
        import onnxruntime
    except ImportError as error:
        raise UserError("onnxruntime is not installed: pip install onnxruntime") from error
    try:
        (port,), output = contract["inputs"], contract["outputs"][0]
        file = bundle / "model.onnx"
        onnxruntime.set_default_logger_severity(3)
        wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
        providers = [name for name in wanted if name in onnxruntime.get_available_providers()]
        session = onnxruntime.InferenceSession(str(file), providers=providers)
        _, height, width, channels = port["shape"]
        names = (port["name"], output["name"])
    except (KeyError, ValueError, TypeError) as error:
        raise UserError(f"{bundle / 'contract.json'} is not of one picture in, one out: {error}") from error
    except Exception as error:  # ONNX Runtime's own kinds have no common parent
        reason = str(error).splitlines()[0]
        raise UserError(
            f"{file} cannot be loaded ({reason}): prove it with python -m export verify {bundle}"
        ) from error

    def run(images: np.ndarray) -> np.ndarray:
        return session.run([names[1]], {names[0]: images})[0]

    return Translator(run, (height, width), channels, f"bundle {bundle}, {height}x{width}, ONNX Runtime")


def _from_run(run: Path) -> Translator:
    from zoo.training.inference import load_inference

    inference = load_inference(run)
    generator = inference.generator

    def translate(images: np.ndarray) -> np.ndarray:
        return generator(images, training=False).numpy()

    height, width = inference.size
    return Translator(
        translate,
        (height, width),
        generator.input_shape[-1],
        f"run {run}, {height}x{width}, checkpoint of step {inference.provenance['step']:,}",
    )


def _batches(
    files: list[tuple[Path, Path]],
    translator: Translator,
    size: int,
    on_bad: str,
    skipped: list[UnreadableImage],
) -> Iterator[list[tuple[Path, np.ndarray]]]:
    batch = []
    for file, destination in files:
        try:
            batch.append((destination, read_image(file, translator.channels)))
        except UnreadableImage as fault:
            if on_bad == "error":
                raise UserError(f"{fault} (--on-bad skip goes on without it)") from fault
            skipped.append(fault)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _images_below(folder: Path, output: Path) -> list[Path]:
    made = output.resolve()
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and (made == folder.resolve() or made not in path.resolve().parents)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _fixed_part(pattern: str) -> Path:
    """Return the folder of a pattern above its first wildcard."""
    parts = Path(pattern).parts[:-1]
    fixed = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(*parts[:fixed])


def _clashing(names: list[Path]) -> set[str]:
    return {key for key, count in Counter(map(_key, names)).items() if count > 1}


def _key(path: Path) -> str:
    return str(path).casefold()  # two names that a Mac or Windows takes for one


def _colour(image: np.ndarray) -> np.ndarray:
    return np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image


if __name__ == "__main__":
    sys.exit(_cli.run(main, parser().parse_args()))
