"""A run directory with everything that one may hold."""

import json

import pytest
from report_pages import grid


@pytest.fixture
def run(tmp_path):
    """A run directory with everything that one may hold."""
    folder = tmp_path / "shots"
    (folder / "bundle").mkdir(parents=True)
    (folder / "checkpoints").mkdir()
    for step in (100, 200, 300):
        grid(folder / "samples" / f"step-{step:08d}.png")
    grid(folder / "evaluation.png", ("input", "generated", "real", "mean", "nearest"))
    write = {
        "config.json": {
            "format": 1,
            "model": "pix2pix",
            "recipe": "pix2pix_product2model",
            "command": "python -m recipes.pix2pix_product2model",
            "configuration": {"l1_weight": 100.0, "generators": {"filters": 64}},
            "training": {"steps": 400},
            "data": {
                "description": ["A catalogue."],
                "training_pairs": 2250,
                "held_out_pairs": 200,
                "skipped": [{"file": f"models/{i}.jpg", "reason": "truncated"} for i in range(9)],
            },
            "versions": {"tensorflow": "2.15.1"},
            "hardware": {"cpu": "two cores"},
            "strategy": "one device",
            "workers": 3,
            "deterministic": True,
            "ema": 0.999,
            "accumulate": 4,
            "precision": "float32",
        },
        "evaluation.json": {
            "step": 300,
            "n": 200,
            "size": [256, 192],
            "figures": {
                "model": {"l1": 0.25, "psnr": 13.0, "ssim": 0.4},
                "mean model image": {"l1": 0.3, "psnr": 12.0, "ssim": 0.5},
                "nearest training product": {"l1": 0.35, "psnr": 11.0, "ssim": 0.3},
            },
            "protocol": "As written.",
            "samples": "evaluation.png",
        },
        "warnings.json": [
            "Three products are in both splits.",
            {"step": 250, "text": "Step 250: it failed."},
        ],
        "checkpoints/best.json": {"metric": "l1", "step": 200, "value": 0.0612},
        "bundle/verification.json": {
            "verdict": "fail",
            "checks": [
                {"artifact": "model.onnx", "case": "golden", "max_abs": 1e-6, "pass": True},
                {"pass": False},
            ],
        },
    }
    for name, content in write.items():
        (folder / name).write_text(json.dumps(content))
    (folder / "notes.md").write_text("Sleeves are **right**.\n\n- faces are not\n")
    rows = [f"{s},{s // 50},{s / 2},4.5,0.6,0.7,1.2,0.3,0.6,0.4" for s in range(10, 301, 10)]
    names = "step,epoch,seconds,images_per_second,d_real,d_fake,g_adversarial,g_l1"
    names += ",d_real_probability,d_fake_probability"
    (folder / "metrics.csv").write_text("\n".join([names, *rows]) + "\n")
    (folder / "held_out.csv").write_text(
        "step,l1,psnr,ssim\n100,0.08,17,0.5\n200,0.0612,18.5,0.55\n300,0.07,18,0.6\n"
    )
    return folder
