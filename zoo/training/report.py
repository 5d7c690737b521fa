"""The page of a run: ``report.html``, made from whatever the run directory holds so far.

It is written anew as training goes, so every part may be missing or damaged: what cannot be
read is named on the page instead of stopping the training.
"""

import base64
import csv
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import UserError
from zoo.training.grids import LAYOUT, write_whole

MARKS = ("config.json", "metrics.csv", "evaluation.json")  # or samples/: what tells a run directory
PIXELS = 64_000_000  # a picture of more is not decoded
STRIP = 7  # earlier grids shown, spread over the training
STRIP_ROWS = 3  # garments followed in the strip
ROWS = 12  # of a grid shown on the page
POINTS = 1200  # of a curve: more than a panel has pixels
SKIPPED = 500  # files listed as left out
COLOURS = ("#0f5c56", "#c2571a", "#5b4b9a", "#8a8d2b", "#a03561", "#3a78b5")

# Name on the page, what it says, whether less is better, digits.
FIGURES = {
    "l1": ("L1", "less is better", True, 3),
    "psnr": ("PSNR, dB", "more is better", False, 2),
    "ssim": ("SSIM", "more is better", False, 3),
    "fid": ("FID", "less is better", True, 1),
    "kid": ("KID", "less is better", True, 4),
    "lpips": ("LPIPS", "less is better", True, 3),
}
NOT_FIGURES = ("n", "size", "step", "seconds")


def write_report(run: Path | str) -> Path:
    """Write ``report.html`` into the run directory ``run``, whole, and return its path.

    The page holds its pictures and style within itself, loads nothing and runs nothing.
    Raises ``UserError`` if ``run`` is no run directory.
    """
    run = Path(run)
    check_run(run)
    page = render(run)
    path = run / "report.html"
    try:
        write_whole(path, page.encode("utf-8", "replace"))
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({error.strerror}); free the folder or its disk"
        ) from error
    return path


def check_run(run: Path) -> None:
    """Raise ``UserError`` unless ``run`` holds at least one thing that training writes."""
    if not run.is_dir():
        raise UserError(f"{run} is not a directory; give the run directory that training named")
    if not any((run / name).is_file() for name in MARKS) and not (run / "samples").is_dir():
        raise UserError(
            f"{run} is not a run directory: one has config.json, and soon metrics.csv and samples/; "
            "give the directory that training named"
        )


def render(run: Path) -> str:
    """The page of ``run`` as HTML text; everything from files is escaped."""
    import jinja2

    warnings: list[str] = []
    config = _mapping(_read_json(run / "config.json", warnings))
    evaluation = _mapping(_read_json(run / "evaluation.json", warnings))
    verification = _mapping(_read_json(run / "bundle" / "verification.json", warnings))
    noted = _read_json(run / "warnings.json", warnings)
    metrics = _read_metrics(run / "metrics.csv", warnings)
    data = _mapping(config.get("data"))
    sample, strip, strip_wide = _samples(run / "samples", warnings)
    panels, curves_note = _curves(metrics)
    run_name = run.resolve().name

    context = {
        "run_name": run_name,
        "title": _text(config.get("title") or config.get("model") or "Training run"),
        "lead": _lead(config),
        "facts": _facts(config, metrics),
        "sample": sample,
        "strip": strip,
        "strip_wide": strip_wide,
        "evaluation": _evaluation(evaluation, run, warnings),
        "panels": panels,
        "curves_note": curves_note,
        "notes": _notes(run / "notes.md", warnings),
        "notes_command": f'python -m recipes.report {run_name if run.is_absolute() else run} --notes "…"',
        "command": _text(config.get("command") or ""),
        "configuration": [
            *_groups("", config.get("configuration")),
            *_groups("training", config.get("training")),
        ],
        "data_lines": _lines(data.get("description")),
        "data_pairs": _data_pairs(data),
        "skipped": _skipped(data.get("skipped")),
        "skipped_limit": SKIPPED,
        "verification": _verification(verification),
        "provenance": _provenance(config),
        "warnings": [*_lines(noted), *warnings],
        "written": datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z").lstrip("0"),
    }
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("report.html.j2").render(context)


# Reading: nothing here raises for what a file holds.


def _read_json(path: Path, warnings: list[str]) -> Any:
    """What the JSON file holds, or None where it is absent or, with a warning, damaged."""
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        warnings.append(f"{path.name} could not be read and is left out ({_reason(error)}).")
        return None


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__).splitlines()[0]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _lines(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.splitlines()
    return [_text(line) for line in value] if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    """``value`` as a finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        value = float(value)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _text(value: Any) -> str:
    """A value of a JSON file in the words of the page."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    if isinstance(value, int) and abs(value) >= 10_000:
        return f"{value:,}"
    if isinstance(value, list):
        sizes = all(isinstance(item, int) for item in value) and len(value) == 2
        return (" × " if sizes else ", ").join(map(_text, value)) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(item)}" for key, item in value.items()) or "–"
    return str(value)


def _label(key: str) -> str:
    return str(key).replace("_", " ")


class Metrics:
    """The rows of ``metrics.csv``: sorted steps and, for each other column, values with NaN for gaps."""

    def __init__(self, steps: np.ndarray, columns: dict[str, np.ndarray]) -> None:
        self.steps = steps
        self.columns = columns

    def last(self, name: str) -> float | None:
        """The last recorded value of a column, or None."""
        values = self.columns.get(name, np.zeros(0))
        values = values[np.isfinite(values)]
        return float(values[-1]) if len(values) else None


def _cell(text: str | None) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        return math.nan


def _read_metrics(path: Path, warnings: list[str]) -> Metrics:
    """Rows of the CSV; a row being written is passed over, and of repeated steps the last counts."""
    rows: dict[float, list[float]] = {}
    names: list[str] = []
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            reader = csv.reader(line.replace("\0", "") for line in file)
            names = next(reader, [])
            step = names.index("step") if "step" in names else None
            if names and step is None:
                warnings.append(f"{path.name} has no column “step”, so no curve is drawn.")
                names = []
            for row in reader if names else ():
                cells = [_cell(cell) for cell in row]
                if len(row) == len(names) and math.isfinite(cells[step]):
                    rows[cells[step]] = cells
    except FileNotFoundError:
        pass
    except (OSError, csv.Error) as error:
        warnings.append(f"{path.name} could not be read to its end ({_reason(error)}).")
    table = np.array([rows[step] for step in sorted(rows)]).reshape(len(rows), len(names))
    columns = {name: table[:, i] for i, name in enumerate(names)}
    steps = columns.pop("step", np.zeros(0))
    broken = {
        name: steps[~np.isfinite(values)][0]
        for name, values in columns.items()
        if np.isfinite(values).any() and not np.isfinite(values).all()
    }
    if broken:
        first = min(broken, key=broken.get)
        others = f" ({len(broken)} columns in all)" if len(broken) > 1 else ""
        warnings.append(f"{first} is not a finite number at step {broken[first]:,.0f}{others}.")
    return Metrics(steps, columns)


# The head of the page.


def _lead(config: Mapping[str, Any]) -> str:
    """The first paragraph: what the data is, or else which recipe it was."""
    description = _lines(_mapping(config.get("data")).get("description"))
    recipe = config.get("recipe")
    parts = [f"Recipe {_text(recipe)}." if recipe else "", description[0] if description else ""]
    return " ".join(part for part in parts if part)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours < 48 else f"{hours / 24:.1f} days"


def _facts(config: Mapping[str, Any], metrics: Metrics) -> list[tuple[str, str, str]]:
    """Name, value and detail of the run's key numbers, as far as they are known."""
    facts = []
    training = _mapping(config.get("training"))
    if len(metrics.steps):
        planned = _number(training.get("steps"))
        epoch = metrics.last("epoch")
        details = [f"of {planned:,.0f}" if planned else "", f"epoch {epoch:g}" if epoch is not None else ""]
        facts.append(("Steps", f"{metrics.steps[-1]:,.0f}", ", ".join(filter(None, details))))
    if (seconds := metrics.last("seconds")) is not None:
        facts.append(("Trained for", _duration(seconds), ""))
    speeds = metrics.columns.get("images_per_second", np.zeros(0))
    speeds = speeds[np.isfinite(speeds)]
    if len(speeds):
        facts.append(("Speed", f"{np.median(speeds):.3g} images/s", "median"))
    data = _mapping(config.get("data"))
    pairs, held = (_number(data.get(name)) for name in ("training_pairs", "held_out_pairs"))
    if pairs is not None:
        facts.append(("Training pairs", f"{pairs:,.0f}", f"{held:,.0f} held out" if held is not None else ""))
    return facts


# Pictures.


def _open(path: Path, warnings: list[str]) -> tuple[Any, dict[str, Any]] | None:
    """The picture as RGB and its grid layout, {} where it has none; None, and a warning, if damaged."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > PIXELS:
                raise ValueError(f"{picture.width} × {picture.height} pixels are too many for a page")
            note = getattr(picture, "text", {}).get(LAYOUT)
            image = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        warnings.append(f"{path.name} could not be shown ({_reason(error)}).")
        return None
    return image, _layout(note, image.size)


def _layout(note: str | None, size: tuple[int, int]) -> dict[str, Any]:
    """The layout that a grid notes of itself, if it is sound."""
    try:
        layout = json.loads(note or "{}")
        columns, cells = [str(name) for name in layout["columns"]], layout["cells"]
        for row in cells:
            if len(row) != len(columns):
                return {}
            for left, top, width, height in row:
                if not (0 <= left < left + width <= size[0] and 0 <= top < top + height <= size[1]):
                    return {}
    except (KeyError, TypeError, ValueError):
        return {}
    captions = layout.get("captions")
    captions = (
        _lines(captions) if isinstance(captions, list) and len(captions) == len(cells) else [""] * len(cells)
    )
    return {"columns": columns, "cells": cells, "captions": captions}


def _grid(image: Any, layout: Mapping[str, Any]) -> dict[str, Any]:
    """What the template shows of a grid: its cells one by one, which fit any width, or else the whole."""
    columns = layout.get("columns", [])
    rows = [
        {
            "caption": caption,
            "cells": [
                (name, _inline(image.crop((left, top, left + width, top + height)), light=True))
                for name, (left, top, width, height) in zip(columns, row, strict=True)
            ],
        }
        for caption, row in zip(layout.get("captions", []), layout.get("cells", [])[:ROWS], strict=False)
    ]
    return {"columns": columns, "rows": rows, "source": "" if rows else _inline(image)}


def _inline(image: Any, width: int = 1800, height: int = 2600, light: bool = False) -> str:
    """The picture as a data address, reduced to fit ``width`` × ``height`` pixels.

    JPEG without chroma subsampling where PNG would weigh more than 400 kB, or 40 kB if ``light``.
    """
    image = image.copy()
    image.thumbnail((width, height))
    content = io.BytesIO()
    image.save(content, "PNG")
    kind = "png"
    if content.tell() > (40_000 if light else 400_000):
        content, kind = io.BytesIO(), "jpeg"
        image.save(content, "JPEG", quality=90, subsampling=0, optimize=True)
    return f"data:image/{kind};base64,{base64.b64encode(content.getvalue()).decode()}"


def _samples(folder: Path, warnings: list[str]) -> tuple[dict[str, Any] | None, list[dict[str, Any]], bool]:
    """The last grid, the strip of earlier ones, and whether the strip shows whole grids."""
    found = {}
    for path in folder.glob("*.png") if folder.is_dir() else ():
        if match := re.fullmatch(r"step-(\d+)\.png", path.name):
            found[int(match[1])] = path
    last, shown = None, None
    while found and shown is None:  # the newest may be damaged
        step = max(found)
        shown = _open(found.pop(step), warnings)
        last = step
    if shown is None:
        return None, [], False
    image, layout = shown
    sample = _grid(image, layout) | {"step": f"{last:,}"}

    earlier = sorted(found)
    if not earlier:
        return sample, [], False
    spread = np.unique(np.linspace(0, len(earlier) - 1, min(STRIP, len(earlier))).round().astype(int))
    grids = [(earlier[i], _open(found[earlier[i]], warnings)) for i in spread]
    grids = [(step, *opened) for step, opened in grids if opened is not None]
    followed = [_column(*grid[1:], "generated") for grid in grids]
    latest = _column(image, layout, "generated")
    if latest is None or None in followed:
        strip = [{"source": _inline(grid[1], 360, 640), "caption": f"step {grid[0]:,}"} for grid in grids]
        return sample, [item | {"anchor": False} for item in strip], True
    pictures = [(picture, f"step {grid[0]:,}", False) for grid, picture in zip(grids, followed, strict=True)]
    pictures.append((latest, f"step {last:,}", False))
    for name, place in (("input", 0), ("real", len(pictures) + 1)):
        if (picture := _column(image, layout, name)) is not None:
            pictures.insert(place, (picture, name, True))
    strip = [
        {"source": _inline(picture, light=True), "caption": caption, "anchor": anchor}
        for picture, caption, anchor in pictures
    ]
    return sample, strip, False


def _column(image: Any, layout: Mapping[str, Any], name: str) -> Any | None:
    """The first cells of one column of a grid, stacked: the same garments in every grid of a run."""
    from PIL import Image

    columns = layout.get("columns", [])
    number = next((i for i, column in enumerate(columns) if column.startswith(name)), None)
    if number is None or not layout["cells"]:
        return None
    cells = [row[number] for row in layout["cells"][:STRIP_ROWS]]
    crops = []
    for left, top, width, height in cells:
        crop = image.crop((left, top, left + width, top + height))
        crop.thumbnail((192, 256))
        crops.append(crop)
    gutter = 4
    stacked = Image.new(
        "RGB",
        (max(crop.width for crop in crops), sum(crop.height + gutter for crop in crops) - gutter),
        "white",
    )
    top = 0
    for crop in crops:
        stacked.paste(crop, (0, top))
        top += crop.height + gutter
    return stacked


# Figures of the evaluation.


def _evaluation(evaluation: Mapping[str, Any], run: Path, warnings: list[str]) -> dict[str, Any] | None:
    figures = {str(name): _mapping(values) for name, values in _mapping(evaluation.get("figures")).items()}
    if not figures:
        return None
    columns = sorted(figures, key=lambda name: name != "model")  # the model first, the others as they come
    names = dict.fromkeys(
        key
        for values in figures.values()
        for key, value in values.items()
        if key not in NOT_FIGURES and isinstance(value, int | float)
    )
    rows = []
    for name in sorted(
        names, key=lambda name: list(FIGURES).index(name) if name in FIGURES else len(FIGURES)
    ):
        title, detail, less, digits = FIGURES.get(name, (_label(name), "", None, 3))
        values = [_number(figures[column].get(name)) for column in columns]
        texts = ["–" if value is None else f"{value:.{digits}f}" for value in values]
        known = [value for value in values if value is not None]
        best = (min if less else max)(known) if less is not None and len(known) > 1 else None
        marks = [best is not None and value == best for value in values]
        rows.append({"name": title, "detail": detail, "cells": list(zip(texts, marks, strict=True))})
    return {
        "verdict": verdict(figures),
        "columns": columns,
        "rows": rows,
        "basis": _basis(evaluation),
        "picture": _held_out(evaluation.get("samples"), run, warnings),
    }


def _basis(evaluation: Mapping[str, Any]) -> str:
    """What was measured: step, pairs, size and the protocol in its own words."""
    n, step = _number(evaluation.get("n")), _number(evaluation.get("step"))
    parts = []
    if n is not None:
        parts.append(f"Measured on {n:,.0f} held-out pairs")
    if step is not None:
        parts.append(f"{'at' if parts else 'Measured at'} step {step:,.0f}")
    if evaluation.get("size") and parts:
        parts.append(f"at {_text(evaluation['size'])} pixels (height × width)")
    sentence = " ".join(parts) + "." if parts else ""
    return " ".join(filter(None, (sentence, *_lines(evaluation.get("protocol")))))


def _held_out(name: Any, run: Path, warnings: list[str]) -> dict[str, Any] | None:
    """The grid that the evaluation names, which must lie inside the run directory."""
    if not isinstance(name, str) or not name:
        return None
    try:
        path = (run / name).resolve()
        inside = path.is_relative_to(run.resolve())
    except (OSError, ValueError):
        inside = False
    if not inside:
        warnings.append(f"evaluation.json names {name}, which is not in the run directory; it is not shown.")
        return None
    opened = _open(path, warnings)
    if opened is None:
        return None
    return _grid(*opened)


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def verdict(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Whether the model beats its baselines, figure by figure, in one sentence.

    ``figures`` maps "model" and each baseline's name to its figures, as in ``evaluation.json``.
    A tie is not a win; a figure that either side lacks is not judged.
    """
    baselines = [name for name in figures if name != "model"]
    if "model" not in figures:
        return "The model itself has not been measured."
    if not baselines:
        return "No baseline was measured, so these figures stand alone."
    rivals = {1: f"the {baselines[0]}", 2: "both baselines"}.get(
        len(baselines), f"all {len(baselines)} baselines"
    )
    won, lost, broken = [], [], []
    for key, (title, _, less, _) in FIGURES.items():
        name = title.split(",")[0]
        others = {base: _number(figures[base].get(key)) for base in baselines}
        others = {base: value for base, value in others.items() if value is not None}
        value = _number(figures["model"].get(key))
        if not others:
            continue
        if value is None:
            broken.append(name)
            continue
        sign = -1 if less else 1
        ahead = [base for base, other in others.items() if sign * other >= sign * value]
        if ahead:
            lost.append(f"{name} ({_listed(ahead)})")
        else:
            won.append(name)
    if not won + lost + broken:
        return "The model and its baselines have no figure in common."
    if won and not lost + broken:
        every = "in every figure: " if len(won) > 1 else "in "
        return f"The model beats {rivals} {every}{_listed(won)}."
    sentence = f"The model beats {rivals} in {_listed(won) if won else 'no figure'}"
    if lost:
        sentence += f"; it is beaten or matched in {_listed(lost)}"
    if broken:
        sentence += f"; its {_listed(broken)} could not be measured"
    return sentence + "."


# Curves.


def _panel(name: str) -> tuple[str, str]:
    """The key and title of the panel in which a column of losses belongs."""
    first, _, rest = name.partition("_")
    kind = rest.partition("_")[0]
    if name.endswith("_probability"):
        return "4 probability", "What the discriminator thinks: D(real) and D(fake)"
    if first in ("d", "discriminator"):
        return "1 discriminator", "Discriminator loss"
    if first in ("g", "generator") and kind == "adversarial":
        return "2 adversarial", "Generator: adversarial loss"
    if first in ("g", "generator") and kind:
        title = kind.upper() if re.fullmatch(r"l\d", kind) else kind
        return f"3 {kind}", f"Generator: {title} loss"
    return f"5 {first}", _label(first if rest else name).capitalize()


def _thinned(steps: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most ``POINTS`` means of neighbours."""
    if len(steps) <= POINTS:
        return steps, values
    parts = np.linspace(0, len(steps), POINTS + 1).astype(int)[:-1]
    sizes = np.diff([*parts, len(steps)])
    return np.add.reduceat(steps, parts) / sizes, np.add.reduceat(values, parts) / sizes


def _smoothed(values: np.ndarray, width: int) -> np.ndarray:
    """Mean over ``width`` neighbours, fewer at the ends."""
    kernel = np.ones(width)
    return np.convolve(values, kernel, "same") / np.convolve(np.ones(len(values)), kernel, "same")


def _curves(metrics: Metrics) -> tuple[list[dict[str, str]], str]:
    """A panel for each group of losses, as SVG, and how the lines are to be read."""
    groups: dict[tuple[str, str], dict[str, np.ndarray]] = {}
    for name, values in metrics.columns.items():
        if name not in ("epoch", "seconds", "images_per_second") and np.isfinite(values).sum() > 1:
            groups.setdefault(_panel(name), {})[name] = values
    if not groups:
        return [], ""
    width = min(len(metrics.steps), max(1, len(metrics.steps) // 25)) | 1
    width = min(width, len(metrics.steps))
    panels = [
        {
            "title": title,
            "source": _draw(metrics.steps, lines, width, key),
            "alt": _told(title, lines),
            "note": "",
        }
        for (key, title), lines in sorted(groups.items())
    ]
    for panel, (key, _) in zip(panels, sorted(groups), strict=True):
        if key.startswith("4"):
            panel["note"] = "A discriminator that cannot tell gives 0.5 to both."
    smooth = (
        f" Strong lines: means over {width} neighbouring rows; faint lines: as recorded." if width > 1 else ""
    )
    return panels, f"Over training steps.{smooth}"


def _told(title: str, lines: Mapping[str, np.ndarray]) -> str:
    """The panel in words, for those who cannot see it."""
    ends = []
    for name, recorded in lines.items():
        values = recorded[np.isfinite(recorded)]
        ends.append(f"{_label(name)} from {values[0]:.3g} to {values[-1]:.3g}")
    return f"{title}: {'; '.join(ends)}"


def _draw(steps: np.ndarray, lines: Mapping[str, np.ndarray], width: int, key: str) -> str:
    """One panel as an SVG data address."""
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    grey = "#77777c"
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": key, "font.size": 9.5}):
        figure = Figure(figsize=(5.6, 2.9), layout="constrained")
        axes = figure.add_subplot()
        short = _short(list(lines))
        for (name, values), colour in zip(lines.items(), _cycled(COLOURS, len(lines)), strict=True):
            finite = np.isfinite(values)
            x, y = steps[finite], values[finite]
            if width > 1:
                axes.plot(*_thinned(x, y), color=colour, alpha=0.22, linewidth=0.8)
            smooth = _smoothed(y, min(width, len(y)))
            axes.plot(*_thinned(x, smooth), color=colour, linewidth=1.9, label=_escaped(short[name]))
        if key.startswith("4"):
            axes.set_ylim(-0.03, 1.03)
            axes.axhline(0.5, color=grey, linewidth=0.8, linestyle=(0, (2, 3)))
        axes.margins(x=0.01)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.grid(axis="y", color="#ecebe7", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(length=0, colors=grey, pad=5)
        for side in axes.spines:
            axes.spines[side].set_visible(side == "bottom")
        axes.spines["bottom"].set_color("#d5d3ce")
        axes.set_xlabel("step", color=grey, loc="right", fontsize=9)
        if len(lines) > 1:
            axes.legend(
                frameon=False,
                ncols=min(len(lines), 4),
                loc="lower left",
                bbox_to_anchor=(-0.02, 1.0),
                handlelength=1.3,
                columnspacing=1.4,
                borderaxespad=0.2,
                labelcolor="#3c3c40",
            )
        content = io.StringIO()
        figure.savefig(content, format="svg", transparent=True, metadata={"Date": None})
    font = 'system-ui, -apple-system, "Segoe UI", Roboto, Arial, "Liberation Sans", sans-serif'.replace(
        '"', "'"
    )
    text = re.sub(r"'DejaVu Sans'[^;\"]*", font, content.getvalue())
    return f"data:image/svg+xml;base64,{base64.b64encode(text.encode()).decode()}"


def _cycled(items: Sequence[str], count: int) -> list[str]:
    return [items[i % len(items)] for i in range(count)]


def _escaped(text: str) -> str:
    """A label that matplotlib takes literally: no mathematics, no hidden legend entry."""
    return text.replace("$", r"\$").lstrip("_") or "?"


def _short(names: list[str]) -> dict[str, str]:
    """Legend labels, without what every name of the panel begins or ends with."""
    parts = [name.split("_") for name in names]
    least = min(map(len, parts))
    if len(names) < 2 or least < 2:
        return {name: _label(name) for name in names}
    head = next((i for i in range(least) if len({part[i] for part in parts}) > 1), least - 1)
    tail = next((i for i in range(least - head) if len({part[-1 - i] for part in parts}) > 1), 0)
    return {
        name: " ".join(part[head : len(part) - tail]) or name for name, part in zip(names, parts, strict=True)
    }


# Notes, configuration, data, bundle.


def _notes(path: Path, warnings: list[str]) -> Any:
    """A person's Markdown as HTML: raw HTML stays text, and no picture is fetched from elsewhere."""
    try:
        text = path.read_text("utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        warnings.append(f"{path.name} could not be read ({_reason(error)}).")
        return None
    return markdown(text) if text else None


def markdown(text: str) -> Any:
    """Markdown (CommonMark without raw HTML and images) as safe HTML, marked as such for the template."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    return Markup(MarkdownIt("commonmark", {"html": False}).enable("table").disable("image").render(text))


def _groups(heading: str, value: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Nested mappings as headed lists of names and values, the plain values first."""
    own, nested = [], []
    for key, item in _mapping(value).items():
        if isinstance(item, dict) and item:
            nested += _groups(f"{heading} · {_label(key)}" if heading else _label(key), item)
        else:
            own.append((_label(key), _text(item)))
    return ([(heading.capitalize() if heading else "Model", own)] if own else []) + nested


def _data_pairs(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (
            _label(key),
            f"{item:,}" if type(item) is int else _text(item),
        )  # counts, where a seed may be among others
        for key, item in data.items()
        if key not in ("description", "skipped")
    ]


def _skipped(value: Any) -> list[tuple[str, str]]:
    found = []
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            found.append((_text(item.get("file")), _text(item.get("reason"))))
        else:
            found.append((_text(item), "–"))
    return found


def _provenance(config: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    names = ("strategy", "precision", "recipe", "format")
    own = [(_label(name), _text(config[name])) for name in names if name in config]
    groups = [("Run", own)] if own else []
    for name in ("hardware", "versions"):
        value = config.get(name)
        groups += _groups(name, value if isinstance(value, dict) else {name: value} if value else {})
    return groups


def _verification(verification: Mapping[str, Any]) -> dict[str, Any] | None:
    if not verification:
        return None
    checks = []
    listed = verification.get("checks")
    for check in map(_mapping, listed if isinstance(listed, list) else ()):
        passed = check.get("pass")
        error, tolerance = _number(check.get("max_abs")), _number(check.get("tolerance"))
        checks.append(
            {
                "artifact": _text(check.get("artifact")),
                "case": _text(check.get("case")),
                "max_abs": _text(check.get("max_abs")) if error is None else f"{error:.2g}",
                "tolerance": _text(check.get("tolerance")) if tolerance is None else f"{tolerance:.2g}",
                "levels": _text(check.get("levels")),
                "verdict": {True: "pass", False: "fail"}.get(passed, "–")
                if isinstance(passed, bool)
                else "–",
                "state": {True: "pass", False: "fail"}.get(passed, "") if isinstance(passed, bool) else "",
            }
        )
    verdict = verification.get("verdict")
    failed = sum(check["state"] == "fail" for check in checks)
    summary = f"{len(checks)} checks, {failed} failed." if checks else ""
    state = {"pass": "pass", "fail": "fail"}.get(verdict, "") if isinstance(verdict, str) else ""
    return {
        "verdict": _text(verdict) if verdict is not None else "",
        "state": state,
        "summary": summary,
        "checks": checks,
    }
