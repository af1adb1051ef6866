"""The assemblers of the line: what is fetched or imported goes through extract, decide and store.

`run_crawl` fetches from the live sites.
"""

from scraper.crawl.interrupts import Interrupts
from scraper.crawl.reading import read_capture
from scraper.crawl.run import CrawlReport, run_crawl
from scraper.crawl.session import Step

__all__ = ["CrawlReport", "Interrupts", "Step", "read_capture", "run_crawl"]
