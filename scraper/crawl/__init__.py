"""What is fetched from the live sites goes through reading, decide and store: `run_crawl`."""

from scraper.crawl.attachments import MOST_FILES, Attachments, file_fault
from scraper.crawl.pictures import PICTURES_OF_STYLES, PicturePolicy, Want, picture_fault
from scraper.crawl.renditions import renditions
from scraper.crawl.run import run_crawl
from scraper.crawl.styles import pictures_drawn, sheets_named

__all__ = [
    "MOST_FILES",
    "PICTURES_OF_STYLES",
    "Attachments",
    "PicturePolicy",
    "Want",
    "file_fault",
    "picture_fault",
    "pictures_drawn",
    "renditions",
    "run_crawl",
    "sheets_named",
]
