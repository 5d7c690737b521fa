"""Chooses one model shot a product: the whole figure from the front, found by k-means.

The idea is the source thesis's: shots of one kind (whole figure from the front, from the back, cut,
close-up) have like silhouettes and edges, so k-means on 64 × 64 masks and edge maps finds the kinds, and each
product gets the shot nearest to the centre of the wanted kind. Added here: maps of the head, because front
and back have the same silhouette; a rule that names the wanted clusters; and a doubt for each choice.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path

import numpy as np

from zoo.data.catalogue import Catalogue, path_inside, write_whole
from zoo.data.images import image_size
from zoo.data.silhouettes import HEAD, SIDE, Figure, read_figure
from zoo.errors import UserError

CLUSTERS = 8
PAIRS_HEADER = ("id", "product", "model_shot", "cluster", "distance", "doubt")

RULE = (
    "A cluster's score is the mean of full x face over its shots. Full: the silhouette is tall, slim, "
    "centred, cut by no side, with a small head. Face: the head's middle is skin and differs from its crown "
    "(hair). "
    "Wanted are the best cluster and those with at least {share:.0%} of its score."
)
WANTED_SHARE = 0.7

_SAMPLE = 4096  # shots from which the features' scale and principal components are learnt
_COMPONENTS = 48
_BATCH = 1024
_POOL_PAYS = 400  # shots that a process should have to do
_MANY = 30_000  # shots from which k-means goes by mini-batches
_EXAMPLES = 12
_SMALL = 200  # longer side in pixels below which a head is some 20 pixels high


@dataclass(frozen=True)
class Cluster:
    """One kind of shot.

    Attributes:
        number: 1 is the likeliest whole figure from the front, by ``score``.
        count: how many shots it has.
        score, full, face, quality: means over its shots, 0 to 1 (``zoo.data.silhouettes.Measures``; ``score``
            is the mean of ``full`` × ``face``).
        wanted: products get their shots from here.
        mask, edges: float32 (SIDE, SIDE) in 0 to 1: the centre.
        examples: paths of some of its shots, from the nearest to the centre to the farthest.
    """

    number: int
    count: int
    score: float
    full: float
    face: float
    quality: float
    wanted: bool
    mask: np.ndarray
    edges: np.ndarray
    examples: list[str]


@dataclass(frozen=True)
class Pair:
    """A product and the shot chosen for it; ``distance`` is in units of the features, ``doubt`` 0 to 1."""

    id: str
    product: str
    model_shot: str
    cluster: int
    distance: float
    doubt: float


@dataclass(frozen=True)
class Choice:
    """What ``choose_model_shots`` found; the numbers that judge it are all 0 to 1.

    Attributes:
        catalogue: what was chosen from.
        pairs: one for each product with a shot, in the catalogue's order.
        clusters: by number.
        reason: why these clusters are wanted, in a sentence.
        score: mean of 1 - doubt over the products with shots.
        wanted_share: share of these products whose chosen shot lies in a wanted cluster.
        quality: mean trust in the silhouettes of all shots.
        separation: mean silhouette coefficient of the clusters (Rousseeuw 1987), -1 to 1, on a sample.
        shots: how many shots were measured.
        without_shots: how many products have none.
        unreadable: what is wrong with the shots that could not be read.
        warnings: plain sentences about what is wrong with this choice, if anything.
    """

    catalogue: Catalogue
    pairs: list[Pair]
    clusters: list[Cluster]
    reason: str
    score: float
    wanted_share: float
    quality: float
    separation: float
    shots: int
    without_shots: int
    unreadable: list[str]
    warnings: list[str]


def choose_model_shots(
    catalogue: Catalogue,
    clusters: int = CLUSTERS,
    cluster: int | Iterable[int] | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Choice:
    """Choose for each product its shot of the whole figure from the front.

    Features are three blocks (masks, edge maps, head maps), each scaled to the same total variance and
    reduced together to principal components, so that memory stays at some hundred bytes a shot. Clusters are
    numbered by score, see ``RULE``. A product's shot is the one nearest to a wanted centre; shots inside a
    wanted cluster go first, and among them those that meet the rule by themselves.

    Its doubt is the chance that at least one of four things is wrong, were they independent: it lies
    towards another cluster (0 at the wanted centre's side, 1/2 half-way, 1 at the other), it is far out
    for its cluster, its silhouette is poor, it does not look like a whole figure from the front by itself.

    Args:
        catalogue: with at least two model shots.
        clusters: how many kinds of shots to look for; fewer if there are fewer shots.
        cluster: numbers of the wanted clusters instead of the rule's.
        seed: of k-means and of the principal components; the same seed gives the same choice.
        progress: called with the number of shots measured and their total.

    Raises:
        UserError: no shots, or a cluster number that does not exist.
    """
    if clusters < 2:
        raise UserError(f"{clusters} clusters cannot tell shots apart; choose 2 or more")
    owners, paths = [], []
    places = dict(zip(catalogue.rows["id"], range(len(catalogue)), strict=True))
    for product, shots in catalogue.model_shots.items():
        owners += [places[product]] * len(shots)
        paths += shots
    if not paths:
        raise UserError(
            f"{catalogue.root / 'models'}: no model shots of the catalogue's products; "
            "they are expected as models/<id>@<n>.jpg"
        )
    features = _Features(catalogue.root, paths, seed, progress)
    if features.readable.sum() < 2:
        raise UserError(f"{catalogue.root / 'models'}: fewer than two readable model shots; add more")
    owners = np.array(owners)[features.readable]
    paths = [path for path, good in zip(paths, features.readable, strict=True) if good]
    points, measures = features.points, features.measures

    labels, centres = _k_means(points, clusters, seed)
    quality, full, face = measures.T
    rule = full * face
    count = len(centres)
    means = np.stack([measures[labels == k].mean(0) for k in range(count)])
    scores = np.array([rule[labels == k].mean() for k in range(count)])
    order = np.argsort(-scores, kind="stable")
    labels, centres = np.argsort(order)[labels], centres[order]
    means, scores = means[order], scores[order]

    wanted, reason = _wanted(scores, cluster)
    distances = np.sqrt(_squares(points, centres))
    nearest = np.array(wanted)[np.argmin(distances[:, wanted], 1)]
    typical = np.array([max(float(np.median(rule[labels == k])), 0.2) for k in range(count)])
    like = rule / typical[nearest]  # 1: as much a whole figure from the front as its cluster
    chosen = _choose(owners, labels, distances, wanted, like)
    doubt = _doubt(labels, centres, distances, nearest, wanted, quality, like)

    ids, products = catalogue.rows["id"].to_list(), catalogue.rows["img_path"].to_list()
    pairs = [
        Pair(
            id=ids[owners[i]],
            product=products[owners[i]],
            model_shot=paths[i],
            cluster=int(labels[i]) + 1,
            distance=float(distances[i, nearest[i]]),
            doubt=float(doubt[i]),
        )
        for i in chosen
    ]
    kinds = []
    for k in range(count):
        members = np.flatnonzero(labels == k)
        members = members[np.argsort(distances[members, k], kind="stable")]
        spread = np.unique(np.linspace(0, len(members) - 1, _EXAMPLES).round().astype(int))
        mask, edges = features.maps(points[members].mean(0))
        kinds.append(
            Cluster(
                number=k + 1,
                count=len(members),
                score=float(scores[k]),
                full=float(means[k, 1]),
                face=float(means[k, 2]),
                quality=float(means[k, 0]),
                wanted=k in wanted,
                mask=mask,
                edges=edges,
                examples=[paths[i] for i in members[spread]],
            )
        )
    inside = float(np.isin(labels[chosen], wanted).mean())
    choice = Choice(
        catalogue=catalogue,
        pairs=pairs,
        clusters=kinds,
        reason=reason,
        score=float(1 - doubt[chosen].mean()),
        wanted_share=inside,
        quality=float(quality.mean()),
        separation=_separation(points, labels, seed),
        shots=len(paths),
        without_shots=len(catalogue) - len(chosen),
        unreadable=features.unreadable,
        warnings=[],
    )
    choice.warnings.extend(_warnings(choice))
    return choice


def write_pairs(choice: Choice, path: Path | str, max_doubt: float = 1.0) -> int:
    """Write the pairs as CSV: the same choice gives the same bytes.

    Columns ``id;product;model_shot;cluster;distance;doubt``, paths relative to the catalogue, in the
    catalogue's order. Products whose doubt is above ``max_doubt`` are left out. Returns how many were
    written.
    """
    kept = [pair for pair in choice.pairs if pair.doubt <= max_doubt]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(PAIRS_HEADER)
    for pair in kept:
        numbers = (pair.cluster, f"{pair.distance:.4f}", f"{pair.doubt:.3f}")
        writer.writerow((pair.id, pair.product, pair.model_shot, *numbers))
    data = text.getvalue().encode("utf-8")
    write_whole(Path(path), lambda beside: beside.write_bytes(data))
    return len(kept)


def read_pairs(path: Path | str, root: Path | str | None = None) -> list[tuple[str, Path, Path]]:
    """Read a pairs file: id, product image and model shot, as absolute paths.

    Args:
        path: a CSV with at least the columns id, product and model_shot; separator ``;`` or ``,``.
        root: folder that the paths are relative to and must stay in; the file's own if not given.

    Raises:
        UserError: names the file and the row that cannot be used. Whether the images exist is left to
            whoever reads them.
    """
    path = Path(path)
    root = Path(path.parent if root is None else root).resolve()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); select_model_shots writes it") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8; write it again with select_model_shots") from error
    header, _, _ = text.partition("\n")
    rows = csv.reader(text.splitlines(), delimiter=";" if ";" in header else ",")
    names = [name.strip() for name in next(rows, [])]
    columns = []
    for name in PAIRS_HEADER[:3]:
        if name not in names:
            raise UserError(
                f"{path}: row 1 has no column {name!r}; write the file again with select_model_shots"
            )
        columns.append(names.index(name))
    pairs = []
    try:
        for number, row in enumerate(rows, 2):
            if not row:
                continue
            if len(row) <= max(columns):
                raise UserError(f"{path}: row {number} is cut short; write the file again")
            product, *images = (row[column] for column in columns)
            inside = []
            for name, image in zip(PAIRS_HEADER[1:3], images, strict=True):
                try:
                    inside.append(path_inside(root, image))
                except ValueError as error:
                    raise UserError(
                        f"{path}: row {number}, column {name}: {error}; name an image below {root}"
                    ) from error
            pairs.append((product, *inside))
    except csv.Error as error:
        raise UserError(f"{path}: broken row ({error}); write the file again") from error
    return pairs


class _Features:
    """Points for k-means: the shots' maps, scaled by block and reduced to principal components.

    Scale and components come from at most ``_SAMPLE`` shots, evenly spread; all others are projected
    batch by batch, so the maps of half a million shots are never held at once.
    """

    def __init__(
        self, root: Path, paths: Sequence[str], seed: int, progress: Callable[[int, int], None] | None
    ) -> None:
        total = len(paths)
        self.readable = np.zeros(total, bool)
        self.unreadable: list[str] = []
        self._done, self._total, self._progress = 0, total, progress
        sample = np.unique(np.linspace(0, total - 1, min(total, _SAMPLE)).round().astype(int))
        measures = np.zeros((total, 3), np.float32)
        self._pool = _Pool(total)
        with self._pool:
            maps = self._measure(root, paths, sample, measures)
            learnt = maps[self.readable[sample]]
            if not len(learnt):
                self.points, self.measures = np.zeros((0, 1)), measures[:0]
                return
            self._learn(learnt, seed)
            points = np.zeros((total, len(self._axes)), np.float32)
            points[sample] = self._project(maps)
            del maps, learnt
            rest = np.setdiff1d(np.arange(total), sample, assume_unique=True)
            for start in range(0, len(rest), _BATCH):
                batch = rest[start : start + _BATCH]
                points[batch] = self._project(self._measure(root, paths, batch, measures))
        self.points, self.measures = points[self.readable].astype(np.float64), measures[self.readable]

    def maps(self, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mask and edge map, float32 (SIDE, SIDE) in 0 to 1, that a point stands for."""
        flat = (point @ self._axes / self._scale + self._mean).clip(0, 255) / 255
        area = SIDE * SIDE
        return tuple(flat[i * area : (i + 1) * area].reshape(SIDE, SIDE).astype(np.float32) for i in (0, 1))

    def _measure(
        self, root: Path, paths: Sequence[str], which: np.ndarray, measures: np.ndarray
    ) -> np.ndarray:
        """Maps of some shots, uint8 (n, 2·SIDE² + 2·HEAD²); their measures go to the rows of ``measures``."""
        maps = np.zeros((len(which), 2 * SIDE * SIDE + 2 * HEAD * HEAD), np.uint8)
        figures = self._pool.map([root / paths[i] for i in which])
        for row, (i, figure) in enumerate(zip(which, figures, strict=True)):
            if isinstance(figure, str):
                self.unreadable.append(figure)
            else:
                self.readable[i] = True
                measures[i] = figure.measures
                maps[row] = np.concatenate([figure.mask, figure.edges, figure.head], axis=None)
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._total)
        return maps

    def _learn(self, maps: np.ndarray, seed: int) -> None:
        from sklearn.utils.extmath import randomized_svd
        from threadpoolctl import threadpool_limits

        values = maps.astype(np.float32)
        self._mean = values.mean(0)
        values -= self._mean
        blocks = np.repeat([0, 1, 2], [SIDE * SIDE, SIDE * SIDE, 2 * HEAD * HEAD])
        totals = np.bincount(blocks, weights=values.var(0, dtype=np.float64))
        self._scale = (1 / np.sqrt(np.maximum(totals, 1.0)))[blocks].astype(np.float32)
        values *= self._scale
        with threadpool_limits(1):  # the order of sums, and so the last bits, depend on the threads
            count = min(_COMPONENTS, *values.shape)
            self._axes = randomized_svd(values, count, n_iter=3, random_state=seed)[2].astype(np.float32)

    def _project(self, maps: np.ndarray) -> np.ndarray:
        return ((maps - self._mean) * self._scale) @ self._axes.T


class _Pool:
    """Measures figures in processes if that pays (a process takes a second to start), else right here."""

    def __init__(self, total: int) -> None:
        workers = min(cpu_count() or 1, 16, total // _POOL_PAYS)
        self._processes = None
        if workers > 1:
            # Not forked: the caller may have threads, TensorFlow's for one.
            self._processes = ProcessPoolExecutor(workers, get_context("spawn"))

    def __enter__(self) -> "_Pool":
        return self

    def __exit__(self, *_: object) -> None:
        if self._processes is not None:
            self._processes.shutdown(cancel_futures=True)

    def map(self, paths: list[Path]) -> Iterator[Figure | str]:
        """The figures of the paths, in order."""
        done = 0
        if self._processes is not None:
            try:
                for figure in self._processes.map(read_figure, paths, chunksize=16):
                    yield figure
                    done += 1
            except BrokenProcessPool:  # a script without ``if __name__ == "__main__"``, a small machine
                self._processes.shutdown()
                self._processes = None
        yield from map(read_figure, paths[done:])


def _k_means(points: np.ndarray, clusters: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels (n,) from 0 and centres (k, d), k at most ``clusters``; empty clusters are dropped."""
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from threadpoolctl import threadpool_limits

    clusters = min(clusters, len(np.unique(points, axis=0)) if len(points) < _MANY else clusters)
    if len(points) < _MANY:
        method = KMeans(clusters, n_init=10, random_state=seed)
    else:
        method = MiniBatchKMeans(clusters, n_init=10, batch_size=4096, random_state=seed)
    with threadpool_limits(1):
        labels = method.fit_predict(points)
    used, labels = np.unique(labels, return_inverse=True)
    return labels, method.cluster_centers_[used]


def _wanted(scores: np.ndarray, asked: int | Iterable[int] | None) -> tuple[list[int], str]:
    """Indices of the wanted clusters, and the reason in a sentence. ``scores`` fall."""
    if asked is not None:
        numbers = sorted({asked} if isinstance(asked, int) else set(asked))
        for number in numbers:
            if not 1 <= number <= len(scores):
                raise UserError(f"cluster {number} does not exist; there are 1 to {len(scores)}")
        if not numbers:
            raise UserError("no wanted cluster is named; give at least one number")
        return [number - 1 for number in numbers], f"{_clusters(numbers)}: as asked for, not by the rule"
    wanted = [k for k in range(len(scores)) if scores[k] >= max(WANTED_SHARE * scores[0], 1e-9)] or [0]
    numbers = [k + 1 for k in wanted]
    said = f"{_clusters(numbers)}: whole figure from the front, score {_listed(scores[k] for k in wanted)}"
    if len(wanted) < len(scores):
        said += f"; the next is cluster {len(wanted) + 1} with {scores[len(wanted)]:.2f}"
    return wanted, said


def _choose(
    owners: np.ndarray, labels: np.ndarray, distances: np.ndarray, wanted: list[int], like: np.ndarray
) -> np.ndarray:
    """Index of each product's shot.

    Inside a wanted cluster before outside, then those that are themselves nearly (3/4) as much a whole
    figure from the front as their cluster, then the nearest to a wanted centre.
    """
    outside = ~np.isin(labels, wanted)
    order = np.lexsort((distances[:, wanted].min(1), like < 0.75, outside, owners))
    return order[np.unique(owners[order], return_index=True)[1]]


def _doubt(
    labels: np.ndarray, centres: np.ndarray, distances: np.ndarray, nearest: np.ndarray, wanted: list[int],
    quality: np.ndarray, like: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Doubt of each shot in 0 to 1, were it chosen (see ``choose_model_shots``)."""
    here = distances[np.arange(len(labels)), nearest]
    towards = np.zeros(len(labels))
    for other in set(range(len(centres))) - set(wanted):
        # Place along the line from the wanted centre (0) to the other one (1); what is across cancels.
        apart = np.maximum(((centres - centres[other]) ** 2).sum(1)[nearest], 1e-12)
        towards = np.maximum(towards, 0.5 + (here**2 - distances[:, other] ** 2) / (2 * apart))
    far = np.zeros(len(labels))
    for k in wanted:
        mine = nearest == k
        middle = np.median(here[labels == k])
        spread = max(1.4826 * float(np.median(np.abs(here[labels == k] - middle))), 1e-9)
        far[mine] = ((here[mine] - middle) / spread - 2.5) / 5
    parts = (towards, far, (0.6 - quality) / 0.6, 0.75 - like)
    return 1 - np.prod([1 - np.clip(part, 0, 1) for part in parts], axis=0)


def _separation(points: np.ndarray, labels: np.ndarray, seed: int) -> float:
    from sklearn.metrics import silhouette_score

    if not 1 < len(np.unique(labels)) < len(points):
        return 0.0
    few = np.sort(np.random.default_rng(seed).permutation(len(points))[:2000])
    if not 1 < len(np.unique(labels[few])) < len(few):
        return 0.0
    return float(silhouette_score(points[few], labels[few]))


def _warnings(choice: Choice) -> list[str]:
    said = []
    shots = [choice.catalogue.root / shot for cluster in choice.clusters for shot in cluster.examples]
    side = int(np.median([max(image_size(shot)) for shot in shots]))
    if side < _SMALL:
        said.append(
            f"the shots are small ({side} pixels, {_SMALL} or more are needed to tell a face from hair): "
            "front and back may be confused; look at the contact sheet"
        )
    wanted = [cluster for cluster in choice.clusters if cluster.wanted]
    if choice.quality < 0.6:
        said.append(
            f"the silhouettes are poor (trust {choice.quality:.2f} of 1): the figures hardly stand out from "
            "their backgrounds, so the clusters may mean little; look at the contact sheet"
        )
    if max(cluster.score for cluster in wanted) < 0.35:
        said.append(
            "no wanted cluster looks like whole figures from the front "
            f"(best score {max(c.score for c in wanted):.2f} of 1); "
            "look at the contact sheet and name the cluster with --cluster"
        )
    outside = round((1 - choice.wanted_share) * len(choice.pairs))
    if choice.wanted_share < 0.9:
        said.append(
            f"{outside:,} of {len(choice.pairs):,} products have no shot in a wanted cluster and got the "
            "nearest one; leave them out with --max-doubt 0.5"
        )
    if choice.score < 0.6:
        said.append(f"the choice as a whole is doubtful (score {choice.score:.2f} of 1)")
    if choice.unreadable:
        said.append(f"{len(choice.unreadable):,} shots could not be read, the first: {choice.unreadable[0]}")
    return said


def _squares(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Squared distances (n, k), centre by centre to spare memory."""
    return np.stack([((points - centre) ** 2).sum(1) for centre in centres], 1)


def _clusters(numbers: Sequence[int]) -> str:
    return f"cluster{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _listed(values: Iterable[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)
