"""The words of an exhibit: a page that prints, and the draft of a certificate. Pure."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from scraper import __version__
from scraper.numbers import plural
from scraper.seal.note import Checkpoint, Note
from scraper.store import exhibits
from scraper.vocabulary import TimeBasis

BASES: dict[str, str] = {
    TimeBasis.CLOCK: "by the clock of the machine that captured it",
    TimeBasis.GIVEN: "as stated by whoever imported it",
    TimeBasis.PAGE: "from data in the page itself",
    TimeBasis.FILE_TIME: "from the time of the saved file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The checkpoint that the exhibit rests on."""

    number: int
    note: Note
    checkpoint: Checkpoint
    #: When it was made, UTC, by the archive's clock.
    at: str
    #: The verifier key; None: it is not signed.
    key: str | None
    #: (time that it gives, token) of each timestamp.
    stamps: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture, and where it lies in the exhibit."""

    of: exhibits.Pictured
    member: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One post of an exhibit: the version that is shown, its pictures, and all versions that were captured."""

    shown: exhibits.ExhibitedPost
    pictures: tuple[Picture, ...]
    #: (time, `record_sha256`), oldest first.
    versions: tuple[tuple[str, str], ...]


_STYLE = (
    "body{font:1rem/1.5 serif;max-width:41rem;margin:2rem auto;padding:0 1rem}h1,h2{line-height:1.2}"
    "dl{display:grid;grid-template-columns:11rem 1fr;gap:.25rem 1rem;font-size:.9375rem}"
    "dd{margin:0;overflow-wrap:anywhere}code{font-size:.8125rem;overflow-wrap:anywhere}"
    "section{border-top:2px solid;margin-top:2rem}figure{margin:1rem 0;break-inside:avoid}"
    "img{max-width:100%;max-height:22rem}figcaption{font-size:.875rem}"
    "@media print{body{margin:0;font-size:10.5pt}article+article{break-before:page}}"
)
_said = html.escape


def page(items: Sequence[Item], sealed: Sealed) -> str:
    """The page of an exhibit: each post, then what it rests on and what it proves."""
    title = items[0].shown.title or "Untitled" if len(items) == 1 else plural(len(items), "post")
    listed = "".join(
        f'<li><a href="#post-{at}">{_said(item.shown.title or item.shown.url)}</a>, captured'
        f" {_said(item.shown.captured_at)}</li>\n"
        for at, item in enumerate(items, 1)
    )
    contents = f"<ol>{listed}</ol>\n" if len(items) > 1 else ""
    posts = "".join(_post(item, at, sealed) for at, item in enumerate(items, 1))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
<title>Exhibit: {_said(title)}</title><style>{_STYLE}</style></head><body>
<p>Exhibit of {plural(len(items), "archived post")}. What was captured is in <code>capture.warc.gz</code>.</p>
{contents}{posts}{_SENSE}</body></html>
"""


def _post(item: Item, number: int, sealed: Sealed) -> str:
    shown = item.shown
    text = "".join(f"<p>{_said(one)}</p>\n" for one in (shown.body_text or "").split("\n\n") if one.strip())
    pictures = "".join(map(_picture, item.pictures))
    versions = "".join(
        f"<li>{_said(at)}: record <code>{record}</code>{' (this one)' if record == shown.record_sha256 else ''}</li>\n"
        for at, record in item.versions
    )
    facts = "".join(f"<dt>{_said(name)}</dt><dd>{_said(value)}</dd>\n" for name, value in _facts(shown, sealed))
    return f"""<article id="post-{number}">
<h1>{_said(shown.title or "Untitled")}</h1>
<dl>
{facts}</dl>
<section lang="{_said(shown.language or "und")}"><h2 lang="en">What it says</h2>
{text}</section>
{f"<section><h2>Its pictures that were kept</h2>{chr(10)}{pictures}</section>{chr(10)}" if pictures else ""}\
<section><h2>All versions that were captured</h2>
<ol>{versions}</ol></section>
</article>
"""


def _picture(picture: Picture) -> str:
    of = picture.of
    words = " ".join(filter(None, (of.caption, of.url)))
    return (
        f'<figure><img src="{picture.member}" alt="{_said(of.alt or "")}"><figcaption>{_said(words)}<br>\n'
        f"SHA-256 <code>{of.body_sha256}</code>, record <code>{of.record_sha256}</code></figcaption></figure>\n"
    )


def _facts(shown: exhibits.ExhibitedPost, sealed: Sealed) -> list[tuple[str, str]]:
    return [
        ("Original address", shown.url),
        ("Author", shown.author or "not said"),
        ("Published", shown.published or "no date known"),
        ("Captured", f"{shown.captured_at}, {BASES.get(shown.basis, shown.basis)}"),
        ("Sealed", f"{sealed.at}, checkpoint {sealed.number} over {plural(sealed.checkpoint.size, 'capture')}"),
        ("Log", sealed.checkpoint.origin),
        ("Signed by", sealed.key or "not signed"),
        ("Digest of the record", shown.record_sha256),
        ("SHA-256 of the page", shown.body_sha256 or "no body"),
        ("Root of the log", sealed.checkpoint.root.hex()),
        *(("Existed by", f"{at}, as a timestamp authority says") for at, _ in sealed.stamps),
    ]


_SENSE = """<section><h2>What this proves, and what not</h2>
<p>It proves that each capture in this exhibit is, byte for byte, the one in the log when the checkpoint was made, and
with a timestamp that this was so by the time that the authority gives. Whoever kept a checkpoint of this log can see
whether anything before it was altered, added or removed.</p>
<p>It does not prove that the server sent it, or when: for that stands the word of whoever ran the archive, and copies
that other archives hold. It does not prove that what a page says is true, or who wrote it. It says nothing about the
time before the first checkpoint. The text above was read from the page by a program; the page itself is the
evidence.</p>
<p>To check it without us: <code>python3 verify.py</code> in this folder, with Python 3.11 or newer and nothing else.
Compare the key above with the one that the archive publishes elsewhere.</p></section>
"""


def certificate(items: Sequence[Item], sealed: Sealed) -> str:
    """A draft for whoever can certify how the archive is made."""
    records = "\n".join(f"   {at}. {_certified(item.shown)}" for at, item in enumerate(items, 1))
    return f"""# Certification of records generated by an electronic process

Draft in the form of the US Federal Rules of Evidence, Rule 902(13) and (14). A lawyer must adapt it; a qualified person
must be able to say each sentence of their own knowledge, and sign it.

I, ____________________, declare:

1. I am ____________________ of ____________________. I know how the archive named below is made, by my work as
   ____________________ .
2. The archive is made by the program ushrn, version {__version__}, which requests pages of websites, keeps each answer
   as received, and records the address, the time and the SHA-256 digest of each. The program produces an accurate
   result: ____________________ (how this is known).
3. The file capture.warc.gz, attached, holds copies of these {plural(len(items), "record")} of the archive:

{records}

4. The copies were identified by digital identification: the SHA-256 digests named above were made again from the
   copies, and are equal to those of the records in the archive.
5. The records are in the log {sealed.checkpoint.origin}, sealed at {sealed.at} by a checkpoint over
   {plural(sealed.checkpoint.size, "record")} with the root {sealed.checkpoint.root.hex()}.

I declare under penalty of perjury under the laws of the United States of America that the foregoing is true and
correct.

Executed on ____________________ at ____________________ .

____________________ (signature)
"""


def _certified(shown: exhibits.ExhibitedPost) -> str:
    return f"""the answer recorded for

          {shown.url}

      captured {shown.captured_at}, {BASES.get(shown.basis, shown.basis)};
      SHA-256 of the page {shown.body_sha256 or "(no body)"},
      of its record {shown.record_sha256}
"""
