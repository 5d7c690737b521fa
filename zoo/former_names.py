"""Module names of the previous version, which keep working in this one with a warning of the new name."""

import importlib
import sys
import warnings
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_FORMER = {
    "export": {
        "any_size": "onnx.padding",
        "onnx_affine": "onnx.affine",
        "onnx_crops": "onnx.crops",
        "onnx_dropout": "onnx.dropout",
        "onnx_model": "onnx.conversion",
        "onnx_passes": "onnx.graph .instance_normalization .weights",
        "onnx_pixel_blocks": "onnx.pixel_blocks",
        "onnx_ports": "onnx.change_ports",
        "onnx_precision": "onnx.int8 .float16",
        "onnx_subpixel": "onnx.subpixel",
        "onnx_transposes": "onnx.transposes",
        "pictures": "user_pictures",
        "quiet": "onnx.quiet",
        "rounding": "float32_rounding",
    },
    "zoo": {
        "archives": "io.archives",
        "conditional_gan": "models.conditional_gan.configuration .model .signature",
        "configuration": "engine.configuration",
        "contract": "inference.contract",
        "cyclegan": "models.cyclegan.configuration .model .signature",
        "data.calls": "data.pipeline.calls",
        "data.contact_sheet": "data.model_shots.contact_sheet",
        "data.image_files": "data.sets.file_set",
        "data.image_layouts": "data.selection.images .domains",
        "data.image_set": "data.sets.image_set",
        "data.input_client": "data.pipeline.input_client",
        "data.input_server": "data.pipeline.input_server",
        "data.memory": "data.pipeline.memory",
        "data.pair_set": "data.sets.pair_set",
        "data.pairs": "data.pipeline.pairs",
        "data.prepared": "data.pipeline.raw_examples",
        "data.prepared_tracks": "data.pipeline.raw_streams",
        "data.shards": "data.pipeline.shards",
        "data.shot_clusters": "data.model_shots.shot_clusters",
        "data.shot_features": "data.model_shots.shot_features",
        "data.silhouettes": "data.model_shots.silhouettes",
        "data.sources": "data.pipeline.sources",
        "data.splitmix": "data.pipeline.splitmix",
        "data.tracks": "data.pipeline.streams",
        "dcgan": "models.dcgan.configuration .model .signature",
        "draws": "engine.random",
        "fader": "models.fader.configuration .model .signature",
        "files": "io.files",
        "folders": "io.folders",
        "gan": "engine.gan",
        "image_pool": "engine.image_pool",
        "label_columns": "models.stargan.label_columns",
        "limits": "io.limits",
        "metrics.attribute_classifier": "evaluation.attribute_classifier",
        "metrics.baselines": "evaluation.baselines",
        "metrics.figures": "evaluation.metrics.registry .metric",
        "metrics.images": "evaluation.metrics.l1 .psnr .ssim evaluation.pair_metrics",
        "metrics.silhouettes": "evaluation.metrics.silhouettes",
        "metrics.translations": "evaluation.metrics.diversity .sliders .categories",
        "munit": "models.munit.configuration .model .signature",
        "networks.dcgan": "models.dcgan.networks",
        "networks.fader": "models.fader.networks",
        "networks.munit": "models.munit.networks",
        "networks.stargan": "models.stargan.networks",
        "onnx_files": "io.onnx_files",
        "optimizers": "engine.optimizers",
        "paths": "io.paths",
        "pix2pix": "models.pix2pix.configuration .model .signature",
        "porting.checkpoint": "inference.reference_checkpoint",
        "porting.choice": "models.reference_choice",
        "porting.containers": "reference.containers",
        "porting.cyclegan": "models.cyclegan.reference_weights",
        "porting.fader": "models.fader.reference_weights",
        "porting.file_kinds": "reference.file_kinds",
        "porting.kinds": "reference.kinds",
        "porting.layers": "reference.layers",
        "porting.layout": "reference.layout",
        "porting.munit": "models.munit.reference_weights",
        "porting.norms": "reference.norms",
        "porting.pickled": "reference.pickled",
        "porting.pickled_objects": "reference.pickled_objects",
        "porting.pix2pix": "reference.unet .patchgan",
        "porting.reparametrized": "reference.reparametrized",
        "porting.resnet": "reference.resnet",
        "porting.stargan": "models.stargan.reference_weights",
        "porting.state_dict": "reference.state_dict",
        "recompute": "engine.recompute",
        "replicas": "engine.replicas",
        "schedules": "engine.schedule .schedules",
        "schemas": "io.schemas",
        "spread": "data.evenly_spaced",
        "stargan": "models.stargan.configuration .model .signature",
        "table": "models.registry",
        "termination": "io.termination",
        "text": "io.text",
        "training.checkpoint_files": "runs.checkpoint_files",
        "training.checkpoints": "runs.checkpoints",
        "training.cluster": "engine.cluster",
        "training.execution": "engine.compiled_steps",
        "training.grids": "runs.grids",
        "training.inference": "inference.run_checkpoint .run_model runs.sample_inputs",
        "training.lock": "runs.lock",
        "training.rendezvous": "engine.rendezvous",
        "training.report": "reports",
        "training.report.page": "reports.page",
        "training.run_directory": "runs.run_directory",
        "training.run_files": "runs.run_files",
        "training.strategy": "engine.strategy",
        "training.weight_limit": "engine.weight_limit",
        "usage": "engine.signature",
    },
}
"""New modules by former ones, of each package. What was one may be several: ".b" is beside the first."""


def _new_modules(package: str, names: str) -> list[str]:
    first, *others = names.split()
    folder = first.rpartition(".")[0]
    return [f"{package}.{folder + each if each.startswith('.') else each}" for each in (first, *others)]


_MODULES = {
    f"{package}.{former}": _new_modules(package, names)
    for package, modules in _FORMER.items()
    for former, names in modules.items()
}

_PACKAGES = ("zoo.metrics", "zoo.porting", "zoo.training.report")
"""Those that held modules of ``_MODULES``; the last is one of them, too."""

_NAMES = {
    "zoo.conditional_gan": {"conditional_gan_usage": "conditional_gan_signature"},
    "zoo.cyclegan": {"cyclegan_usage": "cyclegan_signature"},
    "zoo.data.prepared_tracks": {"PreparedTrack": "PreparedStream"},
    "zoo.data.shot_clusters": {"doubts": "uncertainties"},
    "zoo.data.tracks": {"Track": "ImageStream"},
    "zoo.dcgan": {"dcgan_usage": "dcgan_signature"},
    "zoo.fader": {"fader_usage": "fader_signature"},
    "zoo.gan": {"Terms": "Losses"},
    "zoo.metrics.figures": {
        "FIGURES": "METRICS",
        "Figure": "Metric",
        "NOT_FIGURES": "NOT_METRICS",
        "figure": "metric",
    },
    "zoo.metrics.images": {"image_figures": "compare_pairs"},
    "zoo.munit": {"munit_usage": "munit_signature"},
    "zoo.pix2pix": {"pix2pix_usage": "pix2pix_signature"},
    "zoo.spread": {"spread": "evenly_spaced"},
    "zoo.stargan": {"stargan_usage": "stargan_signature"},
    "zoo.porting.kinds": {"Asked": "FileOptions", "Found": "Architecture"},
    "zoo.table": {"Entry": "ModelInfo", "entry_of": "model_info"},
    "zoo.training.inference": {"make_usage": "make_signature", "usages_of": "signatures_of"},
    "zoo.usage": {"Usage": "Signature"},
}
"""Names in a former module that have changed."""


def install() -> None:
    """Let ``import`` know the former names, after it has looked everywhere else."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())


class _Finder:
    """Finds the modules of ``_MODULES`` and loads a stand-in that hands on to the new ones."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name in _MODULES or name in _PACKAGES:
            return ModuleSpec(name, self, is_package=name in _PACKAGES)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        former = module.__name__
        if former not in _MODULES:
            return
        new = _MODULES[former]
        names = _NAMES.get(former, {})
        words = "; ".join(f"{name} → {now}" for name, now in names.items())
        # The frame above import's own is the one that imports.
        warnings.warn(
            f"{former} is {' and '.join(new)} now{f' ({words})' if words else ''}; "
            "the former name goes with the next version",
            DeprecationWarning,
            stacklevel=2,
        )

        def attribute(name: str) -> Any:
            if name == "__all__":  # for ``from … import *``
                now = [each for module in new for each in vars(importlib.import_module(module))]
                return [*names, *(each for each in now if each[0] != "_")]
            if not name.startswith("__"):
                for each in map(importlib.import_module, new):
                    if hasattr(each, names.get(name, name)):
                        return getattr(each, names.get(name, name))
            raise AttributeError(f"module {former!r} has no attribute {name!r}; look in {' and '.join(new)}")

        module.__getattr__ = attribute
