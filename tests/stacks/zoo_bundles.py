"""A bundle of every model of the zoo, with small networks whose weights are any."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from export import bundle as bundle_module
from export.bundle import write_bundle
from export.contract import from_inference
from export.proving import check_passed
from export.verify import verify
from zoo.attributes import Attribute
from zoo.engine.signature import Signature
from zoo.inference.run_checkpoint import Inference
from zoo.models.conditional_gan.model import ConditionalGANConfig
from zoo.models.conditional_gan.signature import conditional_gan_signature
from zoo.models.cyclegan.model import CycleGANConfig
from zoo.models.cyclegan.signature import cyclegan_signature
from zoo.models.dcgan.model import DCGANConfig
from zoo.models.dcgan.signature import dcgan_signature
from zoo.models.fader.model import FaderConfig
from zoo.models.fader.signature import fader_signature
from zoo.models.munit.model import MUNITConfig
from zoo.models.munit.signature import munit_signature
from zoo.models.pix2pix.model import Pix2PixConfig
from zoo.models.pix2pix.signature import pix2pix_signature
from zoo.models.stargan.model import StarGANConfig
from zoo.models.stargan.signature import stargan_signature

FIT = (Attribute("fit", ("loose", "tight")),)
CATEGORY = (Attribute("category", ("tops", "pants", "skirts")),)
DRAWN = {"noise": 8, "generator_width": 4}
MUNIT = MUNITConfig(size=(64, 96), width=4, mlp_width=8, blocks=2, scales=1, discriminator_layers=1)
SIGNATURES: dict[str, Callable[[], Signature]] = {
    "dcgan": lambda: dcgan_signature(DCGANConfig(size=(32, 32), **DRAWN)),
    "conditional_gan": lambda: conditional_gan_signature(
        ConditionalGANConfig(size=(28, 28), channels=1, attributes=CATEGORY, **DRAWN)
    ),
    "pix2pix": lambda: pix2pix_signature(Pix2PixConfig(size=(64, 64), generator_width=4)),
    "cyclegan": lambda: cyclegan_signature(CycleGANConfig(size=(32, 32), blocks=2, generator_width=4)),
    "stargan": lambda: stargan_signature(
        StarGANConfig(size=(32, 32), attributes=FIT, blocks=1, generator_width=4, repeat_num=2)
    ),
    "munit": lambda: munit_signature(MUNIT),
    "munit_like": lambda: munit_signature(MUNIT, "AtoB-like"),
    "fader": lambda: fader_signature(
        FaderConfig(size=(32, 32), attributes=FIT, layers=3, width=4, max_width=8)
    ),
}  # fmt: skip


def write_bundles(folder: Path) -> None:
    """Write ``folder/NAME`` for each of ``SIGNATURES``; each is verified, in this process."""
    random = np.random.default_rng(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundle_module, "verify_as_receiver", _verified)
        for name, make in SIGNATURES.items():
            signature = make()
            for network in signature.networks.values():
                for weight in network.weights:
                    spread = 0.05 if weight.shape.rank == 1 else 0.7 / np.sqrt(np.prod(weight.shape[:-1]))
                    weight.assign_add(random.normal(0, spread, weight.shape))
            source = from_inference(Inference(signature, name, "", {}))
            # Grain all over: where a channel hardly varies, normalisation makes much of the last digits.
            pictures = random.integers(0, 256, (2, *source.size, 3), np.uint8)
            write_bundle(source, folder / name, {port.domain: pictures for port in source.pictures})


def _verified(part: Path) -> dict:
    report = verify(part, saved_model=True, seed=0)
    check_passed(report)
    return report
