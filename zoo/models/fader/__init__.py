"""Fader Networks: attributes that slide (Lample et al. 2017, arXiv:1706.00409)."""
