"""What a bundle can be made from: a file for each kind of source."""
