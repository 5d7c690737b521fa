"""Names from outside stand in a card as text."""

from export.card import _cell


def test_a_cell_has_no_markup_of_its_own() -> None:
    assert _cell("a|b\n<img src=x> [l](javascript:1) `c` \x1b[2J & *") == (
        "a\\|b &lt;img src=x> \\[l\\](javascript:1) \\`c\\` \\\\x1b\\[2J &amp; \\*"
    )
    assert _cell("target_accuracy") == "target_accuracy"
