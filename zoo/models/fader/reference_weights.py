"""State dicts of the Fader Networks reference: autoencoders and latent discriminators."""

from zoo.backend import keras
from zoo.errors import UserError
from zoo.models.fader.configuration import FaderConfig
from zoo.reference.kinds import (
    MAX_HALVINGS,
    USUAL,
    USUAL_SIDE,
    Architecture,
    FileOptions,
    Kind,
    Networks,
    check_channels,
    check_conditions,
    count_numbers,
    numbered_attributes,
    refuse_norm,
    shape_of,
)
from zoo.reference.layers import State, load_convolution, load_dense, load_norm
from zoo.reference.layout import Layout


def read_fader(state: State, options: FileOptions) -> Architecture:
    """The autoencoder that tensors are of.

    Raises:
        UserError: they are of none that the zoo builds, or the options do not fit them.
    """
    refuse_norm(options)
    layers = min(count_numbers(state, r"enc_layers\.(\d+)\.0\.weight"), MAX_HALVINGS)
    widths = [shape_of(state, f"enc_layers.{i}.0.weight")[0] for i in range(layers)]
    channels = shape_of(state, "enc_layers.0.0.weight")[1]
    columns = shape_of(state, "dec_layers.0.0.weight")[0] - widths[-1]
    check_channels(channels)
    check_conditions(columns // 2)
    attributes = options.attributes or numbered_attributes(columns // 2)
    config = FaderConfig(
        attributes=attributes,
        size=options.size or (USUAL_SIDE, USUAL_SIDE),
        channels=channels,
        layers=layers,
        width=widths[0],
        max_width=max(widths),
    )
    if config.columns != columns:
        raise UserError(
            f"`attributes`: {config.columns} numbers where the decoder takes {columns}, two an attribute"
        )
    layout = fader_layout(channels, columns, layers, widths[0], max(widths))
    return Architecture(config, layout, ("LeakyReLU of slope 0.2 in the encoder, ReLU in the decoder", USUAL))


def fader_layout(channels: int, columns: int, layers: int, width: int, max_width: int) -> Layout:
    """Tensors of a reference's autoencoder with transposed convolutions."""
    layout = Layout()
    widths = [channels, *(min(width * 2**level, max_width) for level in range(layers))]
    for level in range(layers):
        before, after = widths[level : level + 2]
        up = layers - 1 - level  # of the decoder, which is mirrored
        layout.convolution(f"enc_layers.{level}.0", (before, after), 4)
        layout.transposed(f"dec_layers.{up}.0", (after + columns, before), 4, bias=False)
        if level:
            for norm, each in ((f"enc_layers.{level}.1", after), (f"dec_layers.{up}.1", before)):
                layout.scale(norm, each)
                layout.buffers(norm, each, needed=True)
    return layout


def load_fader_encoder(network: keras.Model, state: State) -> None:
    """Put the encoder of a reference autoencoder into ``network``, of the same shape.

    Raises:
        UserError: naming the first tensor that is missing or of another shape; as do all here.
    """
    _load_blocks(network, state, "enc_layers")


def load_fader_decoder(network: keras.Model, state: State) -> None:
    """Put the decoder of a reference autoencoder, with transposed convolutions, into ``network``."""
    _load_blocks(network, state, "dec_layers")


def load_fader_latent_discriminator(network: keras.Model, state: State) -> None:
    """Put the weights of a reference latent discriminator into ``network``."""
    _load_blocks(network, state, "conv_layers")
    load_dense(network.get_layer("hidden"), state, "proj_layers.0")
    load_dense(network.get_layer("logits"), state, "proj_layers.2")


def _load_blocks(network: keras.Model, state: State, prefix: str) -> None:
    """Each block of the reference is a convolution, a norm if it has one, and what has no weights."""
    names = {layer.name for layer in network.layers}
    # Transposed convolutions are among them.
    blocks = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    for number, layer in enumerate(blocks):
        load_convolution(layer, state, f"{prefix}.{number}.0")
        if f"{layer.name}_norm" in names:
            load_norm(network.get_layer(f"{layer.name}_norm"), state, f"{prefix}.{number}.1")


def load_fader(networks: Networks, state: State) -> None:
    """Put a reference autoencoder into a signature's networks."""
    load_fader_encoder(networks["encoder"], state)
    load_fader_decoder(networks["decoder"], state)


KINDS = (
    Kind(
        title="Fader Networks",
        builds="fader",
        models=("fader",),
        sign=r"dec_layers\.0\.0\.weight",
        read=read_fader,
        load=load_fader,
    ),
)
OTHERS = {
    r"proj_layers\.": "Fader's discriminator, which translates nothing: give the autoencoder's state dict",
}
