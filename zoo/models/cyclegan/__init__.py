"""CycleGAN: one domain to another, unpaired (Zhu et al. 2017, arXiv:1703.10593)."""
