"""The models, a folder each: what declares it, its networks, its training step, its reference's files."""
