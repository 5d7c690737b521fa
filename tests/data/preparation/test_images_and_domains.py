"""What a recipe reports of its images is what config.json keeps, and faults come before anything else."""

import json

import numpy as np
import pytest
from heard import Heard
from labelled_folders import catalogue, celeba, classes, picture

from zoo.data.images import UnreadableImage, cover
from zoo.data.preparation.attributes import default_attributes
from zoo.data.preparation.domains import prepare_domains
from zoo.data.preparation.feeding import domain_source, image_source, read_all
from zoo.data.preparation.images import prepare_images
from zoo.data.sample_catalogue import write_sample_catalogue
from zoo.data.sample_catalogue.defaults import SAMPLE_PRODUCTS
from zoo.data.selection.images import read_images
from zoo.errors import UserError


def test_images(tmp_path):
    heard = Heard()
    root = catalogue(tmp_path / "shop")
    data = prepare_images(root, ("category", "color:blue:red"), held_out=1, complete=True, listener=heard)
    assert (len(data.usable), len(data.training), len(data.held_out)) == (5, 4, 1)
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
        "fingerprint": data.usable.fingerprint(),
        "skipped": [],
    }
    assert heard.lines == [
        *data.description,
        "split: 4 images to train on, 1 held out",
    ]


def test_domains(tmp_path):
    heard = Heard()
    root = catalogue(tmp_path / "shop")
    where = ("category=tops", "category=skirts")
    data = prepare_domains(root, "red", "blue", where=where, held_out=1, listener=heard)
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
    assert heard.lines == [
        "layout: catalogue, because data.csv is there (`layout` names another)",
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


def test_bad_images_are_left_out_and_kept_in_mind(tmp_path):
    heard = Heard()
    root = classes(tmp_path / "data", left=4, right=4)
    (root / "right/2.png").write_bytes(b"")
    with pytest.raises(
        UnreadableImage, match=r"right/2\.png is empty.*leave out such images with `on_bad` skip"
    ):
        prepare_domains(root)
    domains = prepare_domains(root, on_bad="skip", listener=heard)
    images = prepare_images(root, "class", on_bad="skip")
    assert images.attributes == ("class",)
    for data in (domains, images):
        assert [one["file"] for one in data.config()["skipped"]] == [str(root / "right/2.png")]
        assert data.description[-1] == "left out: 1 image for 1 bad image"
    assert (len(images.usable), [len(one) for one in domains.usable]) == (7, [4, 3])
    assert "right/2.png is empty" in "".join(heard.lines)


@pytest.mark.parametrize("cache_mib", [None, 0])
def test_cut_images_are_found_before_training(tmp_path, cache_mib):
    """Whether the images are kept in memory or not; and not read again when a run resumes."""
    root = classes(tmp_path, left=4, right=4)
    cut = picture(root / "right/9.png", size=(60, 50))
    cut.write_bytes(cut.read_bytes()[:-30])
    data = prepare_domains(root, held_out=1, seed=3)
    assert "right/9.png" in data.training[1].names
    source = domain_source(data.training, data, (8, 8), cache_mib=cache_mib)
    with pytest.raises(UnreadableImage, match=r"right/9\.png is damaged.* such images with `on_bad` skip"):
        read_all(data, [source], known_good=False)
    images = prepare_images(root, seed=3)
    with pytest.raises(UnreadableImage, match=r"right/9\.png is damaged"):
        read_all(images, [image_source(images.usable, images, (8, 8), cache_mib=cache_mib)], known_good=False)
    if cache_mib == 0:
        read_all(data, [source], known_good=True)


def test_sources_are_made_as_the_command_says(tmp_path):
    """Faces lose what is beside their middle; products keep all of it."""
    data = prepare_images(celeba(tmp_path / "celeba"), ("Smiling",), held_out=1)
    source = image_source(data.training, data, (6, 6), cache_mib=1)
    assert (source.flip, source.load_size, source.on_bad) == (False, (6, 6), "error")
    np.testing.assert_array_equal(source.streams[0].read(0)[1][0], cover(data.training.load(0), (6, 6)))
    padded = image_source(data.training, data, (6, 12), fit="pad", flip=True)
    assert padded.flip
    assert (padded.streams[0].read(0)[1][0][:, 0] == 255).all()
    cropped = image_source(data.training, data, (12, 12), crop=(8, 8), seed=4)
    assert (cropped.size, cropped.load_size, cropped.seed) == ((8, 8), (12, 12), 4)
    with pytest.raises(UserError, match="`crop` 16x8: larger than the images, `size` 12x12"):
        image_source(data.training, data, (12, 12), crop=(16, 8))


def test_without_data_it_is_the_sample_products(tmp_path, monkeypatch):
    heard = Heard()
    monkeypatch.chdir(tmp_path)
    write_sample_catalogue(SAMPLE_PRODUCTS, 12, 64, 0)
    data = prepare_images(None, ("category",), listener=heard)
    assert (data.usable.layout, len(data.usable), len(data.held_out)) == ("catalogue", 12, 1)
    values = data.usable.attributes[0].values
    domains = prepare_domains(None, *values[:2], listener=heard)
    assert domains.names == values[:2]
    assert heard.lines.count("no `data`: using the sample products in data/sample_products/") == 2


def test_nothing_held_out(tmp_path):
    with pytest.raises(UserError, match="`held_out` 0: at least one image must be held out"):
        prepare_images(tmp_path, held_out=0)
    with pytest.raises(UserError, match="`held_out` 0: at least one image of each domain"):
        prepare_domains(tmp_path, held_out=0)


@pytest.mark.parametrize(
    ("folders", "options"),
    [
        ({"trainA": 3, "trainB": 3, "testA": 2, "testB": 1}, {}),
        ({"trainA": 3, "trainB": 3, "testA": 2, "testB": 1}, {"a": "trainB", "b": "trainA"}),
        ({"A/train": 3, "A/test": 2, "B/train": 3, "B/test": 2, "notes": 2}, {}),
        ({"x/one": 3, "x/two": 3, "y": 2}, {"a": "x/one", "b": "x/two"}),
        ({"cats": 3, "dogs": 3, "birds": 3}, {"a": "dogs", "b": "birds"}),
    ],
)
def test_a_run_that_resumes_selects_the_same(tmp_path, folders, options):
    """From what config.json says of the data, as `resume` does."""
    data = prepare_domains(classes(tmp_path, **folders), **options)
    kept = json.loads(json.dumps(data.config()))
    again = prepare_domains(
        tmp_path, kept["from"], kept["to"], kept["attribute"], tuple(kept["where"]), kept["layout"],
        kept["held_out"], kept["on_bad"],
    )  # fmt: skip
    assert again.fingerprint() == data.fingerprint()
    for side in ("training", "held_out"):
        assert [one.names for one in getattr(again, side)] == [one.names for one in getattr(data, side)]


def test_at_most_200_of_the_images_for_testing_are_measured_on(tmp_path):
    heard = Heard()
    classes(tmp_path, **{"train/a": 3, "train/b": 3, "test/a": 150, "test/b": 150})
    data = prepare_images(tmp_path, ("class",), listener=heard)
    assert (len(data.training), len(data.held_out)) == (6, 200)
    assert heard.lines[-1].endswith("200 held out; 100 more for testing are not used")


def test_default_attributes_are_those_that_are_there(tmp_path):
    """Kaggle's cuts of CelebA lack some, and a catalogue need not have categories to draw from noise."""
    images = read_images(celeba(tmp_path / "faces"))
    assert default_attributes(images, {"celeba": ("Blond", "Male", "Hat:no:yes")}) == ("Male", "Hat:no:yes")
    with pytest.raises(UserError, match=r"nothing says which .*NAME .one or more of Smiling, Male, Hat"):
        default_attributes(images, {"celeba": ("Blond",), "styles": ("Male",)})
    assert default_attributes(images, {"celeba": ("Blond",)}, needed=False) == ()
    shop = catalogue(tmp_path / "shop")
    (shop / "data.csv").write_text("id;img_path;category\n1;all/1.png;\n2;all/2.png;\n")
    defaults = {"catalogue": ("category",)}
    assert prepare_images(shop, lambda images: default_attributes(images, defaults, needed=False))


def test_a_value_that_nothing_is_left_to_train_on_is_named(tmp_path):
    heard = Heard()
    """Three classes of one image each, of which one is held out."""
    for name in ("a", "b", "c"):
        picture(tmp_path / name / "1.png")
    data = prepare_images(tmp_path, ("class",), held_out=1, listener=heard)
    (held,) = data.held_out.labels[:, 0]
    value = data.usable.attributes[0].values[held]
    line = f"class: no image to train on has {value}, so that is not learned"
    assert heard.lines[-1] == data.description[-1] == line


def test_one_image_cannot_be_split_and_the_remedy_is_not_to_hold_out_fewer(tmp_path):
    picture(tmp_path / "1.png")
    with pytest.raises(UserError, match=r"1 image: at least two are needed, .*; add more"):
        prepare_images(tmp_path)
