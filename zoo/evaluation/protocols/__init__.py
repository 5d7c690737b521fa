"""Protocols, one file a kind of task; each measures the metrics that name it."""
