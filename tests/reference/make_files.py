"""Makes ``files/``: small generators that PyTorch saved, each with an image and what it makes of it.

Run by hand where PyTorch is installed (2.13 made them): ``python tests/porting/make_files.py``. The
networks are written after pytorch-CycleGAN-and-pix2pix; tests need their files alone.
"""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrizations, spectral_norm, weight_norm

FILES = Path(__file__).parent / "files"
Made = Callable[..., nn.Module]


def plain(layer: nn.Module) -> nn.Module:
    return layer


class Block(nn.Module):
    def __init__(self, width: int, norm: Made, bias: bool, put: Made) -> None:
        super().__init__()

        def half() -> list[nn.Module]:
            return [nn.ReflectionPad2d(1), put(nn.Conv2d(width, width, 3, bias=bias)), norm(width)]

        self.conv_block = nn.Sequential(*half(), nn.ReLU(), *half())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.conv_block(x)


class ResNet(nn.Module):
    def __init__(self, norm: Made = nn.InstanceNorm2d, bias: bool = True, put: Made = plain) -> None:
        super().__init__()
        width = 2

        def step(layer: nn.Module, channels: int) -> list[nn.Module]:
            return [put(layer), norm(channels), nn.ReLU()]

        def down(channels: int) -> list[nn.Module]:
            layer = nn.Conv2d(channels, 2 * channels, 3, 2, 1, bias=bias)
            return step(layer, 2 * channels)

        def up(channels: int) -> list[nn.Module]:
            layer = nn.ConvTranspose2d(channels, channels // 2, 3, 2, 1, 1, bias=bias)
            return step(layer, channels // 2)

        first = step(nn.Conv2d(3, width, 7, bias=bias), width)
        blocks = [Block(4 * width, norm, bias, put) for _ in range(2)]
        self.model = nn.Sequential(
            nn.ReflectionPad2d(3), *first, *down(width), *down(2 * width), *blocks, *up(4 * width),
            *up(2 * width), nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh(),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model(x)


class Level(nn.Module):
    """One level of a U-Net, with those below it inside."""

    def __init__(self, outer: int, inner: int, inside: nn.Module | None, options: dict) -> None:
        super().__init__()
        norm, bias, put = (options[name] for name in ("norm", "bias", "put"))
        halved = put(nn.Conv2d(outer, inner, 4, 2, 1, bias=bias))
        width = inner if inside is None else 2 * inner
        doubled = put(nn.ConvTranspose2d(width, outer, 4, 2, 1, bias=bias))
        below = [] if inside is None else [norm(inner), inside]
        self.model = nn.Sequential(nn.LeakyReLU(0.2), halved, *below, nn.ReLU(), doubled, norm(outer))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, self.model(x)], 1)


class UNet(nn.Module):
    def __init__(
        self, depth: int, norm: Made = nn.BatchNorm2d, bias: bool = False, put: Made = plain, width: int = 2
    ) -> None:
        super().__init__()
        widths = [width * min(2**level, 8) for level in range(depth)]
        inside = None
        for outer, inner in reversed(list(pairwise(widths))):
            inside = Level(outer, inner, inside, {"norm": norm, "bias": bias, "put": put})
        first, last = nn.Conv2d(3, width, 4, 2, 1, bias=bias), nn.ConvTranspose2d(2 * width, 3, 4, 2, 1)
        self.model = nn.Module()  # its name in the reference's state dict
        self.model.model = nn.Sequential(first, inside, nn.ReLU(), last, nn.Tanh())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model.model(x)


def filled(network: nn.Module) -> nn.Module:
    """Numbers of which each has an effect."""
    for name, values in (*network.named_parameters(), *network.named_buffers()):
        if name.endswith(("running_mean", "bias")):
            nn.init.normal_(values, 0, 0.2)
        elif name.endswith("running_var") or (name.endswith("weight") and values.ndim == 1):
            nn.init.uniform_(values, 0.5, 2)
    return network


def affine(channels: int) -> nn.Module:
    return nn.InstanceNorm2d(channels, affine=True)


def grouped(channels: int) -> nn.Module:
    return nn.GroupNorm(2, channels)


def main() -> None:
    torch.manual_seed(0)
    networks = {
        "resnet_spectral": ResNet(put=spectral_norm),
        "resnet_spectral_parametrized": ResNet(put=parametrizations.spectral_norm),
        "resnet_weight_norm": ResNet(put=weight_norm),
        "resnet_affine": ResNet(affine),
        "resnet_group": ResNet(grouped, bias=False),
        "resnet_batch_biased": ResNet(nn.BatchNorm2d),
        "unet_spectral": UNet(5, put=spectral_norm),
        "unet_affine": UNet(5, affine, bias=True),
        "unet_group": UNet(5, grouped),
        "unet_of_nine": UNet(9, width=1),
        "unet_legacy": UNet(6, width=1),
    }
    for name, network in networks.items():
        filled(network).eval()
        size = 512 if "nine" in name else 64 if "unet" in name else 16
        picture = torch.rand(1, 3, size, size) * 2 - 1
        picture = picture.round(decimals=2)
        if "nine" in name:  # of few numbers, which compress
            picture = picture[..., :16, :16].repeat_interleave(32, 2).repeat_interleave(32, 3)
        with torch.no_grad():
            output = network(picture)[..., ::8, ::8] if "nine" in name else network(picture)
            given = np.rint(picture.numpy() * 100).astype("int8")
        torch.save(network.state_dict(), FILES / f"{name}.pth",
                   _use_new_zipfile_serialization="legacy" not in name)  # fmt: skip
        np.savez_compressed(FILES / f"{name}.npz", picture_in_hundredths=given, made=output.numpy())


if __name__ == "__main__":
    main()
