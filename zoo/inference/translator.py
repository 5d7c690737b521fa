"""A trained model as a program uses it: images in any form go in, and come back in the same form."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from zoo.data.images import as_float, fit, to_uint8, unfit
from zoo.engine.signature import Amount, Choice, Input, Noise, Picture
from zoo.errors import UserError
from zoo.inference.image_kinds import unpack
from zoo.inference.settings import Rows, condition_rows, describe, noise_rows

BATCH_SIZE = 4


@dataclass(frozen=True)
class Info:
    """What a translator is.

    Attributes:
        source: directory of the bundle or the run.
        runtime: what computes: "ONNX Runtime" or "TensorFlow".
        model, recipe: names, such as "pix2pix" and "pix2pix_product2model"; "" where unknown.
        signature, meaning: name of the way it is used, and what comes out.
        size: (height, width) of the images in training.
        sha256: of the bundle's ONNX model, or of the state of the run's checkpoint.
        dropout: whether dropout is drawn at each call, so that results differ.
        provenance: run, step, data fingerprint, versions, date, as far as they are known.
    """

    source: Path
    runtime: str
    model: str
    recipe: str
    signature: str
    meaning: str
    size: tuple[int, int]
    sha256: str | None
    dropout: bool = False
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def description(self) -> str:
        """One line: where it is from, signature, size, and what computes it."""
        kind, how = "bundle", self.runtime
        if self.runtime != "ONNX Runtime":
            kind, how = "run", f"checkpoint of step {self.provenance['step']:,}"
        height, width = self.size
        dropout = ", dropout on" if self.dropout else ""
        return f"{kind} {self.source}, {self.signature}, {height}x{width}, {how}{dropout}"

    def __repr__(self) -> str:
        height, width = self.size
        values = {
            "model": f"{self.model}{f', trained by {self.recipe}' if self.recipe else ''}",
            "signature": f"{self.signature}{f': {self.meaning}' if self.meaning else ''}",
            "size": f"{height}x{width} (height x width) in training{', dropout on' if self.dropout else ''}",
            "source": f"{self.source}, run by {self.runtime}",
            "sha256": self.sha256,
            **{key: value for key, value in self.provenance.items() if isinstance(value, str | int | float)},
        }
        return "\n".join(f"{key:12}  {value}" for key, value in values.items() if value not in (None, ""))


class Translator:
    """A trained model in one of its signatures, ready to run: see ``zoo.load``.

    Args:
        run: float32 arrays by the inputs' names, as many examples in each → images, float32
            (N, H, W, channels) in [-1, 1], as large as the first image that goes in.
        inputs: what goes in, in order; the first ``Picture`` is the image to translate, a second one has
            the style.
        info: what it is.
        styled: opens the same model in the signature that takes the style from another image; None where
            there is none.

    Attributes:
        inputs, info: as given.
    """

    def __init__(
        self,
        run: Callable[[Rows], np.ndarray],
        inputs: Sequence[Input],
        info: Info,
        styled: "Callable[[], Translator] | None" = None,
    ) -> None:
        self._run = run
        self.inputs = tuple(inputs)
        self.info = info
        self._open_styled = styled
        self._styled: Translator | None = None

    def __repr__(self) -> str:
        return f"<Translator {self.info.description}; it takes {self.takes}>"

    def of_kind(self, kind: type[Input]) -> list[Any]:
        """Its inputs of a kind: ``Picture``, ``Noise``, ``Choice`` or ``Amount``."""
        return [each for each in self.inputs if isinstance(each, kind)]

    @property
    def takes(self) -> str:
        """What goes in, in words."""
        images = [each.name for each in self.of_kind(Picture)]
        conditions = self.of_kind(Choice) + self.of_kind(Amount)
        noise = ", ".join(f"{each.name} (drawn)" for each in self.of_kind(Noise))
        return ", ".join(filter(None, (*images, describe(conditions), noise)))

    def __call__(
        self,
        image: Any,
        /,
        *,
        style: int | Any = None,
        styles: int | None = None,
        style_image: Any = None,
        seed: int = 0,
        batch_size: int = BATCH_SIZE,
        conditions: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> Any:
        """Translate images; each comes back at its own size.

        Images are fitted onto white at the size of training, translated, scaled back and cropped.

        Args:
            image: an array (H, W, C) or a batch (N, H, W, C), uint8 or float in [-1, 1], grey or RGB; a
                Pillow image; the path of an image file; or a list of any of these.
            style: of a model with styles, the seed of one, or its numbers, (size,).
            styles: number of answers for each image, in styles drawn with ``seed``.
            style_image: an image, in any of these forms, whose style the others get.
            seed: of the styles that are drawn.
            batch_size: images that are computed together.
            conditions: values by name, for names that are not Python identifiers or one of those above.
            **named: values by name: one of a choice's (None leaves an optional one as it is), or a number
                for an amount, 0 to 1.

        Returns:
            What went in: uint8 for uint8, floats in [-1, 1] for floats, a Pillow image for a Pillow image or
            a path, a list for a list. With ``styles`` a list of that many.

        Raises:
            UserError: the model does not use what is given, or a value is not one of its input's; the
                message names the input, the value, and what is known.
        """
        if style_image is not None and len(self.of_kind(Picture)) == 1:
            settings = {"seed": seed, "batch_size": batch_size, "conditions": conditions, **named}
            return self.styled()(image, style_image=style_image, style=style, styles=styles, **settings)
        source, *others = self.of_kind(Picture) or [None]
        if source is None:
            raise UserError(f"`image`: {self.info.signature} draws and takes no image; call draw(count)")
        if others and style_image is None:
            raise UserError("`style_image` is missing: give the image whose style the others get")
        if not (style is None and styles is None) and not self.of_kind(Noise):
            name = "style" if styles is None else "styles"
            raise UserError(f"`{name}`: {self.info.signature} has no styles; it takes {self.takes}")
        if style is not None and styles is not None:
            raise UserError("`style` and `styles`: give one of them")
        rows = self.condition_rows({**(conditions or {}), **named})
        rows |= self.style_rows(style_image) if others else {}
        unpacked = unpack(image, source.channels)
        variants = [{**rows, **noise} for noise in self._styles(style, styles, seed)]
        results = self.translate(unpacked.images, variants, batch_size)
        answers = [unpacked.pack([each[i] for each in results]) for i in range(len(variants))]
        return answers[0] if styles is None else answers

    def draw(
        self,
        count: int,
        /,
        *,
        seed: int = 0,
        batch_size: int = BATCH_SIZE,
        conditions: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> np.ndarray:
        """Draw images with a model that takes none.

        Args:
            count: how many.
            seed: of the noise; the same seed draws the same, so that values can be compared.
            batch_size, conditions, **named: as of ``__call__``.

        Returns:
            uint8 (count, H, W, channels), at the size of training.

        Raises:
            UserError: the model takes an image, or as ``__call__``.
        """
        if self.of_kind(Picture):
            raise UserError(f"draw: {self.info.signature} translates images; it takes {self.takes}")
        _check_count("count", count)
        rows = self.condition_rows({**(conditions or {}), **named})
        examples = [{**rows, **noise} for noise in self.noise_rows(count, seed)]
        return np.stack(self.draw_rows(examples, batch_size))

    # What both are composed of, for programs with their own way of choosing images and settings.

    def condition_rows(self, values: Mapping[str, Any]) -> Rows:
        """The rows of its choices and amounts, see ``zoo.inference.settings``.

        Raises:
            UserError: a name or value is unknown, or one is missing.
        """
        return condition_rows(self.inputs, values)

    def noise_rows(self, count: int, seed: int = 0) -> list[Rows]:
        """``count`` rows of its noise, drawn with ``seed``; empty rows where it takes none.

        Raises:
            UserError: the seed is not an integer ≥ 0.
        """
        _check_integer("seed", seed, 0)
        return noise_rows(self.inputs, count, seed)

    def style_rows(self, style_image: Any) -> Rows:
        """The rows of one image for its inputs that have the style, in any form of ``__call__``.

        Raises:
            UserError: there are several images, or as ``unpack``.
        """
        rows = {}
        for each in self.of_kind(Picture)[1:]:
            images = unpack(style_image, each.channels, "style_image").images
            if len(images) != 1:
                raise UserError(f"`style_image`: {len(images)} images; give one")
            rows[each.name] = as_float(fit(images[0], self.info.size))[None]
        return rows

    def translate(
        self, images: Iterable[np.ndarray], variants: Sequence[Rows], batch_size: int = BATCH_SIZE
    ) -> list[list[np.ndarray]]:
        """Translate images in each of some settings.

        Args:
            images: uint8, or float32 in [-1, 1], (H, W, C), with the channels of its first ``Picture``.
            variants: settings, each the rows of all inputs but the first ``Picture``.
            batch_size: images that are computed together.

        Returns:
            Of each image a result of each setting, of the image's dtype, height and width.
        """
        _check_count("batch_size", batch_size)
        source = self.of_kind(Picture)[0]
        images, results = list(images), []
        for start in range(0, len(images), batch_size):
            batch = images[start : start + batch_size]
            fitted = np.stack([as_float(fit(image, self.info.size)) for image in batch])
            answers = [self._computed({source.name: fitted, **rows}) for rows in variants]
            results += [[_returned(each[i], image) for each in answers] for i, image in enumerate(batch)]
        return results

    def draw_rows(self, rows: Sequence[Rows], batch_size: int = BATCH_SIZE) -> list[np.ndarray]:
        """Draw an image of each of ``rows``, which are of all inputs: uint8 (H, W, channels) each."""
        _check_count("batch_size", batch_size)
        images: list[np.ndarray] = []
        for start in range(0, len(rows), batch_size):
            part = rows[start : start + batch_size]
            stacked = {name: np.concatenate([row[name] for row in part]) for name in part[0]}
            images += list(to_uint8(self._computed(stacked)))
        return images

    def styled(self) -> "Translator":
        """The same model in the signature that takes the style from another image.

        Raises:
            UserError: there is none.
        """
        if self._open_styled is None:
            raise UserError(
                f"`style_image`: {self.info.source} takes no style from an image; it takes {self.takes}"
            )
        if self._styled is None:
            self._styled = self._open_styled()
        return self._styled

    def _styles(self, style: int | Any, styles: int | None, seed: int) -> list[Rows]:
        if styles is not None:
            _check_count("styles", styles)
        if style is None:
            return self.noise_rows(styles or 1, seed)
        if isinstance(style, int | np.integer):
            _check_integer("style", style, 0)
            return self.noise_rows(1, style)
        (noise,) = self.of_kind(Noise)
        try:
            numbers = np.asarray(style, np.float32)
        except (TypeError, ValueError):
            raise UserError(f"`style` {style!r}: must be a seed, or {noise.size} finite numbers") from None
        if numbers.shape != (noise.size,) or not np.isfinite(numbers).all():
            raise UserError(f"`style` {list(numbers.shape)}: must be a seed, or {noise.size} finite numbers")
        return [{noise.name: numbers[None]}]

    def _computed(self, arrays: Rows) -> np.ndarray:
        """Images, float32 (N, H, W, C); inputs with one example are repeated for all."""
        count = max(map(len, arrays.values()))
        return self._run({name: np.repeat(rows, count // len(rows), axis=0) for name, rows in arrays.items()})


def _returned(result: np.ndarray, image: np.ndarray) -> np.ndarray:
    """A float32 result at the size and of the dtype of the image that went in."""
    return unfit(to_uint8(result) if image.dtype == np.uint8 else result, image.shape[:2])


def _check_count(name: str, count: int) -> None:
    _check_integer(name, count, 1)


def _check_integer(name: str, value: int, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise UserError(f"`{name}` {value!r}: must be an integer ≥ {least}")
