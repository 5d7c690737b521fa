"""The page in headless Chromium, with real bundles: it makes what the project's own commands make.

Skips without Chromium, its driver and the runtime; ``.ci/browser.sh`` gets them.
"""

import base64
import io
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from stand_in import StandInConfig, coder, stand_in_signature, styler

from export import bundle as bundle_module
from export.bundle import write_bundle
from export.contract import from_inference
from export.verify import verify
from zoo.backend import tf
from zoo.data.images import fit, read_image, to_float, to_uint8, unfit
from zoo.engine.signature import Amount, Choice, Noise, Picture, Signature
from zoo.inference.bundles import onnx_runner, open_bundle
from zoo.inference.run_checkpoint import Inference
from zoo.web.page_server import open_server
from zoo.web.runtime import cache, find_runtime
from zoo.web.site import make_site, write_site

webdriver = pytest.importorskip("selenium.webdriver")

pytestmark = [pytest.mark.once, pytest.mark.thorough]

SIZE = (16, 12)
PHONE, DESK = (390, 844), (1200, 900)
WAIT = 30.0  # seconds
FITS = ("loose", "normal", "tight <b>")
MEANING = "A picture <script>document.title = 1</script>"


def every_kind() -> Signature:
    """A signature with inputs of every kind, a second picture that is grey, and a value to be escaped."""
    config = StandInConfig(size=SIZE)
    network, styles = coder(config), styler(config)

    def call(
        image: tf.Tensor, style_image: tf.Tensor, style: tf.Tensor, sleeves: tf.Tensor, fit: tf.Tensor
    ) -> tf.Tensor:
        numbers = tf.concat([1 - sleeves, sleeves, fit], axis=1)
        tint = tf.tanh(styles(style, training=False)[:, :3] + sleeves + fit)
        tint += tf.reduce_mean(style_image, axis=(1, 2))
        return tf.tanh(2 * network([image, numbers], training=False) + tint[:, None, None])

    inputs = (
        Picture("image", 3, "the picture"),
        Picture("style_image", 1, "whose style"),
        Noise("style", config.noise, "its style"),
        Amount("sleeves", "short", "long", "how long they are"),
        Choice("fit", FITS, "how wide it is", optional=True),
    )
    return Signature("restyle", MEANING, {"coder": network, "styler": styles}, inputs, call, SIZE, 4)


def written(signature: Signature, folder: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:  # ``test_bundle`` has the proof in another process
        patch.setattr(bundle_module, "verify_as_receiver", lambda part: verify(part, saved_model=True))
        write_bundle(from_inference(Inference(signature, "stand_in", "", {})), folder)
    return folder


@pytest.fixture(scope="module")
def translates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(every_kind(), tmp_path_factory.mktemp("translates") / "bundle")


@pytest.fixture(scope="module")
def draws(tmp_path_factory: pytest.TempPathFactory) -> Path:
    signature = stand_in_signature(StandInConfig(size=SIZE, channels=1), "draw")
    return written(signature, tmp_path_factory.mktemp("draws") / "bundle")


@pytest.fixture(scope="module")
def runtime() -> dict[str, Path]:
    if not cache().is_dir():
        pytest.skip("ONNX Runtime Web was not fetched: run .ci/browser.sh")
    return find_runtime(None, fetch_runtime=False)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Smooth pictures with grain: of the training's size, wide, upright and large, transparent."""
    folder = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(1)
    paths = []
    for number, (height, width) in enumerate([SIZE, (33, 51), (211, 97), (40, 30)]):
        rough = Image.fromarray(random.integers(0, 256, (5, 4, 4), np.uint8))
        smooth = np.array(rough.resize((width, height), Image.Resampling.BICUBIC), float)
        pixels = (smooth + random.normal(0, 6, smooth.shape)).clip(0, 255).astype(np.uint8)
        paths.append(folder / f"{number}.png")
        Image.fromarray(pixels if number == 3 else np.ascontiguousarray(pixels[..., :3])).save(paths[-1])
    return paths


class Page:
    """The page in a browser, as a person uses it."""

    def __init__(self, driver: Any, downloads: Path) -> None:
        self.driver = driver
        self.downloads = downloads

    def open(self, address: str, size: tuple[int, int] = DESK) -> None:
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.get(address)
        self.until(lambda: "thread" in self.text("about"))

    def find(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def text(self, name: str) -> str:
        return self.find(f"#{name}").text

    def choose(self, port: str, photo: Path) -> None:
        self.find(f"#file-{port}").send_keys(str(photo))

    def option(self, name: str, text: str) -> None:
        buttons = self.driver.find_elements("css selector", f"label.option:has([name=choice-{name}])")
        next(button for button in buttons if button.text == text).click()

    def set(self, name: str, value: object) -> None:
        self.driver.execute_script(
            "const [input, value] = arguments; input.value = value;"
            "input.dispatchEvent(new Event('input', {bubbles: true}))",
            self.find(f"#{name}"),
            value,
        )

    def result_of(self, act: Callable[[], object]) -> np.ndarray:
        """The result that follows an act: uint8 (H, W, 3)."""
        self.driver.execute_script("arguments[0].hidden = true", self.find("#result canvas"))
        act()
        self.until(lambda: self.text("fault") or self.find("#result canvas").is_displayed())
        assert self.text("fault") == ""
        address = self.driver.execute_script(
            "return arguments[0].toDataURL('image/png')", self.find("#result canvas")
        )
        return np.array(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGB"))

    def noise(self, seed: int, count: int) -> np.ndarray:
        """The numbers that the page draws."""
        script = (
            "const [seed, count, done] = arguments;"
            "import('./noise.js').then(({ normals }) => done([...normals(seed, count)]))"
        )
        return np.array(self.driver.execute_async_script(script, seed, count), np.float32)

    def until(self, happened: Callable[[], object]) -> None:
        deadline = time.monotonic() + WAIT
        while not happened():
            assert time.monotonic() < deadline, (self.text("status"), self.text("fault"))
            time.sleep(0.02)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        pytest.skip("Chromium or its driver is not installed: run .ci/browser.sh")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(word)
    downloads = tmp_path_factory.mktemp("downloads")
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(chromedriver))
    yield Page(driver, downloads)
    driver.quit()


@pytest.fixture
def page(browser: Page) -> Iterator[Page]:
    """A page whose console must stay empty."""
    browser.driver.get_log("browser")
    yield browser
    assert browser.driver.get_log("browser") == []


@pytest.fixture(scope="module")
def address(runtime: dict[str, Path]) -> Iterator[Callable[[Path], str]]:
    """Serves a bundle's page; gives its address."""
    servers = []

    def serve(bundle: Path) -> str:
        servers.append(open_server(make_site(bundle, runtime), 0))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def difference(a: np.ndarray, b: np.ndarray) -> int:
    """Largest, in levels of 8 bits."""
    assert a.shape == b.shape
    return int(np.abs(a.astype(int) - b).max())


def expected(
    bundle: Path,
    photos: tuple[Path, Path],
    noise: np.ndarray,
    amount: float = 1.0,
    fits: tuple[int, ...] = (0, 0, 0),
    own: bool = False,
) -> np.ndarray:
    """What ONNX Runtime makes in Python of what the page was given, fitted as ``translate`` does."""
    image, style = read_image(photos[0]), read_image(photos[1], 1)
    rows = {"style": noise[None], "sleeves": np.array([[amount]]), "fit": np.array([fits])}
    used = (image, style) if own else (fit(image, SIZE), fit(style, SIZE))
    pictures = {name: to_float(each[None]) for name, each in zip(("image", "style_image"), used, strict=True)}
    run = onnx_runner(bundle, *open_bundle(bundle))
    (result,) = to_uint8(run({**pictures, **{name: row.astype(np.float32) for name, row in rows.items()}}))
    return result if own else unfit(result, image.shape[:2])


def test_it_makes_what_python_makes_of_all_that_can_be_set(
    page: Page, address: Callable, translates: Path, photos: list[Path]
) -> None:
    """Pictures of several sizes, each setting at a time; one level for other roundings."""
    page.open(address(translates))
    page.choose("image", photos[0])
    page.until(lambda: "whose style" in page.text("status"))
    noise = page.noise(0, 2)
    given: dict[str, Any] = {"noise": noise}
    pictures = [photos[0], photos[1]]
    shown = [page.result_of(lambda: page.choose("style_image", photos[1]))]
    assert difference(shown[-1], expected(translates, tuple(pictures), **given)) <= 1
    for photo in photos[1:]:
        pictures[0] = photo
        result = page.result_of(lambda photo=photo: page.choose("image", photo))
        assert difference(result, expected(translates, tuple(pictures), **given)) <= 1, photo
    pictures[0] = photos[1]
    shown = [page.result_of(lambda: page.choose("image", photos[1]))]
    for act, change in [
        (lambda: page.choose("style_image", photos[2]), {}),
        (lambda: page.option("fit", FITS[2]), {"fits": (0, 0, 1)}),
        (lambda: page.set("amount-sleeves", -0.5), {"amount": -0.5}),
        (lambda: page.set("seed", 7), {"noise": page.noise(7, 2)}),
        (lambda: page.option("size", "its own"), {"own": True}),
    ]:
        pictures[1] = photos[2]
        given |= change
        shown.append(page.result_of(act))
        assert difference(shown[-1], expected(translates, tuple(pictures), **given)) <= 1, change
        assert difference(shown[-1], shown[-2]) > 4, change


def test_the_result_is_saved(page: Page, address: Callable, translates: Path, photos: list[Path]) -> None:
    page.open(address(translates))
    assert page.driver.title == page.text("title") == MEANING  # as text, of whatever it is made
    page.choose("style_image", photos[0])
    result = page.result_of(lambda: page.choose("image", photos[1]))
    page.find("#save").click()
    file = page.downloads / f"{photos[1].stem}-restyle.png"
    page.until(file.is_file)
    assert difference(read_image(file), result) == 0


def test_pictures_are_drawn(page: Page, address: Callable, draws: Path) -> None:
    """Without a picture: at once, several at a time, the first as before, the same again by its seed."""
    page.open(address(draws))
    first = page.result_of(lambda: page.set("seed", 3))
    noise = page.noise(3, 8).reshape(4, 2)
    rows = {"style": noise, "category": np.eye(3, dtype=np.float32)[[0] * 4]}
    four = np.repeat(to_uint8(onnx_runner(draws, *open_bundle(draws))(rows)), 3, axis=3)
    assert difference(first, four[0]) <= 1
    sheet = page.result_of(lambda: page.option("count", "4"))
    assert difference(sheet, np.concatenate([np.hstack(four[:2]), np.hstack(four[2:])])) <= 1
    assert difference(page.result_of(page.find("#anew").click), sheet) > 4
    other = page.result_of(lambda: page.option("category", "tops"))
    assert difference(page.result_of(lambda: page.option("category", "pants")), other) > 4
    assert difference(page.result_of(lambda: page.set("seed", 3)), sheet) == 0


def test_a_phone_shows_it_without_scrolling_aside(
    page: Page, address: Callable, translates: Path, photos: list[Path]
) -> None:
    page.open(address(translates), PHONE)
    page.choose("style_image", photos[0])
    page.result_of(lambda: page.choose("image", photos[1]))
    assert (
        page.driver.execute_script("return [document.documentElement.scrollWidth, innerWidth]") == [390] * 2
    )


def test_all_that_is_set_has_a_name_and_is_reached_by_keys(
    page: Page, address: Callable, translates: Path
) -> None:
    page.open(address(translates))
    nodes = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = ("button", "slider", "spinbutton", "radio")
    named = [
        (node["role"]["value"], node["name"]["value"]) for node in nodes if node["role"]["value"] in roles
    ]
    assert {role for role, _ in named} == set(roles)
    assert all(name for _, name in named), named
    reached = set()
    for _ in range(40):
        webdriver.ActionChains(page.driver).send_keys(webdriver.Keys.TAB).perform()
        reached.add(page.driver.execute_script("const e = document.activeElement; return e.id || e.name"))
    controls = {
        "file-image",
        "file-style_image",
        "choice-fit",
        "amount-sleeves",
        "seed",
        "anew",
        "choice-size",
    }
    assert controls <= reached


def test_what_is_not_a_picture_is_reported(
    page: Page, address: Callable, translates: Path, tmp_path: Path
) -> None:
    (tmp_path / "notes.png").write_text("no picture")
    page.open(address(translates))
    page.choose("image", tmp_path / "notes.png")
    page.until(lambda: page.text("fault"))
    assert "notes.png is not an image" in page.text("fault")


def test_a_model_that_cannot_be_opened_is_reported(
    browser: Page, runtime: dict[str, Path], translates: Path
) -> None:
    site = {**make_site(translates, runtime), "model.onnx": b"no model"}
    with open_server(site, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser.driver.get(f"http://127.0.0.1:{server.server_port}/")
        browser.until(lambda: "could not be opened" in browser.text("fault"))
        server.shutdown()


def test_files_run_from_any_web_server(
    page: Page, runtime: dict[str, Path], translates: Path, photos: list[Path], tmp_path: Path
) -> None:
    """In a folder of it, and without the headers that allow threads."""
    write_site(make_site(translates, runtime), tmp_path / "some" / "where")
    handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.open(f"http://127.0.0.1:{server.server_port}/some/where/")
        assert "one thread" in page.text("about")
        page.choose("style_image", photos[1])
        result = page.result_of(page.find(".examples button").click)
        noise = page.noise(0, 2)
        server.shutdown()
    example = translates / "golden" / "input_0.png"
    expected_result = expected(translates, (example, photos[1]), noise)
    assert difference(result, expected_result) <= 1
