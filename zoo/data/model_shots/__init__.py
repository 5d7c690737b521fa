"""Choosing one model shot per product: the whole figure from the front."""

from zoo.data.model_shots.choice import Choice, choose_model_shots, write_pairs

__all__ = ["Choice", "choose_model_shots", "write_pairs"]
