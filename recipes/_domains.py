"""Two domains for a recipe, and a judge that tells their images apart."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes import _judge
from recipes.options.session import Session
from zoo.evaluation.metrics.silhouettes import silhouette_iou

if TYPE_CHECKING:
    from recipes._prepared_domains import PreparedDomains
    from zoo.engine.signature import Signature
    from zoo.runs.run_directory import RunDirectory

WANTED = {"target_accuracy": 0.8, "silhouette_iou": 0.85}


def domains_of(
    session: Session, arguments: argparse.Namespace, defaults: Mapping[str, str]
) -> "PreparedDomains":
    """The domains that the options name; of the sample products those of ``defaults``, if none are named."""
    from recipes._prepared_domains import prepare_domains
    from zoo.engine.cluster import chief_first

    given = {name: getattr(arguments, name) for name in ("from", "to")}
    if arguments.data is None:
        given = {name: value or defaults[name] for name, value in given.items()}
    root = arguments.data
    if root is not None:
        root = root[0] if len(root) == 1 else tuple(root)
    with chief_first(session.strategy):
        data = prepare_domains(
            root, given["from"], given["to"], arguments.attribute, arguments.where or (), arguments.layout,
            arguments.held_out, arguments.on_bad or "error", session.values["seed"],
        )  # fmt: skip
    session.same_data(data.fingerprint(), data.root)
    return data


class DomainJudge:
    """Says whether a translated picture is of the other domain, and whether the garment kept its shape.

    Args:
        data: the domains; the judge learns from ``judged`` of them.
        size: (height, width) of the pictures.
    """

    def __init__(self, data: "PreparedDomains", size: tuple[int, int]) -> None:
        self.data, self.size = data, size
        self.images = data.judged
        self.attribute = self.images.attributes[0]
        self.places = [self.attribute.values.index(name) for name in data.names]

    def prepare(self, run: "RunDirectory") -> None:
        """Train the classifier, unless the run has it."""
        self.judge = _judge.trained_judge(run.path, self.images, self.size, 0, self.data.fit)
        self.real = [_judge.real_pictures(images, self.size, self.data.fit) for images in self.data.held_out]

    def figures(
        self, signatures: Mapping[str, "Signature"], styles: np.ndarray | None = None
    ) -> dict[str, float]:
        """On the held-out images: target accuracy and silhouette overlap of both directions together,
        and the accuracy of each.

        ``styles``, (K, style_size), are taken in turn by a model that needs some.
        """
        seen, overlaps = {}, []
        for name, source, target in (("AtoB", 0, 1), ("BtoA", 1, 0)):
            inputs = self.real[source]
            more = {} if styles is None else {"style": np.resize(styles, (len(inputs), styles.shape[1]))}
            made = _judge.translated(signatures[name], inputs, self.data.channels[source], **more)
            direction = f"accuracy {self.data.names[source]} to {self.data.names[target]}"
            seen[direction] = self._share(made, target)
            overlaps.append(silhouette_iou(inputs, made).mean())
        together = float(np.mean(list(seen.values())))
        return {"target_accuracy": together, "silhouette_iou": float(np.mean(overlaps)), **seen}

    def write(
        self,
        run: "RunDirectory",
        step: int,
        found: dict[str, float],
        columns: Mapping[str, np.ndarray],
        rivals: Mapping[str, Mapping[str, float]] | None = None,
        protocol: Sequence[str] = (),
        wanted: Mapping[str, float] = WANTED,
    ) -> dict[str, Any]:
        """Write ``evaluation.json``: the figures that were found beside those of real and unchanged images.

        ``rivals`` and ``protocol`` add to those of the judge.
        """
        unchanged = [self._share(pictures, 1 - i) for i, pictures in enumerate(self.real)]
        real = [self._share(pictures, i) for i, pictures in enumerate(self.real)]
        figures = {
            "model": found,
            "unchanged input": {"target_accuracy": float(np.mean(unchanged)), "silhouette_iou": 1.0},
            "real images": {"target_accuracy": float(np.mean(real))},
            **(rivals or {}),
        }
        a, b = self.data.names
        told = [
            f"{_judge.PROTOCOL}, of {len(self.attribute.values)} values of {self.attribute.name}; "
            f"{a} to {b} and {b} to {a}, the mean of both.",
            "Silhouettes are told from the white background, in the input and in what was made of it.",
            *protocol,
        ]
        count = sum(map(len, self.real))
        return _judge.write_evaluation(run, step, figures, count, self.size, told, wanted, columns)

    def _share(self, pictures: np.ndarray, domain: int) -> float:
        wanted = np.full(len(pictures), self.places[domain])
        return _judge.share_seen(self.judge, pictures, self.attribute, wanted)
