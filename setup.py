from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
REQUIREMENTS = [
    line for line in (HERE / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")
]

setup(
    name="fashion-gan-zoo",
    version="0.1.0",
    description="GANs that translate fashion images, trained under tf.distribute, exported and verified",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=find_packages(include=["zoo*", "recipes*", "export*"]),
    package_data={"": ["*.html", "*.md", "*.j2", "*.schema.json"], "zoo.web": ["demo_page/*"]},
    install_requires=REQUIREMENTS,
    extras_require={
        "test": [
            "pytest==9.0.2",
            "pytest-xdist==3.8.0",
            "hypothesis==6.155.2",
            "pillow-heif==1.8.1",
            "ruff==0.15.0",
            "selenium==4.46.0",
        ],
        # HEIC photos, as phones take them. The package is under the BSD licence; the libraries in its
        # wheels are not (libheif and libde265 LGPL-3.0, x265 GPL-2.0), so it is not installed unasked.
        "heic": ["pillow-heif==1.8.1"],
        # The documentation as a site (mkdocs.yml), on Python 3.11 or later. Ruff lays out signatures.
        "docs": [
            "mkdocs==1.6.1",
            "mkdocs-material==9.8.2",
            "mkdocstrings==1.0.8",
            "mkdocstrings-python==2.0.11",
            "griffelib==2.4.1",
            "ruff==0.15.0",
        ],
        # What a bundle is tried in, besides: see tests/stacks.
        "stacks": [
            "openvino==2026.4.1",
            'opencv-python-headless==4.11.0.86; python_version < "3.12"',  # later ones need numpy 2
            'opencv-python-headless==5.0.0.93; python_version >= "3.12"',
            "onnx2torch==1.5.15",
            "torch==2.13.0",
            "torchvision==0.28.0",
        ],
    },
)
