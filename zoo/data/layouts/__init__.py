"""Layouts of data sets, a file each: what a folder holds, how it is recognised, and how it is read."""
