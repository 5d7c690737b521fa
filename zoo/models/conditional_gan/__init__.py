"""Conditional GAN: products of a given category from noise (Mirza & Osindero 2014, arXiv:1411.1784)."""
