"""The assemblers of the line: what is fetched or imported goes through extract, decide and store.

`run_crawl` fetches from the live sites.
"""

from scraper.crawl.interrupts import Interrupts
from scraper.crawl.run import run_crawl
from scraper.crawl.runs import Report
from scraper.crawl.session import Step
from scraper.reading.capture import read_capture

__all__ = ["Interrupts", "Report", "Step", "read_capture", "run_crawl"]
