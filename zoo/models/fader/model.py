"""Fader Networks: attributes taken out of an image's code (Lample et al. 2017, arXiv:1706.00409)."""

from typing import Any

from zoo.attributes import Attribute
from zoo.backend import keras, tf
from zoo.engine.gan import GAN, Losses
from zoo.engine.random import RandomLayer
from zoo.engine.replicas import replica_of_replicas
from zoo.errors import UserError
from zoo.losses import cross_entropy, l2
from zoo.models.fader.configuration import FaderConfig
from zoo.models.fader.networks import fader_decoder, fader_encoder, fader_latent_discriminator, sides


class Fader(GAN):
    """An autoencoder whose latent code must not reveal the attributes, which its decoder is given.

    With E the encoder, D the decoder, L the latent discriminator, y the labels and y' others:
    ``L_L = Σ_attributes CE(L(E(x)), y)``
    ``L_AE = |D(E(x), y) - x|² + λ(images seen) · Σ_attributes CE(L(E(x)), y')``

    Each update has its own batch. The network that is not trained is used as after training,
    with running statistics and without dropout: several replicas agree on those only with
    ``sync_batch_norm``.

    Args:
        config: see ``FaderConfig``.
        precision: "float32", "float64", "mixed_bfloat16" or "mixed_float16".

    Call: images (N, H, W, channels) in [-1, 1] and columns (N, config.columns) → images in (-1, 1).
    Train on a dataset of (images, labels) batches: NHWC in [-1, 1], and int32 (N, attributes), the
    value's index in ``Attribute.values``, never unknown.

    Raises:
        UserError: if the attributes, the size or ``upsampling`` are not allowed.
    """

    batches_per_step = 2
    # The latent discriminator's loss belongs high, at chance; near 0 the latent still tells the
    # attributes, as it does early in training.
    discriminator_losses = ()

    def __init__(self, config: FaderConfig | None = None, precision: str = "float32", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config = config or FaderConfig()
        self.precision = precision
        check_attributes(config.attributes)
        self.encoder, self.decoder = autoencoder(config, precision)
        self.latent_discriminator = fader_latent_discriminator(
            config.columns, hidden_width=config.hidden_width, dropout=config.dropout, seed=config.seed + 2,
            **_sizes(config, precision),
        )  # fmt: skip
        self.others = RandomLayer(config.seed, name="others")

    def compile(self, **kwargs: Any) -> None:
        """Make both optimisers, Adam with clipping as in the configuration, and compile."""
        self.autoencoder_optimizer = self.make_adam(
            [self.encoder, self.decoder], global_clipnorm=self.config.clip_norm
        )
        self.latent_optimizer = self.make_adam(
            [self.latent_discriminator], global_clipnorm=self.config.clip_norm
        )
        self.others.build(())
        super().compile(optimizer=self.autoencoder_optimizer, **kwargs)

    def call(self, inputs: tuple[tf.Tensor, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        images, columns = inputs
        return self.decoder([self.encoder(images, training=training), columns], training=training)

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> Losses:
        """One update of L, then one of the autoencoder against the updated L, on another batch."""
        first, (images, labels) = self.batches(data)
        d_losses = self.minimize(
            self.latent_discriminator_loss, self.latent_optimizer, [self.latent_discriminator], *first
        )
        g_losses = self.minimize(
            self.autoencoder_loss,
            self.autoencoder_optimizer,
            [self.encoder, self.decoder],
            images,
            labels,
            self.other_labels(labels),
            self.latent_weights(images),
        )
        return {**d_losses, **g_losses}

    def latent_discriminator_loss(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, Losses]:
        """``Σ_attributes CE(L(E(x)), y)``; the encoder as it is used."""
        latent = tf.stop_gradient(self.encoder(images, training=False))
        logits = self.latent_discriminator(latent, training=True)
        d_latent = self.global_mean(self.attributes_cross_entropy(logits, labels))
        return d_latent, {"d_latent": d_latent}

    def autoencoder_loss(
        self, images: tf.Tensor, labels: tf.Tensor, others: tf.Tensor, weights: tf.Tensor
    ) -> tuple[tf.Tensor, Losses]:
        """``|D(E(x), y) - x|² + λ · Σ_attributes CE(L(E(x)), y')``; L as it is used.

        Args:
            images: (N, H, W, C).
            labels: (N, attributes), y.
            others: (N, attributes), y'.
            weights: (N,), λ for each image.
        """
        latent = self.encoder(images, training=True)
        reconstruction = self.decoder([latent, self.columns_of(labels)], training=True)
        logits = self.latent_discriminator(latent, training=False)
        confusion = self.attributes_cross_entropy(logits, others)
        g_reconstruction = self.global_mean(l2(images, reconstruction))
        return g_reconstruction + self.global_mean(weights * confusion), {
            "g_reconstruction": g_reconstruction,
            "g_latent": self.global_mean(confusion),
            "lambda": self.global_mean(weights),
        }

    def attributes_cross_entropy(self, logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """``Σ_attributes CE``: logits (N, columns) and labels (N, attributes) → (N,)."""
        parts = tf.split(logits, [len(attribute.values) for attribute in self.config.attributes], axis=1)
        return tf.add_n([cross_entropy(part, labels[:, index]) for index, part in enumerate(parts)])

    def columns_of(self, labels: tf.Tensor) -> tf.Tensor:
        """What the decoder is given: labels (N, attributes) → (N, columns), 1 in each value's place."""
        return tf.concat(
            [
                tf.one_hot(labels[:, index], len(attribute.values), dtype=self.decoder.inputs[1].dtype)
                for index, attribute in enumerate(self.config.attributes)
            ],
            axis=1,
        )

    def other_labels(self, labels: tf.Tensor) -> tf.Tensor:
        """Of each attribute another value, all equally likely: (N, attributes) → the same; drawn."""
        counts = tf.constant([len(attribute.values) for attribute in self.config.attributes])
        drawn = self.others.uniform(tf.shape(labels)[0], [len(self.config.attributes)])
        away = 1 + tf.cast(drawn * tf.cast(counts - 1, drawn.dtype), tf.int32)
        return (labels + away) % counts

    def latent_weights(self, images: tf.Tensor) -> tf.Tensor:
        """λ(images seen) for each of ``images``, (N,): the weight that the latent term has by now.

        ``weight_latent · min(images seen, ramp_images) / ramp_images``, 0 at the first update. The
        images seen are the autoencoder's updates so far times the global batch, so a checkpoint
        holds them; a training that is resumed with another batch size counts its past in that size.
        """
        config, (replicas, _) = self.config, replica_of_replicas()
        batch = tf.shape(images)[0]
        weight = tf.constant(config.weight_latent, tf.float64)
        if config.ramp_images:
            seen = self.autoencoder_optimizer.iterations * tf.cast(batch * replicas, tf.int64)
            weight *= tf.cast(tf.minimum(seen, config.ramp_images), tf.float64) / config.ramp_images
        return tf.fill([batch], tf.cast(weight, self.decoder.outputs[0].dtype))

    def parts(self) -> dict[str, Any]:
        return {
            "encoder": self.encoder,
            "decoder": self.decoder,
            "latent_discriminator": self.latent_discriminator,
            "autoencoder_optimizer": self.autoencoder_optimizer,
            "latent_optimizer": self.latent_optimizer,
            "others": self.others,
        }

    def generators(self) -> dict[str, keras.Model]:
        return {"encoder": self.encoder, "decoder": self.decoder}


def autoencoder(
    config: FaderConfig, precision: str = "float32", any_size: bool = False
) -> tuple[keras.Model, keras.Model]:
    """Encoder and decoder of ``config``, for images of its size, or of any that they allow.

    Raises:
        UserError: if they do not allow the size, or ``upsampling`` is unknown.
    """
    sides(config.size, config.layers)
    options = {"channels": config.channels, **_sizes(config, precision)}
    options |= {"size": None} if any_size else {}
    return (
        fader_encoder(seed=config.seed, **options),
        fader_decoder(config.columns, upsampling=config.upsampling, seed=config.seed + 1, **options),
    )


def _sizes(config: FaderConfig, precision: str) -> dict[str, Any]:
    """What all three networks have in common."""
    names = ("size", "layers", "width", "max_width")
    return {**{name: getattr(config, name) for name in names}, "dtype": precision}


def check_attributes(attributes: tuple[Attribute, ...]) -> None:
    """``UserError`` if there is nothing to choose, or a name could mean two things."""
    if not attributes:
        raise UserError("`attributes`: there are none; give one or more, each with two values or more")
    names = ["image", *(attribute.name for attribute in attributes)]  # as the inputs in use
    for attribute in attributes:
        if len(attribute.values) < 2:
            raise UserError(f"attribute {attribute.name!r}: has no two values to choose from; leave it out")
        if names.count(attribute.name) > 1:
            raise UserError(f"attribute {attribute.name!r}: the name is taken; give it another")
