"""Protects the comparison of shapes: the garment counts, not its cloth, its background or a speck."""

import numpy as np
import pytest

from zoo.data.sample_catalogue.products import product
from zoo.data.sample_catalogue.shots import product_image
from zoo.evaluation.metrics.silhouettes import silhouette_iou, silhouettes


def box(top, left, height, width, cloth=0, ground=255):
    image = np.full((64, 64, 3), ground, np.uint8)
    image[top : top + height, left : left + width] = cloth
    return image


def test_overlap_of_boxes_is_geometry():
    """Half of a box shifted: 1/3 over the union, to the pixel that a blurred edge may differ by."""
    a = np.stack([box(8, 8, 40, 20), box(8, 8, 40, 20), box(8, 8, 40, 20), box(0, 0, 0, 0)])
    b = np.stack([box(8, 8, 40, 20), box(8, 18, 40, 20), box(8, 40, 40, 20), box(0, 0, 0, 0)])
    assert silhouette_iou(a, b) == pytest.approx([1, 1 / 3, 0, 1], abs=0.05)


def test_cloth_and_background_are_not_shape():
    """Red on white and blue on cream with unevenness: one silhouette but for its rim."""
    red, blue = box(8, 20, 40, 20, (200, 0, 0)), box(8, 20, 40, 20, (60, 60, 160), (250, 244, 230))
    noise = np.random.default_rng(0).normal(0, 5, blue.shape)
    uneven = (blue + noise).clip(0, 255) / 127.5 - 1
    assert silhouette_iou(red[None] / 127.5 - 1, uneven[None])[0] > 0.85


def test_holes_and_specks_do_not_count():
    """A white print is part of the garment, a blot beside it is not."""
    marked = box(8, 8, 40, 20)
    marked[20:30, 12:20] = 255
    marked[50:54, 50:54] = 0
    np.testing.assert_array_equal(*silhouettes(np.stack([box(8, 8, 40, 20), marked])))


def test_drawn_products_have_their_own_shape():
    """The same garment in another cloth agrees with itself, and unlike garments do not."""
    garments = [product(index, 64, 0).garment for index in range(14)]
    images = np.stack([np.asarray(product_image(garment, 64, 0)) for garment in garments])
    recoloured = (images.astype(int) * [0.9, 0.97, 0.94] + 12).clip(0, 255).astype(np.uint8)
    assert silhouette_iou(images, recoloured).min() > 0.85
    assert silhouette_iou(images, np.roll(images, 4, axis=0)).mean() < 0.75


def test_sizes_that_cannot_be_compared_are_refused():
    """Shapes at two scales overlap by chance."""
    with pytest.raises(ValueError, match="one size"):
        silhouette_iou(np.zeros((1, 8, 8, 3)), np.zeros((1, 9, 8, 3)))
