"""How much is read of what comes from outside: one set of limits for every reader.

A reader compares what a file *announces* (counts, sizes, depths) with these before it allocates or
decodes, and refuses the file in one line that names the number and the limit. A bundle's verify.py,
which stands alone, holds a copy of those that it needs.
"""

MIB = 1 << 20
GIB = 1 << 30

JSON_BYTES = 16 * MIB
"""Largest JSON file: a contract, a configuration, a state. The largest written here have 1 MiB."""

CONTRACT_BYTES = 4 * MIB
"""Largest contract of a bundle: one of a thousand attributes and four variants has 3 MiB."""

JSON_DEPTH = 64
"""Deepest nesting of JSON, and of the configuration in a Keras file."""

MODEL_BYTES = 4 * GIB
"""Largest file of weights, and most bytes of all its tensors together."""

TENSORS = 20_000
"""Most tensors, layers or nodes of a model. Full-width ResNet-9 has 50 tensors and 300 nodes."""

TENSOR_RANK = 8
"""Most axes of a tensor."""

PICKLE_BYTES = 16 * MIB
"""Largest list of tensors in a ``.pth`` file, whose numbers lie beside it."""

PICKLE_OPCODES = 50 * TENSORS
"""Most instructions in that list: PyTorch writes about forty a tensor."""

ARCHIVE_MEMBERS = 2 * TENSORS
"""Most members of a zip file: a ``.pth`` has one a tensor."""

IMAGE_PIXELS = 64_000_000
"""Largest image that is decoded, in pixels."""

IMAGE_BYTES = 512 * MIB
"""Largest image file."""

IMAGE_HEADER_BYTES = 32 * MIB
"""Most bytes that a reader may take before an image's size is known: EXIF, profiles, comments."""

IMAGE_METADATA_BYTES = MIB // 16
"""Most bytes of an image's tags where their reader takes as much memory as they announce, which is
up to 700 times as much."""

IMAGE_READS = 1_000_000
"""Most pieces in which an image is read: chunks, segments, comments."""

IMAGE_TAGS = 4096
"""Most tags of a TIFF file."""

IMAGE_STRIPS = 1 << 18
"""Most values of a tag of a TIFF file, such as the places of its strips: one a row has 64,000."""

IMAGE_SCANS = 100
"""Most scans of a JPEG file. Progressive ones have some ten, and each costs as much as a decoding."""

IDX_BYTES = GIB
"""Most values of an idx file: twice the largest of the kind, EMNIST's."""

IDX_RATIO = 100
"""Most values a byte of a compressed idx file. Drawings have some ten."""

TABLE_BYTES = GIB
"""Largest CSV or text file with a list. A catalogue of a million products has some 400 MiB."""

NAME_CHARACTERS = 255
"""Longest name of an input, a condition, a value or a file."""

EXAMPLE_VALUES = 1 << 25
"""Most numbers in all that goes into a bundle's model for one example, or in all that comes out of it."""

EXAMPLES = 64
"""Most golden examples of a bundle."""

PATH_CHARACTERS = 255
"""Longest path of a file inside a bundle."""

BUNDLE_FILES = 10_000
"""Most files of a bundle."""

BUNDLE_BYTES = 4 * MODEL_BYTES
"""Most bytes of all of them together."""

GOLDEN_VALUES = 1 << 27
"""Most numbers in a bundle's file of golden inputs or outputs."""

LENGTH = 4096
"""Largest side of a model's images in pixels, and most numbers of any other input: noise, values."""

INPUTS = 256
"""Most inputs of a model: its attributes, and what else goes in."""
