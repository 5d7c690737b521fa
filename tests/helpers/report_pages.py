"""Pages of runs, read as a browser would."""

from html.parser import HTMLParser
from pathlib import Path

import numpy as np

from zoo.reports import write_report
from zoo.runs.grids import sample_grid


class Page(HTMLParser):
    """The page's tags, attributes and visible text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        if self.tags and self.tags[-1] not in ("style", "title"):
            self.text += data


def page_of(run: Path) -> Page:
    return Page(write_report(run).read_text("utf-8"))


def grid(path, names=("input", "generated", "real"), value=0):
    return sample_grid({name: np.full((2, 32, 24, 3), value, np.uint8) for name in names}, path)
