"""What a bundle that cannot be read raises."""

AGAIN = "fetch the bundle again"


class BundleError(Exception):
    """A bundle that cannot be read: one line that names the file and the remedy."""


def first_line(error: BaseException) -> str:
    """An error of a library in one line."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__
