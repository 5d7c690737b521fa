"""Weights of the CycleGAN reference in this zoo's model."""

from zoo.models.cyclegan.model import CycleGAN
from zoo.reference.layers import State
from zoo.reference.resnet import load_resnet
from zoo.reference.unet import load_patchgan


def load_cyclegan(model: CycleGAN, g_a: State, g_b: State, d_a: State, d_b: State) -> None:
    """Put the weights of the reference's four networks into ``model``, of the same shape.

    The reference names a discriminator after the generator that it judges: its G_A maps A to B,
    and its D_A judges images of B.

    Raises:
        UserError: naming the first tensor that is missing or of another shape.
    """
    load_resnet(model.generator_a_to_b, g_a)
    load_resnet(model.generator_b_to_a, g_b)
    load_patchgan(model.discriminator_b, d_a)
    load_patchgan(model.discriminator_a, d_b)
