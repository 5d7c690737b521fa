"""Names from outside cannot act on a terminal, nor on a spreadsheet."""

import pytest

from zoo.io.text import csv_cell, csv_value, printable


def test_control_characters_are_escaped() -> None:
    assert printable("a\x1b[2Jb\r\n\x9bc\u202egpj.exe\udcff é 服") == (
        "a\\x1b[2Jb\\x0d\\x0a\\x9bc\\u202egpj.exe\\udcff é 服"
    )


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formulas_become_text(text: str) -> None:
    assert csv_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["-1", "+1.5", "-1e-3", "dresses", "", 3, -2.5, None])
def test_numbers_and_words_stay(value: object) -> None:
    assert csv_cell(value) == value


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''-x", "'tis", "-5", "'-5", "@a", "", "'", "x=1"])
def test_what_is_written_is_read_back(text: str) -> None:
    assert csv_value(csv_cell(text)) == text
