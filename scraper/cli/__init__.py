"""The command line: one short function a verb. Each parses, calls one function, prints, and ends with its status."""

from scraper.cli.group import main
from scraper.cli.keeping import crawl, import_, rebuild, recover, schedule
from scraper.cli.looking import extract, search, show, status, verify
from scraper.cli.publishing import demo, export, serve

#: In the order of the work, which is the order of the help.
VERBS = (crawl, recover, import_, extract, rebuild, verify, status, search, show, export, serve, schedule, demo)

for verb in VERBS:
    main.add_command(verb)

__all__ = ["main"]
