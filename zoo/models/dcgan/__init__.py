"""GAN and DCGAN: products from noise (Radford et al. 2016, arXiv:1511.06434)."""
