"""The USHRN posts archive: find, keep, read, search and serve what the US Human Rights Network posted."""

__version__ = "0.2.0.dev0"
