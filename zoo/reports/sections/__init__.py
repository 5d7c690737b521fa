"""The sections of the page, a file and a template each; ``zoo.reports.page`` lists them in order."""
