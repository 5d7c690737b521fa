"""The page's command: what it serves, and to whom; what it writes; and what it says if something is wrong."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from tiny_bundle import picture, tiny_contract, write_contract, write_tiny_bundle
from tiny_data import ROOT

from recipes import demo
from zoo import command_line
from zoo.data.images import save_png
from zoo.errors import UserError
from zoo.web.page_server import HEADERS, POLICY
from zoo.web.runtime import FILES, PACKAGE, VERSION, cache, find_runtime
from zoo.web.site import PAGE


def edit(bundle: Path, **changes: object) -> None:
    write_contract(bundle, tiny_contract(**changes))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The tiny bundle, with an example."""
    folder = write_tiny_bundle(tmp_path / "bundle")
    save_png(np.zeros((4, 6, 3), np.uint8), folder / "golden" / "input_0.png")
    write_contract(folder, tiny_contract())
    return folder


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """An unpacked package with empty files."""
    folder = tmp_path / "onnxruntime-web"
    (folder / "dist").mkdir(parents=True)
    package = {"name": PACKAGE, "version": VERSION}
    (folder / "package.json").write_text(json.dumps(package))
    for name in FILES:
        (folder / "dist" / name).write_bytes(b"")
    return folder


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> Callable:
    """Runs the command in this process; gives status and what it said."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def call(*arguments: object) -> tuple[int, str]:
        capsys.readouterr()
        status = command_line.run(demo.main, demo.parser().parse_args([str(each) for each in arguments]))
        said = capsys.readouterr()
        return status, said.err if status else said.err + said.out

    return call


@contextmanager
def served(*arguments: object) -> Iterator[int]:
    """The command in a separate process: its port."""
    words = [sys.executable, "-m", "recipes.demo", *map(str, arguments), "--port", "0"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(re.match(r"http://127\.0\.0\.1:(\d+)/ ", process.stdout.readline())[1])
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0


def test_only_the_page_is_served_and_only_here(bundle: Path, runtime: Path) -> None:
    """No path leads out of the page's files, no other machine or site gets an answer."""
    with served(bundle, "--runtime", runtime) as port:

        def get(path: str, host: str = f"127.0.0.1:{port}") -> tuple[int, dict[str, str], bytes]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            return answer.status, dict(answer.getheaders()), body

        status, headers, body = get("/")
        assert (status, body) == (200, (PAGE / "index.html").read_bytes())
        assert HEADERS.items() <= headers.items()
        model = (bundle / "model.onnx").read_bytes()
        (bundle / "model.onnx").unlink()  # it is in memory, as it was when it was checked
        (bundle / "model.onnx").symlink_to("card.md")
        assert get("/model.onnx")[2] == model
        assert get("/examples/1/example_1.png")[1]["Content-Type"] == "image/png"
        for path in (
            "/card.md",
            "/golden/input_0.png",
            "/golden/inputs.npz",
            "/examples/",
            "/recipes/demo.py",
            "/__init__.py",
        ):
            assert get(path)[0] == 404, path
        for path in ("/../bundle/card.md", "/golden/../card.md", "/..%2fcard.md", f"/{bundle}/card.md"):
            assert get(path)[0] == 404, path
        assert get("/", host=f"elsewhere.example:{port}")[0] == 421
        with pytest.raises(ConnectionRefusedError):  # this address answers if all do
            socket.create_connection(("127.0.0.2", port), timeout=20)


def test_the_page_restricts_itself_as_its_server_does() -> None:
    """Other servers send no policy."""
    page = (PAGE / "index.html").read_text()
    assert f'http-equiv="Content-Security-Policy" content="{POLICY}"' in page
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", "".join(
        path.read_text() for path in PAGE.iterdir()
    ))  # fmt: skip


def test_static_files_are_all_that_the_page_asks_for(bundle: Path, runtime: Path, command: Callable) -> None:
    folder = bundle.parent / "new" / "site"
    assert command(bundle, "--runtime", runtime, "--static", folder)[0] == 0
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    page = {path.name for path in PAGE.iterdir()}
    others = {"contract.json", "page.json", "model.onnx", "examples/1/example_1.png"}
    assert written == page | others | {f"runtime/{name}" for name in FILES.values()}
    assert json.loads((folder / "page.json").read_text()) == {"examples": [["examples/1/example_1.png"]]}

    without = bundle.parent / "without"
    assert command(bundle, "--runtime", runtime, "--static", without, "--no-examples")[0] == 0
    assert not (without / "examples").exists()


def test_static_is_whole_or_absent(
    bundle: Path, runtime: Path, command: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bundle.parent / "site"
    before = set(bundle.parent.iterdir())

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    status, said = command(bundle, "--runtime", runtime, "--static", folder)
    assert (status, "No space left" in said) == (2, True)
    assert set(bundle.parent.iterdir()) == before


@pytest.mark.parametrize("name", ["input_0.png", "inputs.npz"])
def test_what_a_changed_example_leads_to_is_not_published(
    bundle: Path, runtime: Path, command: Callable, name: str
) -> None:
    """A link in a bundle from elsewhere, with the right hash: to a file outside, or to no image."""
    secret = bundle.parent / "secret.png"
    save_png(np.ones((4, 6, 3), np.uint8), secret)
    target = secret if name == "input_0.png" else bundle / "golden" / name
    (bundle / "golden/input_0.png").unlink()
    (bundle / "golden/input_0.png").symlink_to(target)
    write_contract(bundle, tiny_contract())
    status, said = command(bundle, "--runtime", runtime, "--static", bundle.parent / "site")
    assert (status, said.count("\n"), "--no-examples" in said) == (2, 1, True)
    assert not (bundle.parent / "site").exists()
    assert command(bundle, "--runtime", runtime, "--static", bundle.parent / "site", "--no-examples")[0] == 0


def test_names_of_a_contract_are_not_paths(
    case: Callable, bundle: Path, runtime: Path, command: Callable
) -> None:
    """The site of a hostile contract was written outside its folder, and its mark-up into the page."""
    contract = case("hostile/contract_static_traversal_and_xss.json")
    for name in ("evil", "evil_0.png"):
        (bundle.parent / name).write_bytes(b"")
    (bundle / "contract.json").write_bytes(contract.read_bytes())
    before = sorted(bundle.parent.rglob("*"))
    status, said = command(bundle, "--runtime", runtime, "--static", bundle.parent / "site")
    assert (status, said.count("\n"), "contract.json" in said) == (2, 1, True)
    assert sorted(bundle.parent.rglob("*")) == before


def test_the_page_makes_text_of_text() -> None:
    """No way of making mark-up of a string, and no script but the page's own files."""
    scripts = "".join(path.read_text() for path in PAGE.glob("*.js"))
    assert not re.search(r"(inner|outer|Adjacent)HTML|document\.write|\beval\b|new Function", scripts)
    page = (PAGE / "index.html").read_text()
    assert re.findall(r"<script[^>]*>", page) == ['<script type="module" src="main.js">']
    assert not re.search(r"\son\w+=|\sstyle=", page)


def test_a_bundle_of_an_earlier_checkpoint_is_reported(
    bundle: Path, runtime: Path, command: Callable
) -> None:
    run = bundle.parent / "run"
    (run / "checkpoints" / "step-00000015").mkdir(parents=True)
    (run / "config.json").write_text("{}")
    bundle.rename(run / "bundle")
    status, said = command(run, "--runtime", runtime, "--static", run.parent / "site")
    assert (status, said.startswith("warning: ")) == (0, True)
    assert f"python -m export {run} writes it again" in said


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda bundle: (bundle / "contract.json").unlink(), ("contract.json is missing", "name a folder")),
        (lambda bundle: (bundle / "model.onnx").unlink(), ("model.onnx is missing", "export")),
        (lambda bundle: (bundle / "model.onnx").write_bytes(b"other"), ("was altered", "fetch the bundle")),
        (lambda bundle: edit(bundle, artifacts={"saved_model": {}}), ("artifacts", "onnx")),
        (lambda bundle: edit(bundle, inputs=[{**picture("image"), "dtype": "uint8"}]), ("dtype", "float32")),
        (
            lambda bundle: edit(bundle, inputs=[{**picture("image"), "shape": ["batch", 4, 6, 2]}]),
            ("image", "channels"),
        ),
    ],
)
def test_what_is_not_a_usable_bundle_is_named(
    damage: Callable, words: tuple[str, ...], bundle: Path, runtime: Path, command: Callable
) -> None:
    damage(bundle)
    status, said = command(bundle, "--runtime", runtime)
    assert (status, said.count("\n")) == (2, 1)
    assert all(word in said for word in (str(bundle), *words)), said


def test_a_taken_port_is_an_error(bundle: Path, runtime: Path, command: Callable) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = command(bundle, "--runtime", runtime, "--port", port)
    assert (status, said) == (2, f"error: --port {port} is taken: choose another; 0 takes any that is free\n")


def test_an_occupied_folder_stays_as_it_is(bundle: Path, runtime: Path, command: Callable) -> None:
    before = sorted(bundle.parent.rglob("*"))
    for folder, word in (
        (bundle.parent, "holds other files"),
        (bundle, "is in the bundle"),
        (bundle / "site", "is in the bundle"),
        (bundle / "card.md", "is in the bundle"),
        (runtime / "package.json", "is not a folder"),
    ):
        status, said = command(bundle, "--runtime", runtime, "--static", folder)
        assert (status, word in said) == (2, True), said
    assert sorted(bundle.parent.rglob("*")) == before


def test_without_a_home_a_cache_is_asked_for(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(UserError, match="set HOME or XDG_CACHE_HOME"):
        find_runtime(None, fetch_runtime=False)


def test_without_the_runtime_both_remedies_are_named(bundle: Path, runtime: Path, command: Callable) -> None:
    status, said = command(bundle)
    assert (status, "--fetch-runtime" in said, "--runtime names" in said) == (2, True, True)
    (runtime / "package.json").write_text('{"name": "onnxruntime-web", "version": "1.0.0"}')
    status, said = command(bundle, "--runtime", runtime)
    assert (status, f"@{VERSION}" in said) == (2, True)


def test_a_package_with_another_hash_is_refused(
    bundle: Path, command: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a registry sends is not unpacked unless it is what was pinned."""
    npm = bundle.parent / "npm"
    file = f"{PACKAGE}-{VERSION}.tgz"
    npm.write_text(f"#!/bin/sh\necho other > {file}\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bundle.parent}{os.pathsep}{os.environ['PATH']}")
    status, said = command(bundle, "--fetch-runtime")
    assert (status, "is not what was published" in said) == (2, True)
    assert not any(cache().parent.iterdir())
