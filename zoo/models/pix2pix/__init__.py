"""pix2pix: one domain to another, from pairs (Isola et al. 2017, arXiv:1611.07004)."""
