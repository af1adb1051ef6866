"""What is fetched from the live sites goes through reading, decide and store: `run_crawl`."""

from scraper.crawl.attachments import MOST_FILES, Attachments, file_fault
from scraper.crawl.pictures import PicturePolicy, Want, picture_fault, renditions
from scraper.crawl.run import run_crawl

__all__ = [
    "MOST_FILES",
    "Attachments",
    "PicturePolicy",
    "Want",
    "file_fault",
    "picture_fault",
    "renditions",
    "run_crawl",
]
