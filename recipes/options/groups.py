"""Options that the training recipes share, with the defaults of their presets."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from recipes.options import kinds

# Options that say which images, by their names in ``data`` of config.json.
PAIRS = ("layout", "direction", "held_out", "on_bad")
IMAGES = ("layout", "attributes", "held_out", "on_bad")
PLAIN_IMAGES = ("layout", "held_out", "on_bad")
DOMAINS = ("layout", "from", "to", "attribute", "where", "held_out", "on_bad")


def add_pair_options(parser: argparse.ArgumentParser) -> None:
    """Options that say which pairs of images."""
    group = parser.add_argument_group("data")
    group.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder with pairs (default: the sample catalogue, drawn on first use)",
    )
    group.add_argument(
        "--layout", default="auto", help="auto, catalogue, folders, dress-code, two-folders or side-by-side"
    )
    group.add_argument(
        "--direction",
        choices=("AtoB", "BtoA"),
        help="AtoB: product to model shot, left to right half; BtoA: the other way (default: AtoB)",
    )
    _add_care_options(group, "pair")


def add_image_options(
    parser: argparse.ArgumentParser, attributes: tuple[str, ...] = (), example: str = ""
) -> None:
    """Options that say which images, and which of their attributes.

    Args:
        parser: of the recipe.
        attributes: the default of ``--attributes`` on the sample products; none for no such option.
        example: what else ``--attributes`` may be.
    """
    group = parser.add_argument_group("data")
    _add_folder_options(group)
    if attributes:
        group.add_argument(
            "--attributes", type=kinds.names_option, metavar="NAMES",
            help=f"attributes of the images, with commas between, such as {example} "
            f"(default: {','.join(attributes)})",
        )  # fmt: skip
    _add_care_options(group, "image")


def add_domain_options(parser: argparse.ArgumentParser, defaults: Mapping[str, str]) -> None:
    """Options that say which two domains of images; ``defaults`` are those on the sample products."""
    group = parser.add_argument_group("data")
    _add_folder_options(group, two=True)
    group.add_argument(
        "--from",
        metavar="VALUE",
        help="domain A: images with this value of the attribute, or the folder of that name "
        f"(default: {defaults['from']})",
    )  # fmt: skip
    group.add_argument("--to", metavar="VALUE", help=f"domain B (default: {defaults['to']})")
    group.add_argument(
        "--attribute", metavar="NAME", help="whose values those are (default: the one that has both)"
    )
    group.add_argument(
        "--where", type=kinds.names_option, metavar="NAME=VALUE",
        help="only images of which that is true, such as category=tops; with commas between, all of them",
    )  # fmt: skip
    _add_care_options(group, "image")


def _add_folder_options(group: argparse._ArgumentGroup, two: bool = False) -> None:
    group.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        nargs="+" if two else None,
        help="folder with images"
        + (", or one folder for each domain" if two else "")
        + " (default: sample products, drawn on first use)",
    )
    group.add_argument(
        "--layout",
        default="auto",
        help="auto, catalogue, celeba, styles, deepfashion, classes, idx or folder",
    )


def _add_care_options(group: argparse._ArgumentGroup, thing: str) -> None:
    group.add_argument(
        "--held-out",
        type=int,
        metavar="N",
        help=f"{thing}s kept out of training (default: a tenth, or what the data keeps for testing; 200 at "
        "most)",
    )
    group.add_argument(
        "--on-bad",
        choices=("error", "skip"),
        help=f"at an unreadable image: stop, or leave {'its pair' if thing == 'pair' else 'it'} out and "
        "say so (default: error)",
    )


def add_size_options(group: argparse._ArgumentGroup, multiple: str, crop: bool = True) -> None:
    """Sizes of images, which must be multiples of ``multiple``."""
    group.add_argument(
        "--size",
        type=kinds.size_option,
        help=f"of the images, multiples of {multiple}: 128, or 256x192 (height x width)",
    )
    if crop:
        group.add_argument(
            "--crop",
            type=kinds.size_option,
            help="train on random crops of this size, use whole images of --size",
        )


def add_width_options(group: argparse._ArgumentGroup) -> None:
    """Widths of generator and discriminator."""
    for name in ("generator", "discriminator"):
        group.add_argument(
            f"--{name}-width",
            type=kinds.positive,
            metavar="N",
            help="channels of its first layer, 64 in the paper",
        )


def add_training_options(parser: argparse.ArgumentParser, protocol: str, diffaugment: bool = True) -> None:
    """Options that say how long and how to train; their defaults are the presets'.

    Args:
        parser: of the recipe.
        protocol: name of the one that measures the model; the best checkpoint may be chosen by its metrics.
        diffaugment: whether the model can augment what its discriminator sees.
    """
    from zoo.evaluation.metrics import METRICS, comparable

    on_off = argparse.BooleanOptionalAction
    group = parser.add_argument_group("training")
    group.add_argument(
        "--batch-size",
        type=kinds.positive,
        metavar="N",
        help="images a step, over all replicas and micro-batches",
    )
    group.add_argument(
        "--epochs", type=kinds.positive, metavar="N", help="times through the data, in place of --steps"
    )
    group.add_argument(
        "--steps", type=kinds.positive, metavar="N", help="training steps, where both are given"
    )
    group.add_argument(
        "--learning-rate", type=kinds.amount, metavar="R", help="of the optimisers, at the start"
    )
    group.add_argument(
        "--schedule",
        choices=("constant", "linear", "step", "cosine"),
        help="how the learning rate changes; linear as the pix2pix reference's",
    )
    group.add_argument(
        "--decay",
        type=kinds.share,
        metavar="SHARE",
        help="linear, cosine: last share of the training in which it falls to 0",
    )
    group.add_argument(
        "--decay-every", type=kinds.positive, metavar="N", help="step: steps after which it falls"
    )
    group.add_argument(
        "--decay-factor", type=kinds.amount, metavar="F", help="step: what it is multiplied by then"
    )
    group.add_argument(
        "--seed", type=kinds.natural, metavar="N", help="of weights, split, order and augmentation"
    )
    group.add_argument("--flip", action=on_off, help="mirror half of the examples")
    group.add_argument("--jitter", action=on_off, help="enlarge by 286/256 and crop at random")
    if diffaugment:
        group.add_argument(
            "--diffaugment",
            type=kinds.policy_option,
            metavar="POLICY",
            help="augment what the discriminator sees, for small data: color,translation,cutout or some "
            "of them",
        )
    group.add_argument(
        "--ema", type=kinds.rate, metavar="KEEP", help="keep a moving average of the generator's weights, "
        "to be used and exported: share kept each step, such as 0.999",
    )  # fmt: skip
    group.add_argument(
        "--log-every", type=kinds.positive, metavar="N", help="steps between two rows of metrics.csv"
    )
    group.add_argument(
        "--sample-every", type=kinds.positive, metavar="N", help="steps between two sample grids"
    )
    group.add_argument(
        "--checkpoint-every",
        type=kinds.positive,
        metavar="N",
        help="steps between two checkpoints, with figures on held-out pairs",
    )
    group.add_argument(
        "--keep", type=kinds.positive, metavar="N", help="newest checkpoints that stay on disk"
    )
    best = comparable(protocol)
    group.add_argument(
        "--best",
        choices=best,
        help="keep the checkpoint that is best by this held-out metric too, and export that: "
        + ", ".join(f"{name} ({METRICS[name].better} is better)" for name in best),
    )


def add_run_options(parser: argparse.ArgumentParser, recipe: str, save_memory: bool = True) -> None:
    """Options that say where results go and how the machine is used.

    ``save_memory`` is whether the model has residual blocks.
    """
    group = parser.add_argument_group("run")
    group.add_argument(
        "--run", type=Path, metavar="DIR", help=f"run directory (default: runs/{recipe}, numbered)"
    )
    group.add_argument(
        "--resume",
        nargs="?",
        const="must",
        choices=("must", "auto"),
        help="go on with --run, or with the newest run, by its own options; with auto, start --run if it "
        "is not there yet",
    )
    group.add_argument("--notes", metavar="TEXT", help="Markdown for the notes on the report's page")
    group.add_argument("--no-export", action="store_true", help="leave out the bundle at the end")
    group.add_argument(
        "--limit-minutes",
        type=kinds.amount,
        metavar="M",
        help="stop after so many minutes of training, and save",
    )
    on_off = argparse.BooleanOptionalAction
    group = parser.add_argument_group("machine")
    group.add_argument(
        "--strategy",
        default="auto",
        help="one, mirrored, multiworker (TF_CONFIG or Slurm), or auto: what the machine offers",
    )
    group.add_argument(
        "--logical-devices",
        type=kinds.positive,
        default=1,
        metavar="N",
        help="make N devices of the CPU and mirror over them, to try replicas",
    )
    group.add_argument("--sync-batch-norm", action=on_off, help="batch statistics over all replicas")
    group.add_argument("--precision", help="auto, float32, bfloat16, float16 or float64")
    group.add_argument(
        "--accumulate", type=kinds.positive, metavar="N",
        help="cut each batch into N micro-batches, one after the other, to need less memory",
    )  # fmt: skip
    if save_memory:
        group.add_argument(
            "--save-memory", action=on_off, help="compute residual blocks twice instead of keeping them"
        )
    group.add_argument(
        "--cache-mib", type=kinds.positive, metavar="N",
        help="memory for decoded images (default: 512, or a quarter of what is free)",
    )  # fmt: skip
    group.add_argument(
        "--input-service", metavar="ADDRESS",
        help="take batches from python -m recipes.input_service, HOST:PORT, or several with commas between",
    )  # fmt: skip
    group.add_argument(
        "--prepared", type=Path, metavar="DIR",
        help="where the input service finds the images, written if new (default: prepared/ in the run)",
    )  # fmt: skip
    group.add_argument(
        "--steps-per-execution", type=kinds.positive, metavar="N",
        help="steps in one call of TensorFlow, for devices that wait for Python",
    )  # fmt: skip
    group.add_argument(
        "--jit", action=on_off, help="compile the step with XLA: faster on GPUs, slower on CPUs"
    )
    group.add_argument(
        "--deterministic",
        action=on_off,
        help="promise the same bits from the same command on the same machine",
    )
