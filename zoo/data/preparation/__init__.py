"""From a folder to pairs, labelled images or two domains that are checked, split and ready for training."""
