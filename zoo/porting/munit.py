"""Weights of the MUNIT reference in this zoo.

Its files hold both domains: names begin with "a." or "b.".
"""

from zoo.backend import keras
from zoo.layers import Residual
from zoo.porting.layers import State, load_convolution, load_dense, load_layer_norm


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
    # A pooling has a number of its own.
    load_convolution(style, state, f"{domain}.enc_style.model.{len(convolutions) + 1}")


def load_decoder(network: keras.Model, state: State, domain: str) -> None:
    """Put the weights of a reference decoder and its MLP into ``network``; as ``load_content_encoder``."""
    for index in range(3):
        load_dense(network.get_layer(f"mlp{index + 1}"), state, f"{domain}.mlp.model.{index}.fc")
    _load_blocks(network, state, f"{domain}.dec.model.0")
    *ups, out = _convolutions(network)
    for place, layer in enumerate(ups, 1):  # each after an upsampling
        load_convolution(layer, state, f"{domain}.dec.model.{2 * place}.conv")
        norm = network.get_layer(f"{layer.name}_norm")
        load_layer_norm(norm, state, f"{domain}.dec.model.{2 * place}.norm")
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
    found = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    return [layer for layer in found if layer.name.startswith(name)]
