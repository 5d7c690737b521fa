"""Protects the page from whatever older, newer or hand-edited files hold."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.reports.page import render

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def known(*names):
    return st.dictionaries(st.sampled_from(names), json_values, max_size=len(names))


@settings(max_examples=60, deadline=None)
@given(
    config=known("model", "data", "training", "configuration", "versions", "hardware", "command", "title")
    | st.fixed_dictionaries(
        {"data": known("description", "skipped", "training_pairs", "held_out_pairs", "images", "domains")}
    ),
    evaluation=st.fixed_dictionaries(
        {
            "figures": st.dictionaries(
                st.sampled_from(["model", "mean"]), known("l1", "psnr", "ssim", "x") | json_values, max_size=2
            ),
            "samples": json_values,
            "size": json_values,
            "n": json_values,
            "step": json_values,
            "protocol": json_values,
            "counted": json_values,
            "targets": json_values | st.lists(known("figure", "at_least"), max_size=2),
        }
    ),
    verification=known("verdict", "checks")
    | st.fixed_dictionaries(
        {"checks": st.lists(known("artifact", "case", "max_abs", "levels", "tolerance", "pass"), max_size=3)}
    ),
    warnings=json_values | st.lists(known("step", "text"), max_size=2),
    best=known("metric", "step", "value") | json_values,
)
def test_no_content_of_the_files_breaks_the_page(
    tmp_path_factory, config, evaluation, verification, warnings, best
):
    """Older and newer runs, or hand-edited ones, still have a page."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "bundle").mkdir()
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "best.json").write_text(json.dumps(best))
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evaluation.json").write_text(json.dumps(evaluation))
    (folder / "warnings.json").write_text(json.dumps(warnings))
    (folder / "bundle" / "verification.json").write_text(json.dumps(verification))
    assert render(folder).endswith("</html>")
