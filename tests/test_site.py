"""Protects the documentation as a site: it builds without a warning, and needs nothing from the network."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytest.importorskip("mkdocs", reason='needs pip install -e ".[docs]"')
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}  # a banner of the theme's, not about this site
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "WARNING" not in result.stderr, result.stderr
    return folder


def test_the_reference_has_every_documented_class(site):
    pages = "".join(path.read_text("utf-8") for path in site.glob("reference/**/*.html"))
    shown = set(re.findall(r'id="((?:zoo|export)\.[\w.]+)"', pages))
    for path in [*ROOT.glob("zoo/**/[a-z]*.py"), *ROOT.glob("export/**/[a-z]*.py")]:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        classes = re.findall(r'^class ([A-Z]\w*)\b.*?:\n    r?"""', path.read_text("utf-8"), re.MULTILINE)
        missing = {f"{module}.{name}" for name in classes} - shown
        assert not missing


def test_pages_load_nothing_from_elsewhere(site):
    loading = r"<(?:script|img|iframe|source)\b[^>]*\bsrc|<link\b[^>]*\bhref|@import|url\("
    foreign = re.compile(rf"""(?:{loading})[=\s("']*(?:https?:)?//""")
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        assert not foreign.search(path.read_text("utf-8")), path
