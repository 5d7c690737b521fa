"""A few of many, evenly spaced."""


def evenly_spaced(count: int, most: int) -> list[int]:
    """At most ``most`` of the indices 0 to ``count - 1``, evenly spaced, first and last included."""
    if count <= most:
        return list(range(count))
    if most < 2:
        return [0][:most]
    return [round(place * (count - 1) / (most - 1)) for place in range(most)]
