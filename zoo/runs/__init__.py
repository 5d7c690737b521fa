"""The run directory: configuration, checkpoints, sample grids and the lock."""
