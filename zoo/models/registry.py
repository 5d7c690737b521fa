"""The models of the zoo: what each is for, and where it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from zoo.attributes import Attribute


@dataclass(frozen=True)
class Entry:
    """A model of the zoo.

    Attributes:
        name: in a run's ``config.json``.
        title: as its paper has it.
        module: where it is; the names below are in it.
        model: the ``GAN``: (configuration, precision) → the model.
        configuration: its dataclass.
        signature: ``(configuration, name of a signature[, statistics][, dropout=])`` → ``Signature``.
        recipe: the module that trains it.
        task: what it does for a catalogue.
        paper: where it was published.
        supervised, multi_domain, multi_modal, latent_space: as in the thesis's Table 1; None for
            the models that are not in it.
        choice_of_statistics: whether its normalisations may take either kind after training.
        choice_of_dropout: whether its generator may have dropout, which may stay on after training.
        example: what the configuration needs besides its defaults to be a model of the paper's,
            whose parameters can be counted.
    """

    name: str
    title: str
    module: str
    model: str
    configuration: str
    signature: str
    recipe: str
    task: str
    paper: str
    supervised: bool | None = None
    multi_domain: bool | None = None
    multi_modal: bool | None = None
    latent_space: bool | None = None
    choice_of_statistics: bool = False
    choice_of_dropout: bool = False
    example: Mapping[str, Any] = field(default_factory=dict)

    def load(self, kind: str) -> Callable[..., Any]:
        """What "model", "configuration" or "signature" names."""
        return getattr(import_module(self.module), getattr(self, kind))

    @property
    def signatures(self) -> tuple[str, ...]:
        """Names of the ways to use it, the first one the usual."""
        return import_module(self.module).SIGNATURES

    def parameters(self) -> tuple[int, int]:
        """Trainable numbers of the generators, and of the discriminators, by default.

        It builds the model: seconds, and the memory that its weights take.
        """
        model = self.load("model")(self.load("configuration")(**self.example))

        def count(weights: list[Any]) -> int:
            return sum(weight.shape.num_elements() for weight in weights)

        generators = sum(count(network.trainable_weights) for network in model.generators().values())
        return generators, count(model.trainable_weights) - generators


# The attributes that the papers' own models have.
_DIGITS = (Attribute("digit", tuple("0123456789")),)
_CELEBA = tuple(
    Attribute(name, ("no", "yes")) for name in ("black_hair", "blond_hair", "brown_hair", "male", "young")
)
_SMILING = (Attribute("smiling", ("no", "yes")),)

TABLE = (
    Entry(
        "dcgan", "GAN, DCGAN", "zoo.models.dcgan.model",
        "DCGAN", "DCGANConfig", "dcgan_signature", "recipes.dcgan_products",
        "draw new products from noise", "https://arxiv.org/abs/1511.06434",
    ),
    Entry(
        "conditional_gan", "Conditional GAN", "zoo.models.conditional_gan.model",
        "ConditionalGAN", "ConditionalGANConfig",
        "conditional_gan_signature", "recipes.cgan_categories",
        "draw a product of a given category or colour",
        "https://arxiv.org/abs/1411.1784", example={"attributes": _DIGITS},
    ),
    Entry(
        "pix2pix", "pix2pix", "zoo.models.pix2pix.model",
        "Pix2Pix", "Pix2PixConfig", "pix2pix_signature",
        "recipes.pix2pix_product2model", "one domain to another, from pairs: product to model shot",
        "https://arxiv.org/abs/1611.07004", supervised=True, multi_domain=False, multi_modal=False,
        latent_space=False, choice_of_statistics=True, choice_of_dropout=True,
    ),
    Entry(
        "cyclegan", "CycleGAN", "zoo.models.cyclegan.model",
        "CycleGAN", "CycleGANConfig", "cyclegan_signature",
        "recipes.cyclegan_pattern", "one domain to another, unpaired: add or remove a pattern",
        "https://arxiv.org/abs/1703.10593", supervised=False, multi_domain=False, multi_modal=False,
        latent_space=False, choice_of_dropout=True,
    ),
    Entry(
        "stargan", "StarGAN", "zoo.models.stargan.model",
        "StarGAN", "StarGANConfig", "stargan_signature",
        "recipes.stargan_attributes", "several attributes with one generator",
        "https://arxiv.org/abs/1711.09020", supervised=False, multi_domain=True, multi_modal=False,
        latent_space=False, example={"attributes": _CELEBA},
    ),
    Entry(
        "munit", "MUNIT", "zoo.models.munit.model",
        "MUNIT", "MUNITConfig", "munit_signature", "recipes.munit_styles",
        "many answers for one picture: style sampled, or taken from another",
        "https://arxiv.org/abs/1804.04732", supervised=False, multi_domain=False, multi_modal=True,
        latent_space=True,
    ),
    Entry(
        "fader", "Fader Networks", "zoo.models.fader.model",
        "Fader", "FaderConfig", "fader_signature",
        "recipes.fader_attributes", "slide an attribute continuously",
        "https://arxiv.org/abs/1706.00409", supervised=False, multi_domain=True, multi_modal=False,
        latent_space=True, example={"attributes": _SMILING},
    ),
)  # fmt: skip


def entry_of(name: str) -> Entry:
    """The model of that name.

    Raises:
        KeyError: there is none.
    """
    return {entry.name: entry for entry in TABLE}[name]
