"""Chooses one model shot a product: the whole figure from the front, found by k-means.

The idea is the source thesis's: shots of one kind (whole figure from the front, from the back, cut,
close-up) have like silhouettes and edges, so k-means on 64 × 64 masks and edge maps finds the kinds, and each
product gets the shot nearest to the centre of the wanted kind. Added here: maps of the head, because front
and back have the same silhouette; a rule that names the wanted clusters; and an uncertainty for each choice.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zoo.data.catalogue.reading import Catalogue
from zoo.data.evenly_spaced import evenly_spaced
from zoo.data.images import image_size
from zoo.data.model_shots.shot_clusters import (
    best_shots,
    k_means,
    separation,
    squares,
    uncertainties,
    wanted_clusters,
)
from zoo.data.model_shots.shot_features import Features
from zoo.errors import UserError
from zoo.io.files import make_folder, write_text
from zoo.io.text import csv_cell

CLUSTERS = 8
PAIRS_HEADER = ("id", "product", "model_shot", "cluster", "distance", "uncertainty")

_EXAMPLES = 12
_SMALL = 200  # longer side in pixels below which a head is some 20 pixels high


@dataclass(frozen=True)
class Cluster:
    """One kind of shot.

    Attributes:
        number: 1 is the likeliest whole figure from the front, by ``score``.
        count: how many shots it has.
        score, full, face, quality: means over its shots, 0 to 1 (``silhouettes.Measures``; ``score`` is the
            mean of ``full`` × ``face``).
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
    """A product and the shot chosen for it; ``distance`` in the features' units, ``uncertainty`` 0 to 1."""

    id: str
    product: str
    model_shot: str
    cluster: int
    distance: float
    uncertainty: float


@dataclass(frozen=True)
class Choice:
    """The model shots that were chosen; the numbers that judge the choice are all 0 to 1.

    Attributes:
        catalogue: what was chosen from.
        pairs: one for each product with a shot, in the catalogue's order.
        clusters: by number.
        reason: why these clusters are wanted, in a sentence.
        score: mean of 1 - uncertainty over the products with shots.
        wanted_share: share of these products whose chosen shot lies in a wanted cluster.
        quality: mean trust in the silhouettes of all shots.
        separation: mean silhouette coefficient of the clusters (Rousseeuw 1987), -1 to 1, on a sample.
        shots: how many shots were measured.
        without_shots: how many products have none.
        unreadable: path of each shot that could not be read → what is wrong with it.
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
    unreadable: dict[str, str]
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
    numbered by score, see ``shot_clusters.RULE``. A product's shot is the one nearest to a wanted
    centre; shots inside a wanted cluster go first, and among them those that meet the rule on their own.

    Its uncertainty is the chance that at least one of four things is wrong, were they independent: it lies
    towards another cluster (0 at the wanted centre's side, 1/2 half-way, 1 at the other), it is far out
    for its cluster, its silhouette is poor, on its own it does not look like a whole figure from the front.

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
    features = Features(catalogue.root, paths, seed, progress)
    if features.readable.sum() < 2:
        raise UserError(f"{catalogue.root / 'models'}: fewer than two readable model shots; add more")
    owners = np.array(owners)[features.readable]
    paths = [path for path, good in zip(paths, features.readable, strict=True) if good]
    points, measures = features.points, features.measures

    labels, centres = k_means(points, clusters, seed)
    quality, full, face = measures.T
    rule = full * face
    count = len(centres)
    means = np.stack([measures[labels == k].mean(0) for k in range(count)])
    scores = np.array([rule[labels == k].mean() for k in range(count)])
    order = np.argsort(-scores, kind="stable")
    labels, centres = np.argsort(order)[labels], centres[order]
    means, scores = means[order], scores[order]

    wanted, reason = wanted_clusters(scores, cluster)
    distances = np.sqrt(squares(points, centres))
    nearest = np.array(wanted)[np.argmin(distances[:, wanted], 1)]
    typical = np.array([max(float(np.median(rule[labels == k])), 0.2) for k in range(count)])
    like = rule / typical[nearest]  # 1: as much a whole figure from the front as its cluster
    chosen = best_shots(owners, labels, distances, wanted, like)
    uncertainty = uncertainties(labels, centres, distances, nearest, wanted, quality, like)

    ids, products = catalogue.rows["id"].to_list(), catalogue.rows["img_path"].to_list()
    pairs = [
        Pair(
            id=ids[owners[i]],
            product=products[owners[i]],
            model_shot=paths[i],
            cluster=int(labels[i]) + 1,
            distance=float(distances[i, nearest[i]]),
            uncertainty=float(uncertainty[i]),
        )
        for i in chosen
    ]
    kinds = []
    for k in range(count):
        members = np.flatnonzero(labels == k)
        members = members[np.argsort(distances[members, k], kind="stable")]
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
                examples=[paths[i] for i in members[evenly_spaced(len(members), _EXAMPLES)]],
            )
        )
    inside = float(np.isin(labels[chosen], wanted).mean())
    choice = Choice(
        catalogue=catalogue,
        pairs=pairs,
        clusters=kinds,
        reason=reason,
        score=float(1 - uncertainty[chosen].mean()),
        wanted_share=inside,
        quality=float(quality.mean()),
        separation=separation(points, labels, seed),
        shots=len(paths),
        without_shots=len(catalogue) - len(chosen),
        unreadable=features.unreadable,
        warnings=[],
    )
    choice.warnings.extend(_warnings(choice))
    return choice


def write_pairs(choice: Choice, path: Path | str, max_uncertainty: float = 1.0) -> int:
    """Write what ``pairs_csv`` gives; returns how many pairs were written."""
    text, count = pairs_csv(choice, max_uncertainty)
    path = Path(path)
    make_folder(path.parent)
    write_text(path, text)
    return count


def pairs_csv(choice: Choice, max_uncertainty: float = 1.0) -> tuple[str, int]:
    """The pairs as CSV, and how many they are: the same choice gives the same text.

    Columns ``id;product;model_shot;cluster;distance;uncertainty``, paths relative to the catalogue, in the
    catalogue's order; names as ``zoo.io.text.csv_cell`` writes them. Products whose uncertainty is above
    ``max_uncertainty`` are left out.
    """
    kept = [pair for pair in choice.pairs if pair.uncertainty <= max_uncertainty]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(PAIRS_HEADER)
    for pair in kept:
        names = map(csv_cell, (pair.id, pair.product, pair.model_shot))
        writer.writerow((*names, pair.cluster, f"{pair.distance:.4f}", f"{pair.uncertainty:.3f}"))
    return text.getvalue(), len(kept)


def _warnings(choice: Choice) -> list[str]:
    warnings = []
    shots = [choice.catalogue.root / shot for cluster in choice.clusters for shot in cluster.examples]
    side = int(np.median([max(image_size(shot)) for shot in shots]))
    if side < _SMALL:
        warnings.append(
            f"the shots are small ({side} pixels, {_SMALL} or more are needed to tell a face from hair): "
            "front and back may be confused; look at the contact sheet"
        )
    wanted = [cluster for cluster in choice.clusters if cluster.wanted]
    if choice.quality < 0.6:
        warnings.append(
            f"the silhouettes are poor (trust {choice.quality:.2f} of 1): the figures hardly stand out from "
            "their backgrounds, so the clusters may mean little; look at the contact sheet"
        )
    if max(cluster.score for cluster in wanted) < 0.35:
        warnings.append(
            "no wanted cluster looks like whole figures from the front "
            f"(best score {max(c.score for c in wanted):.2f} of 1); "
            "look at the contact sheet and name the cluster with `cluster`"
        )
    outside = round((1 - choice.wanted_share) * len(choice.pairs))
    if choice.wanted_share < 0.9:
        warnings.append(
            f"{outside:,} of {len(choice.pairs):,} products have no shot in a wanted cluster and got the "
            "nearest one; leave them out with `max_uncertainty` 0.5"
        )
    if choice.score < 0.6:
        warnings.append(f"the choice as a whole is doubtful (score {choice.score:.2f} of 1)")
    if choice.unreadable:
        first = next(iter(choice.unreadable.values()))
        warnings.append(f"{len(choice.unreadable):,} shots could not be read, the first: {first}")
    return warnings
