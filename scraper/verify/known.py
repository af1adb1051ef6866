"""Sites and known addresses: what runs noted of them, held against what captures and today's rules say."""

import sqlite3

from scraper import sites
from scraper.verify.rows import Tell

#: Who says so, where no capture of an address does: what web archives listed, or a withdrawal. Nobody, of other states.
_WITNESSES = {
    "wanted": "1",
    "in-web-archive": "EXISTS (SELECT 1 FROM src.crawls WHERE command = 'recover')",
    "lost": "EXISTS (SELECT 1 FROM src.crawls WHERE command = 'recover')",
    "withdrawn": "EXISTS (SELECT 1 FROM src.withdrawals WHERE url = here.url)",
}

_STATES = f"""
SELECT url, here.site, here.state, again.state,
  EXISTS (SELECT 1 FROM src.addresses WHERE address = here.url)
  OR CASE here.state {" ".join(f"WHEN '{state}' THEN {sql}" for state, sql in _WITNESSES.items())} ELSE 0 END
FROM src.known_urls AS here LEFT JOIN main.known_urls AS again USING (url) ORDER BY url
"""
_TAKEN_AWAY = "SELECT url FROM main.known_urls WHERE url NOT IN (SELECT url FROM src.known_urls) ORDER BY url"


def hand_over(copy: sqlite3.Connection) -> None:
    """Give the second reading the addresses that were named, as if none had been looked at yet."""
    copy.execute("INSERT INTO main.sites SELECT * FROM src.sites")
    copy.execute(
        "INSERT INTO main.known_urls (url, site, found_by, first_heard_at, last_heard_at, state)"
        " SELECT url, site, found_by, first_heard_at, last_heard_at, 'wanted' FROM src.known_urls"
        " WHERE url NOT IN (SELECT post_url FROM src.addresses WHERE post_url IS NOT NULL)"
    )


def check_states(copy: sqlite3.Connection, tell: Tell) -> int:
    """Hold the states of known addresses against the second reading; how many differ."""
    told = 0
    for url, site, here, again, witnessed in copy.execute(_STATES):
        if site != sites.site_for(url).id:
            message = f"site: the archive has {site!r}, its address belongs to {sites.site_for(url).id!r}"
        elif "archived" in (here, again) and here != again:
            message = f"state: the archive has {here!r}, its captures say {again!r}"
        elif not witnessed:
            message = (
                f"state: the archive has {here!r}, but no capture of this address, nor a run that can have learned it"
            )
        else:
            continue
        told += 1
        tell("known_urls-row", url, message)
    for (url,) in copy.execute(_TAKEN_AWAY):
        told += 1
        tell("known_urls-row", url, "a post was captured there: its row is missing")
    return told


def check_sites(copy: sqlite3.Connection, tell: Tell) -> int:
    """Hold the rows of sites against what today's rules say of each; how many differ."""
    told = 0
    for number, name, base_url in copy.execute("SELECT id, name, base_url FROM src.sites ORDER BY id").fetchall():
        site = sites.by_id(number) or sites.site_for(str(base_url))
        at_home = _without_scheme(site.base_url) == _without_scheme(str(base_url))
        if site.id != number or site.name != name or not at_home:
            told += 1
            message = f"expected {site.name!r} at {site.base_url}, found {name!r} at {base_url}"
            tell("sites-row", str(number), message)
    return told


def _without_scheme(url: str) -> str:
    return url.partition("://")[2]
