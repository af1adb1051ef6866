"""The sites whose posts are wanted, as frozen values, and a site made from the address of any other.

Two sites of the network lived at one name, ushrnetwork.org: a Drupal site (2013 to 2017, at ``www.``) and its
successor (2017 to 2021, mostly at the bare name; the posts of 2017 and 2018 were carried over). Which of the two a
page belongs to is told by its path, and only where the path says nothing by its host.
"""

import re
from functools import lru_cache

from scraper import urls
from scraper.records import Numbering, Site
from scraper.vocabulary import Platform

#: Where Wix keeps the files that posts link to.
WIX_MEDIA = ("docs.wixstatic.com", "media.wix.com", "static.wixstatic.com")

#: Where Wix keeps the style sheets of its pages.
WIX_STYLES = ("siteassets.parastorage.com", "static.parastorage.com")

#: The Wix blog of 2020 and 2021 for the third cycle of the Universal Periodic Review; latest post seen 18 March 2021.
UPR2020 = Site(
    id="upr2020",
    name="US Human Rights Network: UPR 2020",
    base_url="https://www.upr2020.org/",
    hosts=("www.upr2020.org", "upr2020.org"),
    platform=Platform.WIX,
    media_hosts=WIX_MEDIA,
)

#: Numbered posts (``/news/272/100/slug``, 19 April 2021, is the latest seen) and dated ones (``/2016/12/slug``).
USHRN_NEWS = Site(
    id="ushrn-news",
    name="US Human Rights Network: news 2016 to 2021",
    base_url="https://ushrnetwork.org/",
    hosts=("ushrnetwork.org", "www.ushrnetwork.org"),
    platform=Platform.NEWS_2019,
    media_hosts=("ushrnetwork.org", "www.ushrnetwork.org"),
    lists=("https://ushrnetwork.org/news",),
    numbering=Numbering(address="https://ushrnetwork.org/news/{}/100/", highest=272),
)

#: ``/news-updates/slug`` and ``/resources-media/slug``; October 2013 to March 2017.
USHRN_DRUPAL = Site(
    id="ushrn-drupal",
    name="US Human Rights Network: news and resources 2013 to 2017",
    base_url="https://www.ushrnetwork.org/",
    hosts=("www.ushrnetwork.org", "ushrnetwork.org"),
    platform=Platform.DRUPAL,
    media_hosts=("www.ushrnetwork.org", "ushrnetwork.org"),
    lists=("https://www.ushrnetwork.org/news-updates", "https://www.ushrnetwork.org/resources-media"),
)

SITES: tuple[Site, ...] = (UPR2020, USHRN_NEWS, USHRN_DRUPAL)

_DRUPAL_PATHS = re.compile(r"/(?:resources-media|news-updates|sites|node|taxonomy|call-proposals[^/]*)(?:/|$)")
_NEWS_PATHS = re.compile(r"/(?:news|membership|our-work|about-us|events|icerd-project|\d+)(?:/|$)")


def by_id(id: str) -> Site | None:  # noqa: A002 - the word that users type
    """The known site of that id; None: there is none."""
    return next((site for site in SITES if site.id == id), None)


def site_for(url: str) -> Site:
    """The site that *url* belongs to: a known one, else one made from the host.

    An unknown site's id is the host, with the port, and on shared hosts (``name.wixsite.com/site``) the first path
    segment, joined by ``-``. The same for ``http`` and ``https``, with and without ``www.``. Of something that is no
    web address, the site ``unknown``, which has no hosts.
    """
    where = urls.host(url)
    if where in UPR2020.hosts:
        return UPR2020
    if where in USHRN_NEWS.hosts:
        return _ushrn(url, where)
    return _made(urls.normalise(url).partition("://")[0], where, urls.site_key(url))


def _ushrn(url: str, where: str) -> Site:
    path = "/" + urls.canonical(url).partition("://")[2].partition("/")[2]
    if _DRUPAL_PATHS.match(path):
        return USHRN_DRUPAL
    if _NEWS_PATHS.match(path):
        return USHRN_NEWS
    return USHRN_DRUPAL if where.startswith("www.") else USHRN_NEWS


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
        base_url=f"{scheme}://{where}/{segment + '/' if segment else ''}",
        hosts=tuple(dict.fromkeys((where, known, known.removeprefix("www.")))),
        media_hosts=WIX_MEDIA,
    )
