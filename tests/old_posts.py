"""The pretend blog's posts that nothing happens to any more, for tests of crawls that are about something else."""

from dataclasses import replace

from scraper.demo.posts import POSTS

#: Long published, never edited or removed: nothing about them is due for three months. One has a PDF.
WITH_A_FILE = tuple(replace(post, removed=None, edited=None) for post in POSTS if post.published < -200)
#: The same without it: a PDF is read by a process of its own, which costs more than all else of a small crawl.
OLD = tuple(replace(post, body=tuple(line for line in post.body if not line.startswith("@"))) for post in WITH_A_FILE)
