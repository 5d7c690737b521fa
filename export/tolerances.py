"""How far a bundle's files may differ from the trained generator."""

TOLERANCE = {"max_abs": 1e-4, "levels": 1}
"""Largest difference: in [-1, 1], and in levels of 8 bits."""

TOLERANCE_WITH_DROPOUT = {"standard_errors": 7}
"""The same where each run draws dropout: between means and spreads of several runs, see
``export.verify.dropout``."""
