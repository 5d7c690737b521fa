"""Files of the MUNIT reference: both domains' encoders and decoders, or discriminators.

Names of tensors begin with "a." or "b.", the domain.
"""

from zoo.backend import keras
from zoo.layers import Residual
from zoo.models.munit.configuration import MUNITConfig
from zoo.models.munit.model import NETWORKS
from zoo.reference.kinds import (
    MAX_HALVINGS,
    USUAL,
    USUAL_SIDE,
    Architecture,
    FileOptions,
    Kind,
    Networks,
    check_channels,
    count_numbers,
    refuse_attributes,
    refuse_norm,
    shape_of,
)
from zoo.reference.layers import State, load_convolution, load_dense, load_layer_norm
from zoo.reference.layout import Layout

STYLE_HALVINGS = 4


def read_munit(state: State, options: FileOptions) -> Architecture:
    """The encoders and decoders that tensors are of.

    Raises:
        UserError: they are of none that the zoo builds, or the options do not fit them.
    """
    refuse_attributes(options)
    refuse_norm(options)
    halvings = min(count_numbers(state, r"a\.enc_content\.model\.(\d+)\.conv\.weight") - 1, MAX_HALVINGS)
    channels = {each: shape_of(state, f"{each}.enc_content.model.0.conv.weight")[1] for each in "ab"}
    check_channels(*channels.values())
    shape = {
        "width": shape_of(state, "a.enc_content.model.0.conv.weight")[0],
        "mlp_width": shape_of(state, "a.mlp.model.0.fc.weight", axes=2)[0],
        "style_size": shape_of(state, "a.enc_style.model.6.weight")[0],
        "downsamplings": halvings,
        "blocks": count_numbers(state, rf"a\.enc_content\.model\.{halvings + 1}\.model\.(\d+)\."),
    }
    config = MUNITConfig(
        size=options.size or (USUAL_SIDE, USUAL_SIDE),
        channels_a=channels["a"],
        channels_b=channels["b"],
        **shape,
    )
    assumed = (
        "borders padded by reflection, and ReLU, the reference's defaults",
        "instance normalisation without a scale in the content encoder, which has no tensors",
        "pixels repeated to upsample",
        USUAL,
    )
    return Architecture(config, munit_layout(channels, **shape), assumed)


def munit_layout(
    channels: dict[str, int], width: int, mlp_width: int, style_size: int, downsamplings: int, blocks: int
) -> Layout:
    """Tensors of both domains' encoders and decoders; ``channels`` of the images by domain, "a" and "b"."""
    layout = Layout()
    widest = width * 2**downsamplings
    for domain, own in channels.items():
        content, style, dec = (f"{domain}.{name}.model" for name in ("enc_content", "enc_style", "dec"))
        for level in range(downsamplings + 1):
            sides = (width * 2 ** (level - 1), width * 2**level, 4) if level else (own, width, 7)
            layout.convolution(f"{content}.{level}.conv", sides[:2], sides[2])
        for level in range(STYLE_HALVINGS + 1):
            wide = [width * 2 ** min(each, 2) for each in (level - 1, level)]
            layout.convolution(
                f"{style}.{level}.conv", (wide[0] if level else own, wide[1]), 4 if level else 7
            )
        layout.convolution(f"{style}.{STYLE_HALVINGS + 2}", (4 * width, style_size), 1)
        for prefix in (f"{content}.{downsamplings + 1}", f"{dec}.0"):
            for block in range(blocks):
                for index in (0, 1):
                    place = f"{prefix}.model.{block}.model.{index}"
                    layout.convolution(f"{place}.conv", (widest, widest), 3)
                    if prefix == f"{dec}.0":  # of the style's normalisation, which never reads them
                        layout.buffers(f"{place}.norm", widest, needed=False)
        for number, units in enumerate([style_size, mlp_width, mlp_width]):
            out = mlp_width if number < 2 else 2 * blocks * 2 * widest
            layout.dense(f"{domain}.mlp.model.{number}.fc", (units, out))
        for up in range(1, downsamplings + 1):
            out = widest >> up
            layout.convolution(f"{dec}.{2 * up}.conv", (2 * out, out), 5)
            layout.scale(f"{dec}.{2 * up}.norm", out, ("gamma", "beta"))
        layout.convolution(f"{dec}.{2 * downsamplings + 1}.conv", (width, own), 7)
    return layout


def load_content_encoder(network: keras.Model, state: State, domain: str) -> None:
    """Put the weights of a reference content encoder into ``network``, of the same shape.

    Args:
        network: made by ``content_encoder``.
        state: of ``gen_*.pt``, as ``read_state_dict`` gives it.
        domain: "a" or "b".

    Raises:
        UserError: naming the first tensor that is missing or of another shape.
    """
    convolutions = _convolutions(network)
    for index, layer in enumerate(convolutions):
        load_convolution(layer, state, f"{domain}.enc_content.model.{index}.conv")
    _load_blocks(network, state, f"{domain}.enc_content.model.{len(convolutions)}")


def load_style_encoder(network: keras.Model, state: State, domain: str) -> None:
    """Put the weights of a reference style encoder into ``network``; as ``load_content_encoder``."""
    *convolutions, style = _convolutions(network)
    for index, layer in enumerate(convolutions):
        load_convolution(layer, state, f"{domain}.enc_style.model.{index}.conv")
    # A pooling takes a number too.
    load_convolution(style, state, f"{domain}.enc_style.model.{len(convolutions) + 1}")


def load_decoder(network: keras.Model, state: State, domain: str) -> None:
    """Put the weights of a reference decoder and its MLP into ``network``; as ``load_content_encoder``."""
    for index in range(3):
        load_dense(network.get_layer(f"mlp{index + 1}"), state, f"{domain}.mlp.model.{index}.fc")
    _load_blocks(network, state, f"{domain}.dec.model.0")
    *ups, out = _convolutions(network)
    for up, layer in enumerate(ups, 1):  # each after an upsampling
        load_convolution(layer, state, f"{domain}.dec.model.{2 * up}.conv")
        norm = network.get_layer(f"{layer.name}_norm")
        load_layer_norm(norm, state, f"{domain}.dec.model.{2 * up}.norm")
    load_convolution(out, state, f"{domain}.dec.model.{2 * len(ups) + 1}.conv")


def load_discriminator(network: keras.Model, state: State, domain: str) -> None:
    """Put the weights of a reference discriminator of all scales into ``network``.

    As ``load_content_encoder``; ``state`` is that of ``dis_*.pt``.
    """
    for scale in range(len(network.outputs)):
        prefix = f"{domain}.cnns.{scale}"
        *others, scores = _convolutions(network, f"scale{scale + 1}_")
        for index, layer in enumerate(others):
            load_convolution(layer, state, f"{prefix}.{index}.conv")
        load_convolution(scores, state, f"{prefix}.{len(others)}")


def _load_blocks(network: keras.Model, state: State, prefix: str) -> None:
    residuals = [layer for layer in network.layers if isinstance(layer, Residual)]
    for number, block in enumerate(residuals):
        layers = {layer.name: layer for layer in block.layers}
        for index in (0, 1):
            name = f"{prefix}.model.{number}.model.{index}.conv"
            load_convolution(layers[f"conv{index + 1}"], state, name)


def _convolutions(network: keras.Model, name: str = "") -> list[keras.layers.Layer]:
    """Those outside of residual blocks whose names begin with ``name``, in order."""
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    return [layer for layer in convolutions if layer.name.startswith(name)]


_LOADERS = {
    "content_encoder": load_content_encoder,
    "style_encoder": load_style_encoder,
    "decoder": load_decoder,
}


def load_munit(networks: Networks, state: State) -> None:
    """Put the weights of ``gen_*.pt`` into a signature's networks, named as in ``NETWORKS``."""
    for name, network in networks.items():
        role = NETWORKS[name]
        _LOADERS[role.kind](network, state, role.domain)


KINDS = (
    Kind(
        title="MUNIT",
        builds="munit",
        models=("munit",),
        sign=r"a\.enc_content\.model\.0\.conv\.weight",
        read=read_munit,
        load=load_munit,
    ),
)
OTHERS = {
    r"[ab]\.cnns\.": "MUNIT's discriminators, which translate nothing: give gen_….pt",
}
