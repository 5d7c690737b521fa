"""Reading images, finding pairs of them, and feeding them to training."""
