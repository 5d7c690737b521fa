"""The page of a run: ``report.html``, made from whatever the run directory holds so far.

It is written anew as training goes, so every part may be missing or damaged: what cannot be
read is named on the page instead of stopping the training.
"""

from zoo.reports.page import check_run, write_report

__all__ = ["check_run", "write_report"]
