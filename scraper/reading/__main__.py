"""Reads captures for the process that started this one, see `reading.apart`."""

from scraper.reading.apart import serve

serve()
