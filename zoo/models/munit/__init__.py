"""MUNIT: many answers for one image (Huang et al. 2018, arXiv:1804.04732)."""
