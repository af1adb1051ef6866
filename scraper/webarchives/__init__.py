"""Formats of web archives, in and out: saved pages, WARC, WACZ, the Wayback Machine, Common Crawl."""
