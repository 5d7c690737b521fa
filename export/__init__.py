"""Turns a trained generator into a bundle, and proves one."""

import zoo  # noqa: F401 - whose finder answers to former names of this package, too
