"""Lets onnx2torch be imported where torchvision, of PyPI and so for CUDA, does not fit a PyTorch without it.

What it takes from there is for operators that no bundle has.
"""

import sys
from types import ModuleType

try:
    import torchvision
except RuntimeError:
    torchvision, ops = ModuleType("torchvision"), ModuleType("torchvision.ops")
    torchvision.ops, ops.roi_align = ops, None
    for name in [name for name in sys.modules if name.startswith("torchvision")]:
        del sys.modules[name]
    sys.modules |= {"torchvision": torchvision, "torchvision.ops": ops}
