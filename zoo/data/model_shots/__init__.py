"""Choosing one model shot per product: the whole figure from the front."""
