"""The command: quick help, one-line errors, a run exported where it lies."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_generator import SIZE, small_inference

from export import bundle as bundle_module
from export.__main__ import main
from export.sources import training_run as run_source
from export.verify import verify
from zoo.inference.run_checkpoint import Inference

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("command", [["--help"], ["verify", "--help"]])
def test_help_imports_no_tensorflow(command: list[str]) -> None:
    code = (
        "import sys; sys.modules['tensorflow'] = sys.modules['onnx'] = None\n"
        "from export.__main__ import main; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert "usage: python -m export" in done.stdout


def test_errors_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("")
    cases = {
        "none does not exist": [tmp_path / "none"],
        "holds other files and is not a bundle": [run, "--output", tmp_path / "photos"],
        "evaluation.json: cannot be read as JSON": [run],
        "evaluation.json: figures.model.l1: ": [run],
    }
    texts = iter(("[" * 100_000, '{"step": 1, "n": 2, "size": [1, 1], "figures": {"model": {"l1": "low"}}}'))
    for message, arguments in cases.items():
        if message.startswith("evaluation.json"):
            (run / "evaluation.json").write_text(next(texts))
        assert main([str(argument) for argument in arguments]) == 2
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1
    assert sorted(path.name for path in run.iterdir()) == ["evaluation.json"]


def test_a_run_is_exported_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    asked = []

    def load(run: Path, signature: str | None, statistics: str, checkpoint: str, dropout: bool) -> Inference:
        asked.append((statistics, checkpoint, dropout))
        return small_inference(statistics=statistics)

    monkeypatch.setattr(run_source, "load_inference", load)
    monkeypatch.setattr(run_source, "sample_inputs", lambda run: {"": np.full((2, *SIZE, 3), 128, np.uint8)})
    monkeypatch.setattr(bundle_module, "verify_as_receiver", lambda part: verify(part, saved_model=True))
    evaluation = {"step": 1, "n": 2, "size": [8, 8], "figures": {"model": {"l1": 0.25}}}
    (tmp_path / "evaluation.json").write_text(json.dumps(evaluation))
    assert (
        main([str(tmp_path), "--statistics", "moving", "--checkpoint", "best", "--licence", "CC0-1.0"]) == 0
    )
    assert asked == [("moving", "best", False)]
    contract = json.loads((tmp_path / "bundle" / "contract.json").read_text(encoding="utf-8"))
    assert contract["inference"]["statistics"] == "moving"
    output = capsys.readouterr().out
    assert f"written: {tmp_path / 'bundle'}" in output
    assert "model.onnx: largest difference" in output
    assert "| l1 | 0.25 |" in (tmp_path / "bundle" / "card.md").read_text(encoding="utf-8")


def test_addresses_and_archives_are_refused_with_a_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04")
    for arguments, output in (
        (
            ["https://example.com/net_G.pth"],
            "https://example.com/net_G.pth is an address, and nothing is fetched",
        ),
        (["verify", "https://example.com/bundle"], "https://example.com/bundle is an address"),
        (
            ["verify", str(tmp_path / "b.zip")],
            "b.zip is an archive: unpack it first, then name the folder of",
        ),
    ):
        assert main(arguments) == 2
        assert output in capsys.readouterr().err
