"""Losses and weights that are no longer finite, which end a training before they are saved."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from zoo.backend import keras, tf
from zoo.errors import UserError


def check_losses(losses: Mapping[str, float], step: int, saved: int | None) -> None:
    """Raise ``UserError`` unless the losses of a step are finite.

    Args:
        losses: by name.
        step: of the losses.
        saved: step of the newest checkpoint, or None.
    """
    faulty = [name for name, value in losses.items() if not np.isfinite(value)]
    if faulty:
        raise _diverged(step, f"{', '.join(faulty)} not finite", saved)


def check_weights(items: Mapping[str, Any], step: int, saved: int | None) -> None:
    """Raise ``UserError`` if a network's weights overflowed though the losses were still finite.

    Args:
        items: networks and others, by name, as a checkpoint has them.
        step, saved: as of ``check_losses``.
    """
    for name, item in items.items():
        for weight in item.weights if isinstance(item, keras.Model) else ():
            if weight.dtype.is_floating and not tf.reduce_all(tf.math.is_finite(weight)):
                raise _diverged(step, f"weight {weight.name} of the {name} not finite", saved)


def _diverged(step: int, what: str, saved: int | None) -> UserError:
    kept = f"the checkpoint of step {saved} is kept" if saved else "there is no checkpoint yet"
    return UserError(
        f"step {step}: {what}; training stopped and {kept}. Start another run with `precision` float32 or a "
        "lower `learning_rate`"
    )
