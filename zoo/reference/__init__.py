"""Weights of the reference implementations: reading their files, mapping them onto the zoo's networks."""
