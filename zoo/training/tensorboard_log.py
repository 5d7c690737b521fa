"""``logs/``: what TensorBoard shows of a run, without steps that were repeated after a stop."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from zoo.backend import tf
from zoo.errors import UserError

LARGEST = 1280  # pixels: the longer side of a sample grid in the log, which keeps every one


@contextmanager
def event_errors(folder: Path) -> Iterator[None]:
    """While entered, events that TensorFlow cannot write into ``folder`` raise ``UserError``."""
    try:
        yield
    except tf.errors.OpError as error:
        reason = re.sub(r"\{\{.*?\}\} *| *\[Op:.*", "", str(error).splitlines()[0])
        raise UserError(
            f"{folder}: events for TensorBoard cannot be written ({reason}); free some space, or move "
            "away what is in the way, then `resume` it"
        ) from None


def scalars_writer(folder: Path, step: int) -> tf.summary.SummaryWriter:
    """A writer into ``folder`` for a training that resumes after ``step`` steps, 0 for a new one.

    Events of later steps, of a run that then went back to its checkpoint, stay in their files but
    are no longer shown: each writer begins with the mark by which TensorBoard recognises a restart.
    TensorBoard takes the first mark of a folder for no restart, so a new run has one too. (Its fast
    loader passes over marks: it takes back each curve as far as that curve's next point reaches.)
    """
    writer = tf.summary.create_file_writer(str(folder))
    mark = tf.compat.v1.Event(
        wall_time=time.time(),
        step=step + 1,  # the first step to be repeated
        session_log=tf.compat.v1.SessionLog(status=tf.compat.v1.SessionLog.START),
    )
    # The public API writes summaries only, not events.
    tf.raw_ops.ImportEvent(writer=writer._resource, event=mark.SerializeToString())
    return writer


def summarise_grid(png: Path, step: int) -> None:
    """Write the sample grid at ``png`` to the default writer, as the image summary "samples" of ``step``.

    Reduced to ``LARGEST`` pixels where it is larger; the file stays as it is.
    """
    with Image.open(png) as picture:
        shown = picture.convert("RGB")
    shown.thumbnail((LARGEST, LARGEST))
    tf.summary.image("samples", np.asarray(shown)[None], step)
