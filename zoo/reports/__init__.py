"""The page of a run, ``report.html``, built from whatever the run directory holds so far.

It is rewritten during training, so any part may be missing or damaged: what cannot be
read is named on the page instead of stopping the training.
"""

from zoo.reports.page import check_run, write_report

__all__ = ["check_run", "write_report"]
