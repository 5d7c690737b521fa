"""What products differ in: named attributes with named values."""

from dataclasses import dataclass

UNKNOWN = -1
"""Label of an example that has no value for an attribute."""


@dataclass(frozen=True)
class Attribute:
    """An attribute and its values, whose places are the labels.

    Attributes:
        name: such as "sleeve_length".
        values: names of the values; ("no", "yes") for one that an example has or has not.
    """

    name: str
    values: tuple[str, ...]

    @property
    def binary(self) -> bool:
        """Whether it says yes or no."""
        return self.values == ("no", "yes")
