"""Where a model trains: the ``tf.distribute`` strategy and the arithmetic."""

from pathlib import Path

from zoo.backend import tf
from zoo.engine.rendezvous import Cluster, find_cluster, meet
from zoo.errors import UserError

STRATEGIES = ("auto", "one", "mirrored", "multiworker")
PRECISIONS = ("auto", "float32", "bfloat16", "float16", "float64")

_POLICIES = {"bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}


def make_strategy(name: str = "auto", logical_devices: int = 1) -> tf.distribute.Strategy:
    """The strategy called ``name``.

    "auto" is "multiworker" where ``TF_CONFIG`` or Slurm's step names several workers, otherwise
    mirrored over the GPUs or logical devices if there are any. "multiworker" waits for the other
    workers, and must come before TensorFlow has used a device.

    Args:
        name: one of ``STRATEGIES``.
        logical_devices: how many devices to make of the CPU, to try replicas without GPUs;
            must be asked for before TensorFlow has used the CPU.

    Raises:
        UserError: for an unknown name, when the CPU is already in use, or if the environment
            names no workers or an address that is in use.
        WorkerLost: if not all workers came.
    """
    if name not in STRATEGIES:
        raise UserError(f"`strategy` {name}: unknown; choose from {', '.join(STRATEGIES)}")
    cluster = find_cluster() if name in ("auto", "multiworker") else None
    if name == "multiworker" and cluster is None:
        raise UserError(
            "`strategy` multiworker: neither TF_CONFIG nor a Slurm step names the workers; set TF_CONFIG, "
            "or start them with recipes.launch_local"
        )
    if name == "multiworker" or (cluster and len(cluster.addresses) > 1):
        if logical_devices > 1:
            raise UserError(
                f"`logical_devices` {logical_devices}: not with several workers; leave it out, or add workers"
            )
        return _multiworker(cluster)
    if logical_devices > 1:
        cpu = tf.config.list_physical_devices("CPU")[0]
        try:
            tf.config.set_logical_device_configuration(
                cpu, [tf.config.LogicalDeviceConfiguration()] * logical_devices
            )
        except RuntimeError as error:
            raise UserError(
                f"`logical_devices` {logical_devices}: TensorFlow already runs ({error})"
            ) from None
    gpus = tf.config.list_logical_devices("GPU")
    if name == "mirrored" or (name == "auto" and (gpus or logical_devices > 1)):
        return tf.distribute.MirroredStrategy(
            [device.name for device in gpus or tf.config.list_logical_devices("CPU")]
        )
    return tf.distribute.get_strategy()


def _multiworker(cluster: Cluster) -> tf.distribute.Strategy:
    meet(cluster)
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(cluster.addresses)}),
        task_type="worker",
        task_id=cluster.index,
        num_accelerators={"GPU": len(tf.config.get_visible_devices("GPU"))},
        rpc_layer="grpc",
    )
    try:
        return tf.distribute.MultiWorkerMirroredStrategy(resolver)
    except tf.errors.OpError as error:
        raise UserError(
            f"worker {cluster.index}: TensorFlow cannot serve at {cluster.addresses[cluster.index]} "
            f"({str(error).splitlines()[0]}); start all workers together, at free ports"
        ) from None


def keras_policy(precision: str) -> str:
    """The Keras policy of a precision; "auto" is bfloat16 where the hardware has it.

    Raises:
        UserError: for an unknown precision.
    """
    if precision not in PRECISIONS:
        raise UserError(f"`precision` {precision}: unknown; choose from {', '.join(PRECISIONS)}")
    if precision == "auto":
        precision = "bfloat16" if _has_bfloat16() else "float32"
    return _POLICIES.get(precision, precision)


def _has_bfloat16() -> bool:
    gpus = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    if gpus:
        return all(gpu.get("compute_capability", (0, 0)) >= (8, 0) for gpu in gpus)
    cpu = Path("/proc/cpuinfo")
    return cpu.is_file() and any(unit in cpu.read_text() for unit in ("avx512_bf16", "amx_bf16"))


def describe_hardware() -> dict[str, object]:
    """What a report says about the machine: processor, cores, GPUs."""
    import os
    import platform

    cpu = Path("/proc/cpuinfo")
    names = (
        [line.split(":")[1].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")]
        if cpu.is_file()
        else []
    )
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "gpus": [
            tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
            for gpu in tf.config.list_physical_devices("GPU")
        ],
        "system": f"{platform.system()} {platform.release()}",
    }
