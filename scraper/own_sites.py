"""The network's own sites as values: each brings its hosts, how its pages and posts are told by their addresses, its
lists and its numbering. To add one, add it here: no other module knows an address of it.

Two sites of the network lived at one name, ushrnetwork.org: a Drupal site (2013 to 2017, at ``www.``) and its
successor (2017 to 2021, mostly at the bare name; the posts of 2017 and 2018 were carried over).
"""

import re

from scraper.records import Numbering, PostAddress, Site
from scraper.vocabulary import Platform

#: What an archive of these sites alone is called, and whose posts it holds, where its operator has set nothing else.
ARCHIVE, NETWORK = "USHRN posts archive", "the US Human Rights Network"

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
    posts=(
        PostAddress(
            path=re.compile(r"(?:/news)?/0*(?P<number>\d{1,7})/100(?:/(?P<slug>.*))?"),
            known_by="https://ushrnetwork.org/news/{number}/100/",
        ),
        PostAddress(
            path=re.compile(r"(?P<path>/(?:19|20)\d\d/(?:0[1-9]|1[0-2])/[^/]+)"),
            known_by="https://ushrnetwork.org{path}",
        ),
    ),
    paths=re.compile(r"/(?:news|membership|our-work|about-us|events|icerd-project|\d+)(?:/|$)"),
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
    posts=(
        PostAddress(
            path=re.compile(r"(?P<path>/(?:resources-media|news-updates)/[^/]+)"),
            known_by="https://www.ushrnetwork.org{path}",
        ),
    ),
    paths=re.compile(r"/(?:resources-media|news-updates|sites|node|taxonomy|call-proposals[^/]*)(?:/|$)"),
)

SITES: tuple[Site, ...] = (UPR2020, USHRN_NEWS, USHRN_DRUPAL)
