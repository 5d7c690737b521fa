"""A catalogue is read as it is written anywhere, and can name nothing outside its folder."""

import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zoo.data import file_kinds
from zoo.data.catalogue.attribute_table import write_image_attributes
from zoo.data.catalogue.reading import Catalogue, read_catalogue
from zoo.errors import UserError
from zoo.io.paths import path_inside
from zoo.io.text import printable

HEADER = "id;img_path;category;color;length"
ROWS = ("a1;tops/a1.jpg;tops;red;3-4", "b.2_x;tops/b2.jpg;pants;blue;")


def put(
    folder: Path, *lines: str, encoding: str = "utf-8", end: str = "\n", shots: tuple[str, ...] = ()
) -> Path:
    """A catalogue with the images of ROWS; the reader looks at names only."""
    (folder / "tops").mkdir(exist_ok=True)
    (folder / "models").mkdir(exist_ok=True)
    for name in ("tops/a1.jpg", "tops/b2.jpg", *(f"models/{shot}" for shot in shots)):
        (folder / name).write_bytes(b"x")
    path = folder / "data.csv"
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


def refused(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        read_catalogue(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message or str(path.parent) in message
    return message


@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separator_mark_and_line_ends_do_not_matter(tmp_path, separator, encoding, end):
    lines = [line.replace(";", separator) for line in (HEADER, *ROWS)]
    put(tmp_path, *lines, encoding=encoding, end=end)
    read = read_catalogue(tmp_path)
    assert list(read.rows.columns) == HEADER.split(";")
    assert read.rows["id"].tolist() == ["a1", "b.2_x"]
    assert read.rows["length"].tolist() == ["3-4", ""]


@pytest.mark.parametrize("hint", ["sep=;", '"sep=;"', "sep=;;;;"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_excels_line_with_the_separator_is_not_a_header(tmp_path, hint, encoding, end):
    put(tmp_path, hint, HEADER, *ROWS, encoding=encoding, end=end)
    assert read_catalogue(tmp_path).rows["id"].tolist() == ["a1", "b.2_x"]
    put(tmp_path, hint, HEADER, ROWS[0], "c;tops/none.jpg;;;", encoding=encoding, end=end)
    assert "row 3" in refused(tmp_path / "data.csv")  # as the spreadsheet counts, which hides that line


@pytest.mark.parametrize("separator", ["\t", "|"])
def test_any_separator_that_the_file_names(tmp_path, separator):
    put(tmp_path, f"sep={separator}", *(line.replace(";", separator) for line in (HEADER, *ROWS)))
    assert read_catalogue(tmp_path).rows["id"].tolist() == ["a1", "b.2_x"]


@pytest.mark.parametrize(("spelling", "written"), [("a1.JPG", "a1.jpg"), ("Gro\u0308ße.jpg", "Größe.jpg")])
def test_images_are_found_as_another_system_spells_them(tmp_path, spelling, written):
    path = put(tmp_path, HEADER, f"a;tops/{written};;;")
    (tmp_path / "tops/a1.jpg").unlink()
    (tmp_path / "tops" / spelling).write_bytes(b"x")
    read = read_catalogue(path)
    assert read.rows["img_path"].tolist() == [f"tops/{spelling}"]
    assert (read.root / read.rows["img_path"][0]).is_file()


@pytest.mark.parametrize("name", ["34a_sep", "34c_nfd"])
def test_users_catalogues(case, name):
    assert len(read_catalogue(case(name))) == 14


def test_what_is_not_used_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(file_kinds, "SUFFIXES", (".jpg", ".webp"))
    path = put(tmp_path, HEADER, ROWS[0], shots=("a1@1.jpg", "zz@1.jpg", "a1.jpg", "a1@2.HEIC", "._a1@3.jpg"))
    (tmp_path / "tops/c3.heic").write_bytes(b"x")
    assert read_catalogue(path).notes == (
        "not used: 1 image that no row of data.csv names: tops/b2.jpg",
        "not used: 2 images of no product (<id>@<n>.jpg is of <id>): models/a1.jpg, models/zz@1.jpg",
        "skipped: 2 HEIC photos (to read them: pip install pillow-heif)",
    )


def test_an_archive_or_an_address_is_named(tmp_path):
    (tmp_path / "shop.zip").write_bytes(b"PK")
    assert "unpack it" in refused(tmp_path / "shop.zip")
    with pytest.raises(UserError, match="fetch it first"):
        read_catalogue("https://example.org/data.csv")


def test_what_is_written_is_not_a_formula(tmp_path):
    put(tmp_path, "id;img_path;=own;brand", "a;=1+1.jpg;x;", "b;tops/b2.jpg;=cmd();")
    (tmp_path / "=1+1.jpg").write_bytes(b"x")
    write_image_attributes(read_catalogue(tmp_path), tmp_path / "out.csv", ["=own"])
    cells = (tmp_path / "out.csv").read_text().replace("\n", ";").split(";")
    assert "'=1+1.jpg" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.fuzz
@settings(settings.get_profile("fuzz"))
@given(
    st.lists(st.text(st.sampled_from('a1;,"\t\r\n=\\/.\x00é\ufeff|')), max_size=4).map("".join)
    | st.lists(
        st.sampled_from(
            ["sep=;", HEADER, *ROWS, '"', ";;;;", "id", "id;id", "a1;tops", "\r", "x;tops/a1.jpg;"]
        ),
        max_size=6,
    ).map("\n".join)
    | st.text(max_size=40).map(lambda text: f"{HEADER}\n{text}")
)
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp() / "wild"
    folder.mkdir(exist_ok=True)
    put(folder, "")
    (folder / "data.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        said = "" if len(read_catalogue(folder)) else "nothing"
    except UserError as error:
        said = str(error)
    assert "\n" not in printable(said)


def test_text_stays_text(tmp_path):
    # pandas would make 007 a 7 and NA a missing value.
    put(tmp_path, "id;img_path;brand;own", "007;tops/a1.jpg;NA;1e5", '8;tops/b2.jpg;"A;B";"x""y"')
    rows = read_catalogue(tmp_path / "data.csv").rows
    assert rows.iloc[0].tolist() == ["007", "tops/a1.jpg", "NA", "1e5"]
    assert rows.iloc[1].tolist() == ["8", "tops/b2.jpg", "A;B", 'x"y']


def test_shots_are_found_and_sorted_by_number(tmp_path):
    shots = ("a1@10.jpg", "a1@2.JPEG", "a1@x.jpg", "zz@1.jpg", "b.2_x@1.webp", "a1.jpg", "a1@3.txt")
    put(tmp_path, HEADER, *ROWS, shots=shots)
    assert read_catalogue(tmp_path).model_shots == {
        "a1": ["models/a1@2.JPEG", "models/a1@10.jpg"],
        "b.2_x": ["models/b.2_x@1.webp"],
    }


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((HEADER.replace("img_path", "image"), *ROWS), ["row 1", "img_path"]),
        ((HEADER.replace(";", "\t"), *ROWS), ["row 1", "tab", "';'"]),
        (("id", "a1"), ["single column"]),
        ((HEADER,), ["no rows"]),
        ((" ",), ["empty"]),
        ((HEADER + "".join(f";c{i}" for i in range(20_000)),), ["row 1", "longer than 65,536 bytes"]),
        ((HEADER + ";color", *ROWS), ["'color' twice"]),
        ((HEADER, *ROWS, ROWS[0]), ["rows 2, 4", "'a1'", "more than once"]),
        ((HEADER, ROWS[0], "", ";tops/b2.jpg;;;"), ["row 4", "column id", "empty"]),
        ((HEADER, ROWS[0], "c;;;;"), ["row 3", "img_path", "empty"]),
        ((HEADER, ROWS[0], "c/d;tops/b2.jpg;;;"), ["row 3", "column id", "'c/d'"]),
        ((HEADER, ROWS[0], "..;tops/b2.jpg;;;"), ["row 3", "column id"]),
        ((HEADER, ROWS[0], "c;tops/none.jpg;;;", "d;x;;;"), ["row 3", "not a file", "1 more such row"]),
        ((HEADER, ROWS[0], "c;tops/b2.jpg;;;;;;;"), ["broken row", "double quotes"]),
    ],
)
def test_a_fault_is_named_with_its_row_and_remedy(tmp_path, lines, words):
    message = refused(put(tmp_path, *lines))
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    "place",
    ["/etc/passwd", "../x.jpg", "tops/../../x.jpg", r"..\x.jpg", "C:/x.jpg", r"C:x.jpg", r"\\host\x.jpg"],
)
def test_no_path_leaves_the_folder(tmp_path, place):
    (tmp_path / "x.jpg").write_bytes(b"x")
    (tmp_path / "inner").mkdir()
    message = refused(put(tmp_path / "inner", HEADER, ROWS[0], f"c;{place};;;"))
    assert "row 3" in message
    assert "leaves the catalogue's folder" in message


def test_no_symbolic_link_leaves_the_folder(tmp_path):
    (tmp_path / "x.jpg").write_bytes(b"x")
    inner = tmp_path / "inner"
    inner.mkdir()
    path = put(inner, HEADER, "c;out.jpg;;;")
    (inner / "out.jpg").symlink_to(tmp_path / "x.jpg")
    assert "symbolic link" in refused(path)
    path = put(inner, HEADER, "c;up/x.jpg;;;")
    (inner / "up").symlink_to(tmp_path)
    assert "symbolic link" in refused(path)
    path = put(inner, HEADER, *ROWS)
    (inner / "models/a1@1.jpg").symlink_to(tmp_path / "x.jpg")
    assert "symbolic link" in refused(path)


def test_backslashes_of_another_system_are_read(tmp_path):
    put(tmp_path, HEADER, r"a;tops\a1.jpg;;;")
    assert read_catalogue(tmp_path).rows["img_path"].tolist() == ["tops/a1.jpg"]


@pytest.mark.parametrize(
    ("encoding", "named"), [("latin-1", "ISO-8859-1"), ("cp1252", "WINDOWS-1252"), ("utf-16", "UTF-16")]
)
def test_another_encoding_is_named_with_how_to_convert_it(tmp_path, encoding, named):
    price = "" if encoding == "latin-1" else "€"
    message = refused(put(tmp_path, HEADER, f"a;tops/a1.jpg;Röcke;{price};", encoding=encoding))
    assert f"iconv -f {named}" in message


def test_a_missing_file_is_named(tmp_path):
    assert "data.csv" in refused(tmp_path / "none" / "data.csv")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.tuples(*[st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["..", "../..", "/", "\\", "C:", "a/../../b", "..\\x", "\x00", "~", ".", "tops/..", "tops/a1.jpg"]
)] * 2))  # fmt: skip
def test_no_cell_yields_a_path_outside_the_folder(tmp_path, cells):
    inner = tmp_path / "inner"
    inner.mkdir(exist_ok=True)
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    put(inner, HEADER, f"{quoted[0]};{quoted[1]};;;")
    try:
        read = read_catalogue(inner)
    except UserError:
        pass
    else:
        for place in [*read.rows["img_path"], *(s for shots in read.model_shots.values() for s in shots)]:
            assert (read.root / place).resolve().is_relative_to(inner.resolve())
        for product in read.rows["id"]:
            assert (inner / "models" / f"{product}@1.jpg").resolve().parent == (inner / "models").resolve()
    try:
        path = path_inside(inner, cells[1])
    except ValueError:
        return
    assert path.resolve().is_relative_to(inner.resolve())


def test_image_attributes_are_one_column_a_value(tmp_path):
    put(tmp_path, HEADER, *ROWS)
    names = write_image_attributes(read_catalogue(tmp_path), tmp_path / "img_attr.csv")
    assert names == ["category_pants", "category_tops", "color_blue", "color_red", "length_3-4"]
    assert (tmp_path / "img_attr.csv").read_bytes() == (
        b"img_path;category_pants;category_tops;color_blue;color_red;length_3-4\n"
        b"tops/a1.jpg;0;1;0;1;1\n"
        b"tops/b2.jpg;1;0;1;0;0\n"
    )
    assert not list(tmp_path.glob(".img_attr*"))


def test_image_attributes_refuse_an_unknown_column(tmp_path):
    put(tmp_path, HEADER, *ROWS)
    with pytest.raises(UserError, match="no column 'fit'"):
        write_image_attributes(read_catalogue(tmp_path), tmp_path / "img_attr.csv", ["fit"])


def test_two_values_may_not_share_a_column(tmp_path):
    rows = pd.DataFrame({"img_path": ["x"], "a": ["b_c"], "a_b": ["c"]})
    with pytest.raises(UserError, match="'a_b_c'"):
        write_image_attributes(Catalogue(tmp_path, tmp_path, rows, {}), tmp_path / "out.csv", ["a", "a_b"])


def test_a_hundred_thousand_rows_are_checked_in_seconds(tmp_path):
    # Checks are by column: a look at the disk or a loop a row would take minutes for a million.
    rows = (f"p{i};tops/{'a1' if i % 2 else 'b2'}.jpg;tops;red;long" for i in range(100_000))
    put(tmp_path, HEADER, *rows)
    start = time.process_time()
    assert len(read_catalogue(tmp_path)) == 100_000
    assert time.process_time() - start < 5
