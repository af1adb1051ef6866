"""``python -m scraper`` is ``ushrn``."""

from scraper.cli import main

if __name__ == "__main__":
    main()
