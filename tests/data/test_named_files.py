"""A list's names are found whichever system wrote them, and never outside the folder."""

import unicodedata

import pytest

from zoo.data.named_files import NamedFiles
from zoo.data.text import read_table
from zoo.errors import UserError


def put(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return NamedFiles(root)


NFD = unicodedata.normalize("NFD", "Blusé/Größe 0.jpg")


@pytest.mark.parametrize(
    ("spelling", "written"),
    [
        ("a/0.jpg", "a/0.jpg"),
        ("a/0.jpg", "./a\\0.jpg"),
        ("a/0.jpg", "a/./0.jpg"),
        ("a/0.jpg", "a//0.jpg"),
        (NFD, "Blusé/Größe 0.jpg"),
        ("Blusé/Größe 0.jpg", NFD),
        ("A/IMG.JPG", "a/img.jpg"),
        (NFD, "BLUSÉ/GRÖSSE 0.JPG"),
    ],
)
def test_names_of_other_systems_are_found(tmp_path, spelling, written):
    assert put(tmp_path, spelling).find(written) == spelling


def test_the_exact_name_wins_and_two_alike_are_refused(tmp_path):
    files = put(tmp_path, "a.jpg", "A.jpg", "b/0.jpg", "B/1.jpg")
    assert (files.find("a.jpg"), files.find("A.jpg")) == ("a.jpg", "A.jpg")
    assert files.find("b/0.jpg") == "b/0.jpg"
    with pytest.raises(UserError, match=r"'a.JPG' may be 'A.jpg' or 'a.jpg'"):
        files.find("a.JPG")


def test_nothing_else_is_found(tmp_path):
    files = put(tmp_path / "in", "a/0.jpg")
    put(tmp_path, "out.jpg")
    assert files.find("a/1.jpg") is None
    assert files.find("b/0.jpg") is None
    assert files.find("a") is None
    (tmp_path / "in/self.jpg").symlink_to("self.jpg")
    (tmp_path / "in/self").symlink_to("self")
    assert put(tmp_path / "in").find("self.jpg") is None
    assert put(tmp_path / "in").find("self/0.jpg") is None
    assert files.find("a/0.jpg/1.jpg") is None
    for name in ("x" * 5000, "a/" * 2000 + "0.jpg", "a/" * 10**5 + "0.jpg"):
        assert files.find(name) is None
    for name in ("", ".", "../out.jpg", "a/../../out.jpg", "/etc/passwd", "C:\\x.jpg", "a\0b", "a/\n.jpg"):
        with pytest.raises(ValueError, match="not a path inside"):
            files.find(name)


def test_links_out_of_the_folder_are_known(tmp_path):
    files = put(tmp_path / "in", "a/0.jpg")
    put(tmp_path, "out/1.jpg")
    (tmp_path / "in/a/1.jpg").symlink_to(tmp_path / "out/1.jpg")
    (tmp_path / "in/b").symlink_to(tmp_path / "out")
    (tmp_path / "in/c").symlink_to(tmp_path / "in/a")
    names = [files.find(name) for name in ("a/0.jpg", "a/1.jpg", "b/1.jpg", "c/0.jpg")]
    assert [files.leaves(name) for name in names] == [False, True, True, False]


@pytest.mark.parametrize("hint", ["", "sep=;\n", '"sep=;"\r\n', "\ufeffSEP=;;;\n"])
def test_excels_line_with_the_separator_is_not_a_header(tmp_path, hint):
    path = tmp_path / "a.csv"
    path.write_text(hint + "id;n,a\n1;x\n\n2;'y'\n", encoding="utf-8", newline="")
    table = read_table(path)
    assert (table.columns, table.separator) == (["id", "n,a"], ";")
    assert list(table.rows) == [(2, ["1", "x"]), (4, ["2", "'y'"])]


def test_a_table_with_tabs_is_read_where_it_says_so(tmp_path):
    (tmp_path / "a.csv").write_text("sep=\t\nid\tn\n1\tx;y\n")
    assert list(read_table(tmp_path / "a.csv").rows) == [(2, ["1", "x;y"])]


def test_a_list_that_is_too_large_is_not_read(tmp_path):
    with (tmp_path / "a.csv").open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(UserError, match="the limit is"):
        read_table(tmp_path / "a.csv")
