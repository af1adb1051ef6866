"""What this archive can prove and what it cannot, how to search it, and its limits, told from the data themselves."""

from scraper.search import synonyms
from scraper.serve import texts
from scraper.serve.answer import Ask, PageResponse
from scraper.serve.render import render
from scraper.store import holdings


def page(ask: Ask) -> PageResponse:
    """``/about``"""
    db = ask.db
    return PageResponse(
        render(
            "about.html",
            ask.room,
            here="about",
            sites=holdings.site_spans(db),
            sources=holdings.captures_by(db, "source"),
            capture_bases=holdings.captures_by(db, "captured_at_basis"),
            bases=holdings.date_bases(db),
            missing=missing(ask),
            problems=holdings.open_problems(db),
            crawls=holdings.newest_runs(db, 10),
            checkpoint=holdings.newest_checkpoint(db),
            raw=holdings.has_bodies(db),
            synonyms=list(dict.fromkeys(synonyms.groups().values())),
        )
    )


def missing(ask: Ask) -> list[tuple[str, int, str]]:
    """What the sources did not say, in how many posts; with a search for them where there is one."""
    counts = holdings.unsaid(ask.db)
    links = {"undated": ask.link("/search", ("year", "undated"))}
    return [
        (texts.count_word(number, texts.MISSING[name]), number, links.get(name, ""))
        for name, number in counts.items()
        if number
    ]
