"""Names of results: no two are the same, on any file system."""

from pathlib import Path

import pytest

from zoo.inference.destinations import destinations

SIZE = (4, 6)


@pytest.mark.parametrize(
    ("names", "count", "expected"),
    [
        (["p.jpg", "p.png"], 1, [["p.jpg.png"], ["p.png.png"]]),
        (["A.jpg", "a.jpg"], 1, [["A.jpg.png"], ["a.jpg-2.png"]]),
        (["\u00e9.jpg", "e\u0301.jpg"], 1, [["\u00e9.jpg.png"], ["e\u0301.jpg-2.png"]]),
        (["a.jpg", "a-1.jpg"], 2, [["a-1.png", "a-2.png"], ["a-1-1.png", "a-1-2.png"]]),
        (["a-1.jpg", "a.jpg", "a-1-1.jpg"], 1, [["a-1.png"], ["a.png"], ["a-1-1.png"]]),
        (["a.jpg", "a.png/b.jpg"], 1, [["a-2.png"], ["a.png/b.png"]]),
        (["\udcff.jpg", ".jpg", "b."], 1, [["\udcff.png"], [".jpg.png"], ["b..png"]]),
    ],
)
def test_no_two_results_have_one_name(names: list[str], count: int, expected: list[list[str]]) -> None:
    """On no system: some ignore case, or how a letter is composed; and a file is not a folder."""
    pairs = [(Path("/in", name), Path(name)) for name in names]
    paths_of_each = destinations(pairs, Path("out"), count)
    assert [[path.relative_to("out").as_posix() for path in paths] for paths in paths_of_each] == expected
