"""Module names of version 0.0, which keep working in this one: importing one warns and names the new one."""

import importlib
import sys
import warnings
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_MODULES = {
    "export.any_size": "export.onnx.padding",
    "export.onnx_affine": "export.onnx.affine",
    "export.onnx_crops": "export.onnx.crops",
    "export.onnx_dropout": "export.onnx.dropout",
    "export.onnx_model": "export.onnx.conversion",
    "export.onnx_passes": "export.onnx.passes",
    "export.onnx_pixel_blocks": "export.onnx.pixel_blocks",
    "export.onnx_ports": "export.onnx.ports",
    "export.onnx_precision": "export.onnx.precision",
    "export.onnx_subpixel": "export.onnx.subpixel",
    "export.onnx_transposes": "export.onnx.transposes",
    "zoo.archives": "zoo.io.archives",
    "zoo.conditional_gan": "zoo.models.conditional_gan.model zoo.models.conditional_gan.signature",
    "zoo.configuration": "zoo.engine.configuration",
    "zoo.contract": "zoo.inference.contract",
    "zoo.cyclegan": "zoo.models.cyclegan.model zoo.models.cyclegan.signature",
    "zoo.data.attribute_lists": "zoo.data.layouts.attribute_lists",
    "zoo.data.calls": "zoo.data.pipeline.calls",
    "zoo.data.celeba": "zoo.data.layouts.celeba",
    "zoo.data.class_folders": "zoo.data.layouts.class_folders",
    "zoo.data.contact_sheet": "zoo.data.model_shots.contact_sheet",
    "zoo.data.deepfashion": "zoo.data.layouts.deepfashion",
    "zoo.data.found": "zoo.data.layouts.found",
    "zoo.data.found_pairs": "zoo.data.layouts.found_pairs",
    "zoo.data.idx": "zoo.data.layouts.idx",
    "zoo.data.idx_images": "zoo.data.layouts.idx_images",
    "zoo.data.image_attributes": "zoo.data.layouts.image_attributes",
    "zoo.data.image_files": "zoo.data.sets.image_files",
    "zoo.data.image_layouts": "zoo.data.layouts.image_layouts",
    "zoo.data.image_readers": "zoo.data.layouts.image_readers",
    "zoo.data.image_set": "zoo.data.sets.image_set",
    "zoo.data.input_client": "zoo.data.pipeline.input_client",
    "zoo.data.input_server": "zoo.data.pipeline.input_server",
    "zoo.data.listed_images": "zoo.data.layouts.listed_images",
    "zoo.data.memory": "zoo.data.pipeline.memory",
    "zoo.data.pair_folders": "zoo.data.layouts.pair_folders",
    "zoo.data.pair_lists": "zoo.data.layouts.pair_lists",
    "zoo.data.pair_set": "zoo.data.sets.pair_set",
    "zoo.data.pairs": "zoo.data.pipeline.pairs",
    "zoo.data.prepared": "zoo.data.pipeline.prepared",
    "zoo.data.prepared_tracks": "zoo.data.pipeline.prepared_streams",
    "zoo.data.shards": "zoo.data.pipeline.shards",
    "zoo.data.shot_clusters": "zoo.data.model_shots.shot_clusters",
    "zoo.data.shot_features": "zoo.data.model_shots.shot_features",
    "zoo.data.silhouettes": "zoo.data.model_shots.silhouettes",
    "zoo.data.sources": "zoo.data.pipeline.sources",
    "zoo.data.split_folders": "zoo.data.layouts.split_folders",
    "zoo.data.splitmix": "zoo.data.pipeline.splitmix",
    "zoo.data.styles": "zoo.data.layouts.styles",
    "zoo.data.tracks": "zoo.data.pipeline.streams",
    "zoo.dcgan": "zoo.models.dcgan.model zoo.models.dcgan.signature",
    "zoo.draws": "zoo.engine.random",
    "zoo.fader": "zoo.models.fader.model zoo.models.fader.signature",
    "zoo.files": "zoo.io.files",
    "zoo.folders": "zoo.io.folders",
    "zoo.gan": "zoo.engine.gan",
    "zoo.image_pool": "zoo.engine.image_pool",
    "zoo.label_columns": "zoo.models.stargan.label_columns",
    "zoo.limits": "zoo.io.limits",
    "zoo.metrics.attribute_classifier": "zoo.evaluation.attribute_classifier",
    "zoo.metrics.baselines": "zoo.evaluation.baselines",
    "zoo.metrics.figures": "zoo.evaluation.metrics",
    "zoo.metrics.images": "zoo.evaluation.image_metrics",
    "zoo.metrics.silhouettes": "zoo.evaluation.silhouettes",
    "zoo.metrics.translations": "zoo.evaluation.translations",
    "zoo.munit": "zoo.models.munit.model zoo.models.munit.signature",
    "zoo.networks.dcgan": "zoo.models.dcgan.networks",
    "zoo.networks.fader": "zoo.models.fader.networks",
    "zoo.networks.munit": "zoo.models.munit.networks",
    "zoo.networks.stargan": "zoo.models.stargan.networks",
    "zoo.onnx_files": "zoo.io.onnx_files",
    "zoo.optimizers": "zoo.engine.optimizers",
    "zoo.paths": "zoo.io.paths",
    "zoo.pix2pix": "zoo.models.pix2pix.model zoo.models.pix2pix.signature",
    "zoo.porting.checkpoint": "zoo.inference.reference_checkpoint",
    "zoo.porting.choice": "zoo.models.reference_choice",
    "zoo.porting.containers": "zoo.reference.containers",
    "zoo.porting.cyclegan": "zoo.models.cyclegan.reference_weights",
    "zoo.porting.fader": "zoo.models.fader.reference_weights",
    "zoo.porting.file_kinds": "zoo.reference.file_kinds",
    "zoo.porting.kinds": "zoo.reference.kinds",
    "zoo.porting.layers": "zoo.reference.layers",
    "zoo.porting.layout": "zoo.reference.layout",
    "zoo.porting.munit": "zoo.models.munit.reference_weights",
    "zoo.porting.norms": "zoo.reference.norms",
    "zoo.porting.pickled": "zoo.reference.pickled",
    "zoo.porting.pickled_objects": "zoo.reference.pickled_objects",
    "zoo.porting.pix2pix": "zoo.reference.unet zoo.reference.patchgan",
    "zoo.porting.reparametrized": "zoo.reference.reparametrized",
    "zoo.porting.resnet": "zoo.reference.resnet",
    "zoo.porting.stargan": "zoo.models.stargan.reference_weights",
    "zoo.porting.state_dict": "zoo.reference.state_dict",
    "zoo.recompute": "zoo.engine.recompute",
    "zoo.replicas": "zoo.engine.replicas",
    "zoo.schedules": "zoo.engine.schedules",
    "zoo.spread": "zoo.data.evenly_spaced",
    "zoo.stargan": "zoo.models.stargan.model zoo.models.stargan.signature",
    "zoo.table": "zoo.models.registry",
    "zoo.termination": "zoo.io.termination",
    "zoo.text": "zoo.io.text",
    "zoo.training.checkpoint_files": "zoo.runs.checkpoint_files",
    "zoo.training.checkpoints": "zoo.runs.checkpoints",
    "zoo.training.cluster": "zoo.engine.cluster",
    "zoo.training.execution": "zoo.engine.execution",
    "zoo.training.grids": "zoo.runs.grids",
    "zoo.training.inference": "zoo.inference.trained",
    "zoo.training.lock": "zoo.runs.lock",
    "zoo.training.rendezvous": "zoo.engine.rendezvous",
    "zoo.training.report.curves": "zoo.reports.curves",
    "zoo.training.report.evaluation": "zoo.reports.evaluation",
    "zoo.training.report.held_out": "zoo.reports.held_out",
    "zoo.training.report.page": "zoo.reports.page",
    "zoo.training.report.pictures": "zoo.reports.pictures",
    "zoo.training.report.reading": "zoo.reports.reading",
    "zoo.training.report.tables": "zoo.reports.tables",
    "zoo.training.run_directory": "zoo.runs.run_directory",
    "zoo.training.run_files": "zoo.runs.run_files",
    "zoo.training.strategy": "zoo.engine.strategy",
    "zoo.training.weight_limit": "zoo.engine.weight_limit",
    "zoo.usage": "zoo.engine.signature",
}
"""New names by old ones; what was one module may be several."""

_PACKAGES = ("zoo.metrics", "zoo.porting", "zoo.training.report")
"""Those that only held modules of ``_MODULES``."""

_NAMES = {
    "zoo.conditional_gan": {"conditional_gan_usage": "conditional_gan_signature"},
    "zoo.cyclegan": {"cyclegan_usage": "cyclegan_signature"},
    "zoo.data.prepared_tracks": {"PreparedTrack": "PreparedStream"},
    "zoo.data.shot_clusters": {"doubts": "uncertainties"},
    "zoo.data.tracks": {"Track": "ImageStream"},
    "zoo.dcgan": {"dcgan_usage": "dcgan_signature"},
    "zoo.fader": {"fader_usage": "fader_signature"},
    "zoo.gan": {"Terms": "Losses"},
    "zoo.munit": {"munit_usage": "munit_signature"},
    "zoo.pix2pix": {"pix2pix_usage": "pix2pix_signature"},
    "zoo.spread": {"spread": "evenly_spaced"},
    "zoo.stargan": {"stargan_usage": "stargan_signature"},
    "zoo.table": {"entry_of": "model_info"},
    "zoo.training.inference": {"make_usage": "make_signature", "usages_of": "signatures_of"},
    "zoo.usage": {"Usage": "Signature"},
}
"""Names in a former module that are called otherwise now."""


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
        if former in _PACKAGES:
            return
        new = _MODULES[former].split()
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
            if not name.startswith("__"):
                for each in map(importlib.import_module, new):
                    if hasattr(each, names.get(name, name)):
                        return getattr(each, names.get(name, name))
            raise AttributeError(f"module {former!r} has no attribute {name!r}; look in {' and '.join(new)}")

        module.__getattr__ = attribute
