"""The command line: one short function a verb. Each parses, calls one function, prints, and ends with its status."""

from scraper.cli.group import main
from scraper.cli.publish_commands import demo, export, serve
from scraper.cli.read_commands import changes, extract, search, show, status, verify
from scraper.cli.seal_commands import exhibit, seal, withdraw
from scraper.cli.settings_commands import settings
from scraper.cli.write_commands import accept, crawl, import_, rebuild, recover, schedule

#: In the order of the work, which is the order of the help.
VERBS = (
    crawl,
    recover,
    import_,
    extract,
    accept,
    rebuild,
    verify,
    status,
    changes,
    search,
    show,
    export,
    exhibit,
    seal,
    withdraw,
    settings,
    serve,
    schedule,
    demo,
)

for verb in VERBS:
    main.add_command(verb)

__all__ = ["main"]
