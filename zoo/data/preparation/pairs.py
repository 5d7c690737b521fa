"""From a folder to pairs ready for training; all faults are found before anything is written."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from zoo.data.layouts.catalogue import DATA_CSV, PAIRS_CSV
from zoo.data.layouts.recognition import recognise
from zoo.data.preparation.checking import check_and_split, check_held_out
from zoo.data.preparation.prepared import Prepared
from zoo.data.sample_catalogue.defaults import sample_catalogue_or
from zoo.data.selection.pairs import find_pairs
from zoo.data.sets.pair_set import PairSet
from zoo.data.sets.rejections import Rejections
from zoo.data.text import read_table, table_of
from zoo.listener import SILENT, Listener

if TYPE_CHECKING:
    from zoo.data.model_shots.choice import Choice


@dataclass(frozen=True, kw_only=True)
class PreparedPairs(Prepared):
    """Pairs that were recognised, checked and split.

    Attributes:
        usable, training, held_out: a ``PairSet`` each.
        choice: the model shots that were chosen, where no ``pairs.csv`` names them.
    """

    usable: PairSet
    training: PairSet
    held_out: PairSet
    choice: "Choice | None" = None

    things: ClassVar[str] = "pairs"

    def _selection(self) -> dict[str, Any]:
        return {"direction": self.usable.direction}

    def keep(self, run: Path | str, listener: Listener = SILENT) -> None:
        """As ``Prepared.keep``; also the chosen model shots, which the run takes when it is resumed."""
        if self.choice is not None:
            from zoo.data.model_shots.writing import SHEET, write_choice

            write_choice(self.choice, Path(run, PAIRS_CSV), Path(run, SHEET), listener=listener)
        super().keep(run, listener)


def prepare_pairs(
    root: Path | str | None = None,
    layout: str = "auto",
    direction: str | None = None,
    held_out: int | None = None,
    on_bad: str = "error",
    seed: int = 0,
    run: Path | str | None = None,
    listener: Listener = SILENT,
) -> PreparedPairs:
    """Find, check and split the pairs in ``root``; without it in the sample catalogue.

    Model shots of a catalogue without a ``pairs.csv`` are chosen first. They are written into the
    catalogue where that is the sample; a user's folder is left as it is.

    Args:
        root, layout, direction: as in ``zoo.data.find_pairs``.
        held_out: how many pairs to hold out; by default what the data keeps for testing, or else a
            tenth, 200 at most.
        on_bad: what to do at an unreadable image: "error", or "skip" to leave out its pairs.
        seed: of the split.
        run: a run that is resumed, with the model shots that were chosen for it, if any were.
        listener: receives what the data was taken for, and progress.

    Raises:
        UserError: for any fault in the data; nothing was written.
    """
    check_held_out(held_out, "pair")
    sample, root = root is None, sample_catalogue_or(root, listener)
    choice = chosen = None
    if run is not None and Path(run, PAIRS_CSV).is_file():
        chosen = read_table(Path(run, PAIRS_CSV))
    elif _lacks_pairs(root, layout):
        listener.say(
            f"{root}: no {PAIRS_CSV}, so one model shot a product is chosen first "
            f"(`python -m recipes.select_model_shots {root}` writes one there, with other choices)"
        )
        choice = _choose_model_shots(root, sample, listener)
        if choice is not None:
            from zoo.data.model_shots.choice import pairs_csv

            chosen = table_of(pairs_csv(choice)[0], root / PAIRS_CSV)
    pairs = find_pairs(root, layout, direction, chosen)
    description = pairs.describe()
    listener.say(description)
    if pairs.layout == "catalogue":
        pairs = pairs.rejecting(_products_left_out(pairs, choice))
    split = check_and_split((pairs,), held_out, on_bad, seed, listener)
    return PreparedPairs(
        root=root,
        usable=split.usable[0],
        training=split.training[0],
        held_out=split.held_out[0],
        number_held_out=split.number_held_out,
        on_bad=on_bad,
        bad=split.bad,
        description=description + split.lines,
        choice=choice,
    )


def _lacks_pairs(root: Path, layout: str) -> bool:
    """Whether a folder is a catalogue whose model shots are still to be chosen."""
    if not (root / DATA_CSV).is_file() or (root / PAIRS_CSV).is_file():
        return False
    return layout == "catalogue" or (layout == "auto" and recognise(root, "pairs").name == "catalogue")


def _choose_model_shots(root: Path, sample: bool, listener: Listener) -> "Choice | None":
    """Choose; for the sample into its folder, and None."""
    from zoo.data.catalogue.reading import read_catalogue
    from zoo.data.model_shots.writing import choose_with_progress, select_model_shots

    if sample:
        return select_model_shots(root, listener=listener)
    return choose_with_progress(read_catalogue(root), listener=listener)


def _products_left_out(pairs: PairSet, choice: "Choice | None") -> Rejections:
    """Gives the products without a pair, and the shots that are not used."""
    from zoo.data.model_shots.shot_rejections import left_out_by_choice, not_in_pairs

    return partial(not_in_pairs, pairs) if choice is None else partial(left_out_by_choice, choice)
