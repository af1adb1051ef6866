"""Citations of a post, for people and for reference managers."""

import sqlite3
from ipaddress import ip_address

from scraper import cite
from scraper.serve import formatting
from scraper.serve.answer import Answer, Ask
from scraper.serve.permalinks import labels, path_of, the_post


def work_of(ask: Ask, post: sqlite3.Row) -> cite.Work:
    """What a citation of the post says. Our own address is part of it only where others can reach it."""
    site = ask.db.execute("SELECT name FROM sites WHERE id = ?", (post["site"],)).fetchone()
    captured = ask.db.execute(
        "SELECT captured_at, body_sha256 FROM captures WHERE id = ?", (post["capture_id"],)
    ).fetchone()
    return cite.Work(
        url=post["url"],
        site_name=site["name"] if site else post["site"],
        title=post["title"],
        author=post["author"],
        published_at=post["published_at"],
        updated_at=post["updated_at"],
        captured_at=captured["captured_at"] if captured else post["last_seen_at"],
        gone_at=post["gone_at"],
        language=post["language"],
        abstract=post["excerpt"],
        keywords=tuple(name for name, _ in labels(ask, "tag", "tags", post["id"])),
        sha256=captured["body_sha256"] if captured else None,
        archive_url=ask.origin + ask.link(path_of(post)) if is_public(ask.origin) else None,
    )


def is_public(origin: str) -> bool:
    """Whether *origin* names a host that is not just this machine."""
    name = formatting.host(origin)
    if not name or name == "localhost":
        return False
    try:
        return not ip_address(name).is_private
    except ValueError:
        return "." in name


CITED = {"bib": (cite.bibtex, "application/x-bibtex; charset=utf-8"),
         "ris": (cite.ris, "application/x-research-info-systems; charset=utf-8")}  # fmt: skip


def citation(ask: Ask) -> Answer:
    """``/post/<site>/<slug>/cite.ris`` and ``.bib``, as a download."""
    post = the_post(ask)
    write, media_type = CITED[ask.part["format"]]
    name = f"{cite.key(work_of(ask, post))}.{ask.part['format']}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Answer(write(work_of(ask, post)), media_type=media_type, headers=headers)
