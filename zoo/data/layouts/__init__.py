"""Image layouts, one file each: recognising what a folder holds, and reading it."""
