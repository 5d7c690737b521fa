"""StarGAN: several attributes with one generator (Choi et al. 2018, arXiv:1711.09020)."""
