"""Writes the catalogue: images by several processes, tables, and all of it whole or not at all."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from zoo.data.sample_catalogue.people import someone
from zoo.data.sample_catalogue.place import locked, take_place, working_folder
from zoo.data.sample_catalogue.products import CATEGORIES, product
from zoo.data.sample_catalogue.shots import kinds_of, model_shot, product_image
from zoo.errors import UserError
from zoo.io.files import make_folder, read_json

VERSION = 1
COLUMNS = (
    "id", "img_path", "img_url", "model_img_urls", "product_url", "brand", "name", "attributes",
    "category", "color", "length", "sleeve_length", "fit", "pattern", "neckline",
)  # fmt: skip
SIZES = (64, 512)
CAST = 14  # people who are photographed
_QUALITY = 90
_FEW = 24  # so few products are drawn here: starting a process costs as much


def draw_product(folder: Path, index: int, size: int, seed: int, shots: bool = True) -> dict:
    """Draw product number ``index`` into ``folder``; returns its row and the kinds of its shots, if any."""
    item = product(index, size, seed)
    g = item.garment
    rng = np.random.default_rng([seed, index, 1])
    cloth_seed = int(rng.integers(2**31))
    person = someone(np.random.default_rng([seed, int(rng.integers(CAST)), 2, 0]))
    path = f"{g.category}/{item.id}.jpg"
    product_image(g, size, cloth_seed).save(folder / path, quality=_QUALITY)
    truth = []
    for n, kind in enumerate(kinds_of(g, rng) if shots else ()):
        shot = model_shot(g, person, kind, size, cloth_seed, np.random.default_rng([seed, index, 3, n]))
        shot.save(folder / "models" / f"{item.id}@{n}.jpg", quality=_QUALITY)
        truth.append((f"models/{item.id}@{n}.jpg", item.id, kind))
    site = "https://example.com"
    row = {
        "id": item.id,
        "img_path": path,
        "img_url": f"{site}/img/{item.id}.jpg",
        "model_img_urls": ",".join(f"{site}/img/{item.id}/{n}.jpg" for n in range(len(truth))),
        "product_url": f"{site}/p/{item.id}",
        "brand": item.brand,
        "name": item.name,
        "attributes": item.attributes,
        "category": g.category,
        "color": g.color,
        "length": g.length,
        "sleeve_length": g.sleeve_length,
        "fit": g.fit,
        "pattern": g.pattern,
        "neckline": g.neckline,
    }
    return {"index": index, "row": row, "truth": truth}


def _worker() -> None:
    """Body of a helper process: draws its share, one line of JSON a product."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    job = json.loads(sys.argv[1])
    folder = Path(job["folder"])
    for index in range(job["first"], job["products"], job["step"]):
        drawn = draw_product(folder, index, job["size"], job["seed"], job["shots"])
        print(json.dumps(drawn), flush=True)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()  # ends when the parent does, however it does
    os._exit(1)


def _drawn_by_helpers(
    folder: Path, products: int, size: int, seed: int, shots: bool, count: int, lock: int | None
) -> Iterator[dict]:
    # Plain child processes rather than multiprocessing: those import the caller's main module
    # again, which a script without a guard, or with TensorFlow at its top, would pay for.
    root = str(Path(__file__).resolve().parents[3])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    code = "from zoo.data.sample_catalogue.writer import _worker; _worker()"
    helpers, readers = [], []
    done: list[dict] = []
    changed = threading.Condition()

    def read(helper: subprocess.Popen) -> None:
        for line in helper.stdout:
            with changed:
                done.append(json.loads(line))
                changed.notify()
        helper.wait()
        with changed:
            changed.notify()

    try:
        with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
            for first in range(count):
                job = {"folder": str(folder), "products": products, "size": size, "seed": seed}
                job |= {"shots": shots, "first": first, "step": count}
                helpers.append(
                    subprocess.Popen(
                        [sys.executable, "-c", code, json.dumps(job)],
                        env=environment,
                        stdout=subprocess.PIPE,
                        stderr=complaints,
                        stdin=subprocess.PIPE,
                        pass_fds=() if lock is None else (lock,),  # it lasts until the last one has ended
                        text=True,
                        encoding="utf-8",
                    )
                )
            readers = [threading.Thread(target=read, args=(h,), daemon=True) for h in helpers]
            for reader in readers:
                reader.start()
            given = 0
            while given < products:
                with changed:
                    while given == len(done) and any(r.is_alive() for r in readers):
                        changed.wait(0.2)
                    fresh = done[given:]
                if not fresh:
                    complaints.seek(0)
                    last = (complaints.read().strip().splitlines() or ["no message"])[-1]
                    raise UserError(f"drawing the sample catalogue into {folder} stopped: {last}")
                yield from fresh
                given += len(fresh)
    finally:
        for helper in helpers:
            if helper.poll() is None:
                helper.kill()
            helper.wait()
        for reader in readers:
            reader.join()
        for helper in helpers:
            helper.stdout.close()
            helper.stdin.close()


def _write_table(path: Path, columns: tuple[str, ...], rows: list) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _reusable(folder: Path, contents: dict) -> bool:
    """Whether ``folder`` already holds this catalogue; raises where it holds something else."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    remedy = "name another folder, or remove this one"
    if not folder.is_dir():
        raise UserError(f"{folder} is a file, and the sample catalogue needs a folder; {remedy}")
    try:
        existing = read_json(folder / "catalogue.json")
    except UserError:
        raise UserError(f"{folder} exists and is not a sample catalogue; {remedy}") from None
    if existing != contents:
        asked = {"shots": True} | contents  # catalogues with shots do not say so
        current = {"shots": True} | existing if isinstance(existing, dict) else dict.fromkeys(asked, existing)
        differ, requested = (", ".join(f"{k} {each.get(k)}" for k in asked) for each in (current, asked))
        raise UserError(f"{folder} holds another sample catalogue ({differ}; asked: {requested}); {remedy}")
    return (folder / "data.csv").is_file()


def write_sample_catalogue(
    folder: Path,
    products: int = 400,
    size: int = 256,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    shots: bool = True,
    on_wait: Callable[[], None] | None = None,
) -> Path:
    """Draw a fashion catalogue into ``folder``, or reuse the same one if it exists.

    Writes ``data.csv`` (separator ``;``, one row a product), ``<category>/<id>.jpg`` (product
    images, ``size`` × ``size``), ``models/<id>@<n>.jpg`` (three to six model shots a product, in
    no order, n from 0), ``truth.csv`` (the kind of each shot, which training never reads) and
    ``catalogue.json`` (what it was made with). The bytes depend on the arguments alone. Without
    ``shots`` there are neither ``models`` nor ``truth.csv``, and ``model_img_urls`` is empty; the
    product images are the same.

    ``progress`` is called with the products drawn so far and in all. Of two processes that draw
    into ``folder`` the second one waits, after a call of ``on_wait``, and reuses what the first one
    drew. Returns the path of ``data.csv``. Raises UserError where ``folder`` holds anything else or
    cannot be written, or an argument is off.
    """
    folder = Path(folder)
    if products < 1:
        raise UserError(f"{products} products: must be an integer ≥ 1")
    if not SIZES[0] <= size <= SIZES[1]:
        raise UserError(f"image size {size}: give {SIZES[0]} to {SIZES[1]} pixels")
    if seed < 0:
        raise UserError(f"seed {seed}: must be an integer ≥ 0")
    contents = {
        "generator": "sample_catalogue",
        "version": VERSION,
        "products": products,
        "size": size,
        "seed": seed,
        **({} if shots else {"shots": False}),
    }
    if _reusable(folder, contents):
        return folder / "data.csv"
    if folder.name in ("", ".."):  # it is renamed to its place when it is whole
        raise UserError(f"{folder} cannot be drawn into; name a folder in it: {folder / 'sample_catalogue'}")
    make_folder(folder.parent)
    with locked(folder, on_wait) as lock:
        if not _reusable(folder, contents):  # which another process may have drawn meanwhile
            _draw(folder, contents, shots, progress, lock)
    return folder / "data.csv"


def _draw(
    folder: Path, contents: dict, shots: bool, progress: Callable[[int, int], None] | None, lock: int | None
) -> None:
    """Draw into a folder beside ``folder``, then rename it."""
    products, size, seed = (contents[name] for name in ("products", "size", "seed"))
    work = working_folder(folder)
    try:
        for name in (*CATEGORIES, *(["models"] if shots else [])):
            (work / name).mkdir()
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        count = min(cores, 1 + products // _FEW)
        if count == 1:
            drawn = (draw_product(work, i, size, seed, shots) for i in range(products))
        else:
            drawn = _drawn_by_helpers(work, products, size, seed, shots, count, lock)
        results = []
        with closing(drawn):  # ends the helpers at once if anything goes wrong here
            for result in drawn:
                results.append(result)
                if progress:
                    progress(len(results), products)
        results.sort(key=lambda r: r["index"])
        _write_table(work / "data.csv", COLUMNS, [[r["row"][c] for c in COLUMNS] for r in results])
        if shots:
            truth = [shot for result in results for shot in result["truth"]]
            _write_table(work / "truth.csv", ("file", "id", "kind"), truth)
        (work / "catalogue.json").write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")
        if lock is None and _reusable(folder, contents):  # another process was first
            shutil.rmtree(work)
        else:
            take_place(work, folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
