"""A folder's photos are found, and what is passed over is counted by its kind."""

import os

import pytest

from zoo.data import file_kinds
from zoo.data.listing import check_folder, folders_in, list_images
from zoo.errors import UserError


def put(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def test_photos_are_listed_folder_by_folder(tmp_path):
    put(tmp_path, "b.jpg", "a.PNG", "z/1.jpg", "a/2.jpg", "a/c/3.jpg", "a/10.jpg")
    below = ["a.PNG", "b.jpg", "a/10.jpg", "a/2.jpg", "a/c/3.jpg", "z/1.jpg"]
    assert list_images(tmp_path).names == below
    assert list_images(tmp_path, below=False).names == below[:2]
    assert list_images(tmp_path).notes() == []


def test_what_systems_and_photo_managers_leave_is_not_a_photo(tmp_path):
    """Thumbnails were trained on, and ._0.jpg stopped a training as a damaged image."""
    put(
        tmp_path, "0.jpg", ".0.jpg", "._0.jpg", "Thumbs.db", ".DS_Store", "SYNOFILE_THUMB_M.jpg",
        "__MACOSX/tops/._0.jpg", "@eaDir/0.jpg/SYNOPHOTO_THUMB_M.jpg", "tops/@eaDir/1.jpg", "tops/1.jpg",
        ".picasaoriginals/0.jpg", "Shop Previews.lrdata/0/0.jpg", "#recycle/0.jpg", ".git/x",
    )  # fmt: skip
    listing = list_images(tmp_path)
    assert listing.names == ["0.jpg", "tops/1.jpg"]
    assert folders_in(tmp_path) == ["tops"]
    (line,) = listing.notes()
    for part in ("2 thumbnails in @eaDir/", "1 macOS file in __MACOSX/", "1 Picasa original", "1 Lightroom"):
        assert part in line


def test_what_is_skipped_is_reported_by_kind_with_its_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(file_kinds, "SUFFIXES", (".jpg", ".png"))
    put(tmp_path, "0.jpg", *(f"{i}.HEIC" for i in range(3)), "0.avif", "0.CR2", "v.mp4", "w.mov", "t.zip")
    put(tmp_path, "a.txt", "b.txt", "c.json", "README", "d.x1", "e.x2")
    assert list_images(tmp_path).notes() == [
        "skipped: 3 HEIC photos (to read them: pip install pillow-heif), 1 AVIF photo (to read them: a "
        "Pillow with AVIF), 1 raw photo (to use them: export them as JPEG), 2 videos, 1 archive (to use "
        "what they hold: unpack them), 2 .txt files, 1 .json file, 1 .x1 file, 2 other files"
    ]


def test_links_are_not_followed_in_circles(tmp_path):
    put(tmp_path / "photos", "a/0.jpg")
    (tmp_path / "photos/a/up").symlink_to(tmp_path / "photos")
    (tmp_path / "photos/back").symlink_to(tmp_path)
    (tmp_path / "photos/gone.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "photos/dir.jpg").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "photos/pipe.jpg")
    for name in ("self.jpg", "self"):
        (tmp_path / "photos" / name).symlink_to(name)
    put(tmp_path / "elsewhere", "1.jpg")
    (tmp_path / "photos/other").symlink_to(tmp_path / "elsewhere")
    listing = list_images(tmp_path / "photos")
    assert listing.names == ["a/0.jpg"]
    assert listing.skipped == {"link to a folder": 4, "broken link": 3, "special file": 1}
    assert folders_in(tmp_path / "photos") == ["a", "other"]


def test_a_folder_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    put(tmp_path, "0.jpg", "inner/1.jpg")
    scandir = os.scandir

    def refused(path):
        if str(path).endswith("inner"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(UserError, match=r"inner cannot be read .*Permission denied"):
        list_images(tmp_path)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("photos.zip", "is an archive: unpack it"),
        ("photos.tar.gz", "is an archive: unpack it"),
        ("photos.7z", "is an archive: unpack it"),
        ("unnamed", "is an archive: unpack it"),
        ("0.jpg", "is a file: give the folder that holds the photos, here"),
        ("gone", "does not exist: give the folder"),
        ("link", "is a link to something that does not exist"),
    ],
)
def test_what_is_not_a_folder_is_identified(tmp_path, name, says):
    put(tmp_path, "photos.zip", "photos.tar.gz", "photos.7z", "0.jpg")
    (tmp_path / "unnamed").write_bytes(b"PK\x03\x04rest")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UserError, match=says):
        check_folder(tmp_path / name, "photos")


@pytest.mark.parametrize("address", ["https://example.org/a.zip", "s3://bucket/photos", "gs:/bucket"])
def test_an_address_must_be_fetched_first(address):
    with pytest.raises(UserError, match=r"^\w+://\w.* is an address.*fetch it first"):
        check_folder(address, "photos")
