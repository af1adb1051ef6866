"""What is fetched from the live sites goes through reading, decide and store: `run_crawl`."""

from scraper.crawl.attachments import MOST_FILES, Attachments, file_fault
from scraper.crawl.pictures import PICTURES_OF_STYLES, PicturePolicy, Want, picture_fault
from scraper.crawl.run import run_crawl
from scraper.crawl.styles import pages_looked_at, pictures_drawn, sheets_named

__all__ = [
    "MOST_FILES",
    "PICTURES_OF_STYLES",
    "Attachments",
    "PicturePolicy",
    "Want",
    "file_fault",
    "pages_looked_at",
    "picture_fault",
    "pictures_drawn",
    "run_crawl",
    "sheets_named",
]
