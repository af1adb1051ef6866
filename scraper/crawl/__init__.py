"""What is fetched from the live sites goes through reading, decide and store: `run_crawl`."""

from scraper.crawl.run import run_crawl

__all__ = ["run_crawl"]
