from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
# What works: the minor versions that CI tries where programs and files depend on them, wider elsewhere.
# requirements.txt pins what CI tries.
REQUIREMENTS = [
    # Python 3.10 and 3.11
    'tensorflow>=2.15.1,<2.16; python_version < "3.12"',
    'keras>=2.15,<2.16; python_version < "3.12"',
    'tensorflow-addons>=0.23,<0.24; python_version < "3.12"',
    'numpy>=1.26,<2; python_version < "3.12"',
    'onnx>=1.17,<1.18; python_version < "3.12"',  # later ones need a newer ml-dtypes than TensorFlow allows
    # Python 3.12 and later
    'tensorflow>=2.21,<2.22; python_version >= "3.12"',
    'tf-keras>=2.21,<2.22; python_version >= "3.12"',
    'tensorboard>=2.20,<3; python_version >= "3.12"',
    'numpy>=2.1,<3; python_version >= "3.12"',
    'onnx>=1.21,<2; python_version >= "3.12"',
    # Both
    "protobuf>=4.21,<8",
    "tf2onnx>=1.17,<1.18",
    "onnxruntime>=1.23,<2",
    "h5py>=3.11,<4",  # the first for numpy 2, as the next
    "pandas>=2.2.2,<3",
    "pillow>=11.3,<13",  # the first that reads AVIF
    "scikit-learn>=1.5,<2",
    "scipy>=1.13,<2",
    "threadpoolctl>=3.1,<4",
    "jinja2>=3.1,<4",
    "markupsafe>=2.1,<4",
    "markdown-it-py>=3,<5",
    "matplotlib>=3.9,<4",
    "rich>=13,<16",
    "jsonschema>=4.20,<5",
]

setup(
    name="fashion-gan-zoo",
    version="0.2.0",
    description="GANs that translate fashion images, trained under tf.distribute, exported and verified",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=find_packages(include=["zoo*", "recipes*", "export*"]),
    package_data={"": ["py.typed", "*.j2", "*.schema.json"], "zoo.web": ["demo_page/*"]},
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
