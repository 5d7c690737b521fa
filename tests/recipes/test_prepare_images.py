"""What a recipe is told of its images is what config.json keeps, and faults come before anything else."""

import json

import numpy as np
import pytest
from labelled_folders import catalogue, celeba, classes, picture

from recipes import _sample
from recipes._data import read_all
from recipes._domains import DomainJudge
from recipes._images import domain_source, image_source, prepare_domains, prepare_images
from zoo.data.images import UnreadableImage, cover
from zoo.data.sample_catalogue import write_sample_catalogue
from zoo.errors import UserError


def test_images(tmp_path, capsys):
    root = catalogue(tmp_path / "shop")
    data = prepare_images(root, ("category", "color:blue:red"), held_out=1, complete=True)
    assert (len(data.found), len(data.training), len(data.held_out)) == (5, 4, 1)
    config = json.loads(json.dumps(data.config()))
    assert config.pop("description") == data.description
    assert config == {
        "path": str(root.resolve()),
        "layout": "catalogue",
        "attributes": ["category", "color:blue:red"],
        "values": {"category": ["skirts", "tops"], "color": ["blue", "red"]},
        "complete": True,
        "images": 5,
        "training_images": 4,
        "held_out_images": 1,
        "held_out": 1,
        "on_bad": "error",
        "fingerprint": data.found.fingerprint(),
        "skipped": [],
    }
    assert capsys.readouterr().out.splitlines() == [
        *data.description,
        "split: 4 images to train on, 1 held out",
    ]


def test_domains(tmp_path, capsys):
    root = catalogue(tmp_path / "shop")
    data = prepare_domains(root, "red", "blue", where=("category=tops", "category=skirts"), held_out=1)
    assert (data.attribute, data.names) == ("color", ("red", "blue"))
    config = json.loads(json.dumps(data.config()))
    expected = {
        "path": str(root.resolve()), "layout": "catalogue", "attribute": "color", "from": "red", "to": "blue",
        "where": ["category=tops", "category=skirts"], "images": 5, "training_images": 3,
        "held_out_images": 2, "held_out": 1,
        "domains": {"a": {"name": "red", "images": 3}, "b": {"name": "blue", "images": 2}},
        "fingerprint": data.fingerprint(),
    }  # fmt: skip
    assert {name: config[name] for name in expected} == expected
    assert capsys.readouterr().out.splitlines() == [
        "layout: catalogue, because data.csv is there (--layout names another)",
        "from: color red, images: 3, 6×4 (height × width)",
        "to: color blue, images: 2, 6×4 (height × width)",
        "images where category=tops or skirts",
        "split: 2 and 1 images to train on, 1 and 1 held out",
    ]
    back = prepare_domains(root, "blue", "red", where=data.where, held_out=1)
    assert back.fingerprint() != data.fingerprint()


def test_two_roots(tmp_path):
    classes(tmp_path, left=3, right=4)
    data = prepare_domains((tmp_path / "left", tmp_path / "right"), held_out=1)
    assert data.config()["path"] == [str((tmp_path / side).resolve()) for side in ("left", "right")]
    assert [len(images) for images in data.training] == [2, 3]


@pytest.mark.parametrize("two_roots", [True, False])
def test_what_judges_two_folders_learns_from_both(tmp_path, two_roots):
    """Each image from its own folder, though another has its name; none that is held out."""
    classes(tmp_path, left=3, right=4)
    folders = [tmp_path / side for side in ("left", "right")]
    data = prepare_domains(tuple(folders) if two_roots else tmp_path, held_out=1)
    judge = DomainJudge(data, (8, 8))
    assert judge.attribute.values == ("left", "right")
    assert judge.images.labels[:, 0].tolist() == [0, 0, 1, 1, 1]
    learned = [(judge.images.root / name).resolve() for name in judge.images.names]
    expected = [one.root.resolve() / name for one in data.training for name in one.names]
    assert learned == expected
    assert {path.parent for path in learned} == set(folders)
    for i in range(len(learned)):
        judge.images.load(i)


def test_bad_images_are_left_out_and_kept_in_mind(tmp_path, capsys):
    root = classes(tmp_path / "data", left=4, right=4)
    (root / "right/2.png").write_bytes(b"")
    with pytest.raises(
        UnreadableImage, match=r"right/2\.png is empty.*leave out such images with --on-bad skip"
    ):
        prepare_domains(root)
    domains = prepare_domains(root, on_bad="skip")
    images = prepare_images(root, ("class",), on_bad="skip")
    for data in (domains, images):
        assert [one["file"] for one in data.config()["skipped"]] == [str(root / "right/2.png")]
        assert data.description[-1] == "left out: 1 image for 1 bad image"
    assert (len(images.found), [len(one) for one in domains.found]) == (7, [4, 3])
    assert "right/2.png is empty" in capsys.readouterr().out


@pytest.mark.parametrize("cache_mib", [None, 0])
def test_cut_images_are_found_before_training(tmp_path, cache_mib):
    """Whether the images are kept in memory or not; and not looked at again when a run goes on."""
    root = classes(tmp_path, left=4, right=4)
    cut = picture(root / "right/9.png", size=(60, 50))
    cut.write_bytes(cut.read_bytes()[:-30])
    data = prepare_domains(root, held_out=1, seed=3)
    assert "right/9.png" in data.training[1].names
    source = domain_source(data.training, data, (8, 8), cache_mib=cache_mib)
    with pytest.raises(UnreadableImage, match=r"right/9\.png is damaged.* such images with --on-bad skip"):
        read_all(data, [source], known_good=False)
    images = prepare_images(root, seed=3)
    with pytest.raises(UnreadableImage, match=r"right/9\.png is damaged"):
        read_all(images, [image_source(images.found, images, (8, 8), cache_mib=cache_mib)], known_good=False)
    if cache_mib == 0:
        read_all(data, [source], known_good=True)


def test_sources_are_made_as_the_command_says(tmp_path):
    """Faces lose what is beside their middle; products keep all of it."""
    data = prepare_images(celeba(tmp_path / "celeba"), ("Smiling",), held_out=1)
    source = image_source(data.training, data, (6, 6), cache_mib=1)
    assert (source.flip, source.load_size, source.on_bad) == (False, (6, 6), "error")
    np.testing.assert_array_equal(source.tracks[0].read(0)[1][0], cover(data.training.load(0), (6, 6)))
    padded = image_source(data.training, data, (6, 12), fit="pad", flip=True)
    assert padded.flip
    assert (padded.tracks[0].read(0)[1][0][:, 0] == 255).all()
    cropped = image_source(data.training, data, (12, 12), crop=(8, 8), seed=4)
    assert (cropped.size, cropped.load_size, cropped.seed) == ((8, 8), (12, 12), 4)
    with pytest.raises(UserError, match="--crop 16x8: larger than the images, --size 12x12"):
        image_source(data.training, data, (12, 12), crop=(16, 8))


def test_without_data_it_is_the_sample_products(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_sample_catalogue(_sample.SAMPLE_PRODUCTS, 12, 64, 0)
    data = prepare_images(None, ("category",))
    assert (data.found.layout, len(data.found), len(data.held_out)) == ("catalogue", 12, 1)
    values = data.found.attributes[0].values
    domains = prepare_domains(None, *values[:2])
    assert domains.names == values[:2]
    assert capsys.readouterr().out.count("no --data: using the sample products in data/sample_products/") == 2


def test_nothing_held_out(tmp_path):
    with pytest.raises(UserError, match="--held-out 0: at least one image must be held out"):
        prepare_images(tmp_path, held_out=0)
    with pytest.raises(UserError, match="--held-out 0: at least one image of each domain"):
        prepare_domains(tmp_path, held_out=0)


def test_a_value_that_nothing_is_left_to_train_on_is_named(tmp_path, capsys):
    """Three classes of one image each, of which one is held out."""
    for name in ("a\x1b", "b", "c"):
        picture(tmp_path / name / "1.png")
    data = prepare_images(tmp_path, ("class",), held_out=1)
    (held,) = data.held_out.labels[:, 0]
    value = data.found.attributes[0].values[held].replace("\x1b", "\\x1b")
    line = f"class: no image to train on has {value}, so that is not learnt"
    assert line in capsys.readouterr().out
    assert data.description[-1].replace("\x1b", "\\x1b") == line


def test_one_image_cannot_be_split_and_the_remedy_is_not_to_hold_out_fewer(tmp_path):
    picture(tmp_path / "1.png")
    with pytest.raises(UserError, match=r"1 image: at least two are needed, .*; add more"):
        prepare_images(tmp_path)
