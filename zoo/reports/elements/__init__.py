"""What sections are built of: files that are read, pictures, plots, lists, and the macros that show them."""
