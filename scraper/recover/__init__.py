"""What the web archives hold of the sites: listed, chosen, fetched politely, kept with its original time and source.

The Wayback Machine and Common Crawl are asked by thin clients of our own (`wayback` and `commoncrawl` here say
why). Evidence is what they archived: each capture is kept as the site once sent it, so far as the archive tells, with
its address, time and source. Of the services' own answers only listings are kept, as they are the evidence for what
else there is; the heads that wrap a capture are theirs and change by the day.
"""

from scraper.recover.run import run_recover

__all__ = ["run_recover"]
