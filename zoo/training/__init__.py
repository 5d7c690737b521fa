"""The training loop, its logs, and warnings when a training goes wrong."""
