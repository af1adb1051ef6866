"""What the owner of an archive says about it: name, public address, whose posts, and an introduction with its sources.

Kept in `meta`, so that they travel with the file. Facts about a network belong here, each with its source, and not in
the program.
"""

import sqlite3
from dataclasses import dataclass, replace

from scraper import sites
from scraper.records import Setting
from scraper.store import holdings

#: What an archive is called whose operator has set no name, if it holds posts of more than the network's own sites.
ANY_ARCHIVE = "Posts archive"


@dataclass(frozen=True, slots=True)
class Settings:
    """Empty: not set."""

    #: What the archive is called.
    name: str = ""
    #: Where the public reads it, without a slash behind: ``https://archive.example.org``.
    public_url: str = ""
    #: Whose posts these are, as it stands in the middle of a sentence: ``the Example Network``.
    publisher: str = ""
    #: Of what the operator adds, and may give: ``CC-BY-4.0``, or a web address.
    licence: str = ""
    #: Paragraphs for the home page; ``**words**`` are bold.
    introduction: tuple[str, ...] = ()
    #: Where the introduction's facts are from: a web address each.
    sources: tuple[str, ...] = ()


def settings_of(db: sqlite3.Connection) -> Settings:
    """Those of the archive that *db* has open."""
    rows = db.execute(
        f"SELECT key, value FROM meta WHERE key IN ({', '.join('?' * len(Setting))})", tuple(Setting)
    ).fetchall()
    said = {key: str(value).strip() for key, value in rows}
    return Settings(
        name=said.get(Setting.NAME, ""),
        public_url=said.get(Setting.PUBLIC_URL, "").rstrip("/"),
        publisher=said.get(Setting.PUBLISHER, ""),
        licence=said.get(Setting.LICENCE, ""),
        introduction=tuple(part.strip() for part in said.get(Setting.INTRODUCTION, "").split("\n\n") if part.strip()),
        sources=tuple(said.get(Setting.SOURCES, "").split()),
    )


def presented(db: sqlite3.Connection) -> Settings:
    """The settings as readers see them: an archive of the network's own sites alone has its name and publisher, any
    other that sets none is `ANY_ARCHIVE`, of nobody in particular.
    """
    told = settings_of(db)
    if of_the_network(db):
        return replace(told, name=told.name or sites.ARCHIVE, publisher=told.publisher or sites.NETWORK)
    return replace(told, name=told.name or ANY_ARCHIVE)


def of_the_network(db: sqlite3.Connection) -> bool:
    """Whether all sites of the archive are the network's own, as `sites` knows them."""
    known = [row[0] for row in holdings.sites(db)]
    return bool(known) and all(sites.by_id(site) for site in known)


def said(db: sqlite3.Connection) -> dict[str, str]:
    """Every key of `meta` and its value, settings among them."""
    return dict(db.execute("SELECT key, value FROM meta").fetchall())


def keep_setting(db: sqlite3.Connection, key: Setting, value: str) -> None:
    """Write *value* under *key*; an empty one takes the setting away. The caller holds the transaction."""
    if value.strip():
        db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key.value, value.strip()))
    else:
        db.execute("DELETE FROM meta WHERE key = ?", (key.value,))
