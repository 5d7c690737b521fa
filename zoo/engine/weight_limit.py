"""Networks that are built from what a file says are no larger than the file has weights for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from zoo.backend import tf
from zoo.errors import UserError


@contextmanager
def weights_of_checkpoint(prefix: Path, configuration: Path) -> Iterator[None]:
    """While entered, no more variables can be made than a checkpoint has, by number and by bytes.

    A width of a million would ask for more memory than there is before the checkpoint was seen not to
    fit; this ends it before anything is allocated.

    Args:
        prefix: of the checkpoint's files.
        configuration: the file that says how large the networks are, for the message.

    Raises:
        UserError: by the variable that is too many or too large; or the checkpoint cannot be read.
    """
    try:
        reader = tf.train.load_checkpoint(str(prefix))
    except (tf.errors.OpError, ValueError, RuntimeError) as error:
        raise UserError(
            f"{prefix.parent}: cannot be read ({str(error).splitlines()[0]}); copy it back"
        ) from None
    left = {
        "tensors": len(reader.get_variable_to_shape_map()),
        "bytes": sum(file.stat().st_size for file in prefix.parent.glob(f"{prefix.name}.data-*")),
    }

    def create(make: Callable[..., tf.Variable], **settings: Any) -> tf.Variable:
        shape = settings.get("shape") or ()
        if len(shape):  # Keras counts calls in single numbers, which no checkpoint holds
            left["tensors"] -= 1
            left["bytes"] -= _size(shape) * tf.as_dtype(settings.get("dtype") or "float32").size
        if min(left.values()) < 0:
            raise UserError(
                f"{configuration}: the networks that it describes have more weights than the checkpoint "
                f"{prefix.parent.name}; was it edited? Copy it back from a backup"
            )
        return make(**settings)

    with tf.variable_creator_scope(create):
        yield


def _size(shape: Any) -> int:
    return int(np.prod([int(side) for side in shape], dtype=object))
