"""From ``--data`` to pairs ready for training, every fault found before anything is written."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recipes import _checked
from recipes._sample import sample_or
from recipes.options import console
from zoo.command_line import say
from zoo.data.images import UnreadableImage
from zoo.data.layouts.pair_layouts import find_pairs, recognised
from zoo.data.layouts.pair_lists import PAIRS_CSV
from zoo.data.sets.pair_set import BadImage, PairSet
from zoo.data.text import read_table, table_of
from zoo.errors import UserError

if TYPE_CHECKING:
    from zoo.data.model_shots.choice import Choice
    from zoo.data.pipeline.pairs import PairSource
    from zoo.data.pipeline.sources import ExampleSource
    from zoo.runs.run_directory import RunDirectory


@dataclass(frozen=True)
class PreparedPairs:
    """Pairs that were found, checked and split.

    Attributes:
        root: the folder they come from.
        found: all usable pairs.
        training: the ones to train on.
        held_out: the ones to measure on.
        asked: how many were to be held out; ``held_out`` has more where pairs share a product.
        on_bad: what to do at an unreadable image, "error" or "skip".
        bad: images that ``--on-bad skip`` left out.
        description: lines that say what was found.
        choice: the model shots that were chosen, where no ``pairs.csv`` names them.
    """

    root: Path
    found: PairSet
    training: PairSet
    held_out: PairSet
    asked: int
    on_bad: str
    bad: list[BadImage]
    description: list[str]
    choice: "Choice | None" = None

    def config(self) -> dict[str, Any]:
        """What ``config.json`` says of the data."""
        return {
            "path": str(self.root.resolve()),
            "layout": self.found.layout,
            "direction": self.found.direction,
            "description": self.description,
            "pairs": len(self.found),
            "training_pairs": len(self.training),
            "held_out_pairs": len(self.held_out),
            "held_out": self.asked,
            "on_bad": self.on_bad,
            "fingerprint": self.found.fingerprint(),
            "skipped": _checked.skipped(self.bad),
        }

    def keep(self, run: "RunDirectory") -> None:
        """Write the chosen model shots into the run, where it finds them when it goes on."""
        if self.choice is not None:
            from recipes.select_model_shots import SHEET, write

            write(self.choice, run.path / PAIRS_CSV, run.path / SHEET)


def prepare_pairs(
    root: Path | None,
    layout: str = "auto",
    direction: str | None = None,
    held_out: int | None = None,
    on_bad: str = "error",
    seed: int = 0,
    run: Path | None = None,
) -> PreparedPairs:
    """Find, check and split the pairs in ``root``; without it in the sample catalogue.

    Model shots of a catalogue without a ``pairs.csv`` are chosen first. They are written into the
    catalogue where that is the sample; what is the user's is left as it is.

    Args:
        root, layout, direction: as ``zoo.data.layouts.pair_layouts.find_pairs``.
        held_out: how many pairs to hold out; by default as ``_checked.number_held_out``.
        on_bad: what to do at an unreadable image, "error" or "skip".
        seed: of the split.
        run: a run that goes on, with the model shots that were chosen for it, if any were.

    Raises:
        UserError: for whatever is wrong with the data; nothing of the user's was written.
    """
    _checked.check_held_out(held_out, "pair")
    sample, root = root is None, sample_or(root)
    choice = chosen = None
    if run is not None and (run / PAIRS_CSV).is_file():
        chosen = read_table(run / PAIRS_CSV)
    elif _lacks_pairs(root, layout):
        say(
            f"{root}: no {PAIRS_CSV}, so one model shot a product is chosen first "
            f"(`python -m recipes.select_model_shots {root}` writes one there, with other choices)"
        )
        choice = _choose_model_shots(root, sample)
        if choice is not None:
            from zoo.data.model_shots.choice import pairs_csv

            chosen = table_of(pairs_csv(choice)[0], root / PAIRS_CSV)
    found = find_pairs(root, layout, direction, chosen)
    description = found.describe()
    _checked.say(description)
    found, bad, lost = _checked.usable(found, on_bad)
    description += lost
    held_out = _checked.number_held_out(held_out, len(found), found.test_pairs)
    training, measured = found.split(held_out, seed)
    left = len(found) - len(training) - len(measured)
    unused = f"; {left:,} more for testing are not used" if left else ""
    say(f"split: {len(training):,} pairs to train on, {len(measured):,} held out{unused}")
    return PreparedPairs(root, found, training, measured, held_out, on_bad, bad, description, choice)


def pair_source(
    pairs: PairSet,
    data: PreparedPairs,
    size: tuple[int, int],
    channels: tuple[int, int],
    cache_mib: int | None = None,
    crop: tuple[int, int] | None = None,
    **augmentation: Any,
) -> "PairSource":
    """The reader of ``pairs``, some of ``data``: as they are, or as ``seed``, ``jitter`` and ``flip`` say.

    With ``crop``, examples are random crops of that size out of whole images of ``size``.
    """
    from zoo.data.pipeline.pairs import PairSource

    return PairSource(
        pairs,
        crop or size,
        source_channels=channels[0],
        target_channels=channels[1],
        **reading_options(data.on_bad, size, cache_mib, crop, augmentation),
    )


def reading_options(
    on_bad: str,
    size: tuple[int, int],
    cache_mib: int | None,
    crop: tuple[int, int] | None,
    augmentation: dict[str, Any],
) -> dict[str, Any]:
    """Options of an ``ExampleSource`` of ``crop``, or else of ``size``, as the command's are given.

    Raises:
        UserError: ``crop`` is larger than ``size``.
    """
    options = {"jitter": False, "flip": False, **augmentation, "on_bad": on_bad}
    options["cache_bytes"] = None if cache_mib is None else cache_mib << 20
    if crop is not None:
        if any(part > whole for part, whole in zip(crop, size, strict=True)):
            raise UserError(
                f"--crop {crop[0]}x{crop[1]}: larger than the images, --size {size[0]}x{size[1]}; "
                "make it smaller"
            )
        options |= {"jitter": True, "load_size": size}
    return options


def read_all(data: Any, sources: "list[ExampleSource]", known_good: bool) -> None:
    """Decode every image once before training, and keep them where they fit in memory.

    Args:
        data: where ``sources`` come from: prepared pairs, images or domains.
        sources: the readers that training and evaluation use.
        known_good: do not look again at what does not fit, as when a run goes on.

    Raises:
        UnreadableImage: with ``--on-bad error``, the first one.
    """
    for source in sources:
        with console.counted("reading images") as progress:
            try:
                kept = source.preload(progress)
            except UnreadableImage as error:
                hint = f"or leave out such {source.things} with --on-bad skip"
                raise UnreadableImage(error.path, f"{error.reason}; {hint}") from None
            if not kept and not known_good and data.on_bad == "error":
                source.check(progress)


def _lacks_pairs(root: Path, layout: str) -> bool:
    """Whether a folder is a catalogue whose model shots are still to be chosen."""
    if not (root / "data.csv").is_file() or (root / PAIRS_CSV).is_file():
        return False
    return layout == "catalogue" or (layout == "auto" and recognised(root) == "catalogue")


def _choose_model_shots(root: Path, sample: bool) -> "Choice | None":
    """Choose; for the sample into its folder, and None."""
    from recipes.select_model_shots import choose, select
    from zoo.data.catalogue.reading import read_catalogue

    if sample:
        return select(root)
    return choose(read_catalogue(root))
