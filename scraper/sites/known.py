"""The site of an address: one of the network's own, else one made from the host.

Which of several sites at one name a page belongs to is told by its path, and only where the path says nothing by its
host.
"""

import re
from functools import lru_cache

from scraper import urls
from scraper.own_sites import SITES, WIX_MEDIA
from scraper.records import Site


def by_id(id: str) -> Site | None:  # noqa: A002 - the word that users type
    """The known site of that id; None: there is none."""
    return next((site for site in SITES if site.id == id), None)


# Of one address it is asked some five times while a page of it is kept.
@lru_cache(maxsize=1024)
def site_for(url: str) -> Site:
    """The site that *url* belongs to: a known one, else one made from the host.

    An unknown site's id is the host, with the port, and on shared hosts (``name.wixsite.com/site``) the first path
    segment, joined by ``-``. The same for ``http`` and ``https``, with and without ``www.``. Of something that is no
    web address, the site ``unknown``, which has no hosts.
    """
    where = urls.host(url)
    own = [site for site in SITES if where in site.hosts]
    if own:
        path = "/" + urls.canonical(url).partition("://")[2].partition("/")[2]
        by_path = (site for site in own if site.paths is not None and site.paths.match(path))
        by_host = (site for site in own if site.hosts[0] == where)
        return next(by_path, None) or next(by_host, own[0])
    return _made(urls.normalise(url).partition("://")[0], where, urls.site_key(url))


@lru_cache(maxsize=1024)
def _made(scheme: str, where: str, key: str) -> Site:
    """A site of the host *where*, told apart from others by *key*."""
    if not where:
        return Site(id="unknown", name="unknown", base_url="", hosts=())
    known = urls.known_host(where)
    _, slash, segment = key.partition("/")
    name = known + slash + segment
    return Site(
        id=re.sub(r"[:/\[\]]+", "-", name).strip("-"),
        name=name,
        base_url=f"{scheme}://{where}/{segment}{slash}",
        hosts=tuple(dict.fromkeys((where, known, known.removeprefix("www.")))),
        media_hosts=WIX_MEDIA,
    )
