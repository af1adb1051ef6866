"""One site from robots.txt to counts, and what is remembered of sites that cannot be reached."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from scraper import decide, urls
from scraper.crawl import mass, numbered_posts
from scraper.crawl.attachments import Attachments
from scraper.crawl.lists import Found
from scraper.crawl.pictures import PictureCrawl
from scraper.crawl.posts import Posts
from scraper.crawl.session import NO_POSTS, CrawlSession
from scraper.crawl.sources import Discovery
from scraper.crawl.view_counts import Counting
from scraper.decide import DAY, SITE_GONE_AFTER, SITE_PROBED_EVERY, UNNAMED_EVERY, Due, UrlState, instant, within
from scraper.errors import Blocked, Forbidden, Unreachable
from scraper.numbers import plural
from scraper.records import Problem, Site, Target
from scraper.store import lookups
from scraper.vocabulary import AddressState, Level, Platform, SiteState, Stage

#: Posts that the sitemap names no more and that are looked at in one run.
MOST_SUSPECTS = 100
#: Known posts that are looked at where no source names any: whether the blog is still there.
SAMPLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """How a site was found."""

    #: False: it gave no answer; what that means is decided at the end of the run.
    reached: bool = True
    #: It counts as gone: nothing was or could be asked, and that is no error.
    gone: bool = False


@dataclass(frozen=True, slots=True)
class _Sources:
    """How many of the run's sitemaps, feeds and lists were fetched, stood behind a wall, and were refused."""

    had: int
    blocked: int
    refused: int

    @classmethod
    def of(cls, session: CrawlSession) -> Self:
        """As they are now."""
        return cls(session.sources_had, session.sources_blocked, session.sources_refused)


def _is_walled(before: _Sources, after: _Sources, memory: dict[str, UrlState]) -> bool:
    """Whether a wall stands before all sources of a site: none was fetched. Where they were only refused, posts that
    are known tell more; where none is known, nothing else can.
    """
    if after.had > before.had:
        return False
    knows_posts = any(one.state == AddressState.ARCHIVED for one in memory.values())
    return after.blocked > before.blocked or (after.refused > before.refused and not knows_posts)


def crawl_site(session: CrawlSession, site: Site, start: str | None = None) -> Visit:
    """Crawls a whole site. Raises RateLimited, Interrupted, Forbidden, Blocked, ArchiveUnusable."""
    if _rests(session, site):
        return Visit(gone=True)
    session.archive.site(site)
    memory = session.archive.url_states(site.id)
    before = _Sources.of(session)
    try:
        found = Discovery(session, site, memory, start).run()
    except Unreachable as error:
        return _not_reached(session, site, error)
    _reached(session, site)
    if _is_walled(before, _Sources.of(session), memory):
        raise Blocked(
            f"{site.id}: a wall stands before the site's sitemap, feed and list. Nothing was concluded from that, and "
            "no post was changed. Open one in a browser; ask its owner to let the program in, or run it from another "
            "network"
        )
    found.targets += numbered_posts.numbers(session, site, found.heard())
    targets = found.heard()
    session.archive.discover(targets, session.at())
    _nothing_found(session, site, found, memory)
    posts = Posts(
        session, site, memory, {urls.canonical(target.url): target.url for target in targets}, found.named
    )  # fmt: skip
    posts.run(_due(session, site, found, targets, memory))
    if not found.targets:
        _look_at_others(session, site, posts)
    numbered_posts.look_beyond(session, site, posts, memory)
    session.hear_links()
    _after(session, site, posts)
    _check_list(session, site, found)
    mass.check(session, site, found)
    return Visit()


def crawl_post(session: CrawlSession, site: Site, url: str) -> Visit:
    """Crawls one post and nothing else, after robots.txt."""
    session.archive.site(site)
    try:
        session.keep_all(session.fetcher.robots(url).captures)
    except Unreachable as error:
        return _not_reached(session, site, error)
    _reached(session, site)
    target = Target(url=url, site=site.id, found_by=("given",))
    session.archive.discover((target,), session.at())
    memory = session.archive.url_states(site.id)
    known = urls.canonical(url)
    posts = Posts(session, site, memory, {known: url})
    posts.run([Due(known, "given")])
    _after(session, site, posts, only=known)
    return Visit()


def _after(session: CrawlSession, site: Site, posts: Posts, only: str | None = None) -> None:
    """Attachments and counts, and whether robots.txt left us anything at all."""
    if posts.forbidden and len(posts.forbidden) == len(posts.looked):
        every = plural(len(posts.forbidden), "post that was due", "posts that were due")
        raise Forbidden(
            f"{site.base_url}robots.txt forbids {every} "
            f"(the first: {posts.forbidden[0]}); none of them was asked for. Write to the site's owner"
        )
    with session.contained(site.base_url, Stage.FILE):
        Attachments(session, site).run()
    with session.contained(site.base_url, Stage.COUNTS):
        _count(session, site, only)
    with session.contained(site.base_url, Stage.PICTURE):
        PictureCrawl(session, site, session.pictures, session.media).run(only)


def _count(session: CrawlSession, site: Site, only: str | None) -> None:
    if session.counts and site.platform in (Platform.WIX, Platform.UNKNOWN):
        memory = session.archive.url_states(site.id)
        Counting(session, site).run({only: memory[only]} if only in memory else {} if only else memory)


def _due(
    session: CrawlSession, site: Site, found: Found, targets: tuple[Target, ...], memory: dict[str, UrlState]
) -> list[Due]:
    """What to fetch now: what is due by itself, and posts that a whole sitemap names no more."""
    due = decide.due(memory, targets, session.run.now(), full=session.full)
    listed = {item.url for item in due}
    doubtful = [*_suspects(session, found, targets, memory), *_reappeared(session, targets, memory)]
    if not found.targets:
        doubtful += [
            url for url, known in memory.items() if known.state == AddressState.ARCHIVED and not known.gone_at
        ][:SAMPLE]
    wanted = [Due(url, "missing") for url in dict.fromkeys(doubtful) if url not in listed]
    message = (
        f"{plural(len(wanted), 'post is', 'posts are')} no longer named; "
        f"{MOST_SUSPECTS} of them were looked at, the others follow"
    )
    session.cap("suspects", site.base_url, message if len(wanted) > MOST_SUSPECTS else None)
    return due + wanted[:MOST_SUSPECTS]


def _look_at_others(session: CrawlSession, site: Site, posts: Posts) -> None:
    """Looks at more posts of a site that names none, where those looked at are away: whether the others are, too."""
    states = session.archive.url_states(site.id)
    looked = states.keys() & posts.looked
    if posts.is_left or not looked or not all(states[url].missing_since for url in looked):
        return
    rest = [url for url in posts.archived if url not in posts.looked and not states[url].missing_since]
    posts.run([Due(url, "missing") for url in rest[:MOST_SUSPECTS]])


def _reappeared(session: CrawlSession, targets: tuple[Target, ...], memory: dict[str, UrlState]) -> list[str]:
    """Posts that are gone, but named again by the site; those that stay away all the same are looked at weekly."""
    found = []
    for target in targets:
        known = memory.get(urls.canonical(target.url))
        if known is None or not known.gone_at or not known.last_tried_at:
            continue
        if session.run.now() - instant(known.last_tried_at) >= UNNAMED_EVERY:
            found.append(known.url)
    return found


def _suspects(
    session: CrawlSession, found: Found, targets: tuple[Target, ...], memory: dict[str, UrlState]
) -> list[str]:
    if not found.sitemap_complete:
        return []  # a sitemap that failed, was cut or refused says nothing of what is not in it
    heard = {urls.canonical(target.url) for target in targets}
    return [
        url
        for url, last_heard in lookups.heard_in_sitemap(session.archive.db, site_of(targets))
        if url not in heard and url in memory and _is_suspect(memory[url], last_heard, session.run.now())
    ]


def _is_suspect(known: UrlState, last_heard: str, now: datetime) -> bool:
    """Whether a post that is no longer named is to be looked at: it was not yet since then, or not for a while."""
    if known.state != AddressState.ARCHIVED or known.gone_at or known.missing_since:
        return False
    answered = max(filter(None, (known.last_good_at, known.last_tried_at)), default=None)
    if answered is None:
        return True
    looked_since = instant(answered) >= instant(last_heard) + DAY
    return not looked_since or now - instant(answered) >= UNNAMED_EVERY


def site_of(targets: tuple[Target, ...]) -> str:
    """Id of the site that the targets are of."""
    if not targets:
        return ""
    return targets[0].site


def _nothing_found(session: CrawlSession, site: Site, found: Found, memory: dict[str, UrlState]) -> None:
    """A site without a post in sight is an error (an empty listing is no result), and so is one whose sitemap, feed
    and list are all lost, though some links still lead to posts. That there never was one is not.
    """
    known = sum(1 for one in memory.values() if one.state == AddressState.ARCHIVED)
    listed = found.in_sitemap or found.in_feed or found.in_list
    if listed or (found.targets and not lookups.was_named(session.archive.db, site.id)):
        session.resolve(site.base_url, Stage.DISCOVER)
        return
    message = (
        f"expected posts in the sitemap, the feed or the list, found none ({plural(known, 'post')} archived); "
        "if the list has an unusual address, give it: ushrn crawl URL"
    )
    session.note(Problem(stage=Stage.DISCOVER, kind=NO_POSTS, url=site.base_url, message=message))


def _check_list(session: CrawlSession, site: Site, found: Found) -> None:
    """A list that listed posts before and lists none now is drift, though the other sources still work."""
    if not found.list_is_bare or found.list_url is None:
        return
    url = found.list_url
    message = "it listed posts before, and lists none now"
    problem = Problem(stage=Stage.DRIFT, kind="layout-changed", field="list", url=url, message=message)
    if session.note(problem):
        since = session.archive.first_noted([url], Stage.DRIFT, "list") or session.at()
        session.alarm(
            f"{site.id}: the list of posts no longer looks as it did; nothing was overwritten. The program needs a "
            f"layout for the new look.\n  list: names no post, since {since}\n    {url}"
        )


# -- sites that do not answer


def _rests(session: CrawlSession, site: Site) -> bool:
    """Whether a gone site was probed lately."""
    if lookups.site_state(session.archive.db, site.id) != SiteState.GONE:
        return False
    last = lookups.last_noted(session.archive.db, site.base_url, Stage.REACH)
    if not within(last, SITE_PROBED_EVERY, session.run.now()):
        return False
    session.messages.append(f"{site.id}: gone since it last answered; probed weekly. Use `ushrn recover {site.id}`")
    return True


def _not_reached(session: CrawlSession, site: Site, error: Unreachable) -> Visit:
    """Keeps what came. What it means is decided at the end of the run, when it is known whether our network works."""
    session.keep_all(error.captures)
    session.unreachable.append((site, error))
    return Visit(reached=False)


def settle_unreachable(session: CrawlSession) -> list[int]:
    """Notes the sites that gave no answer, and takes those for gone that were out of reach on runs far enough apart;
    the exit status of each. Where nothing at all answered, it may be our own network: then nothing is concluded.
    """
    if not session.unreachable or session.fetcher.network_works:
        return [_out_of_reach(session, site, error) for site, error in session.unreachable]
    session.messages.extend(str(error) for _, error in session.unreachable)
    session.messages.append("nothing answered: this machine's network may be down, so nothing was concluded or changed")
    states = [lookups.site_state(session.archive.db, site.id) for site, _ in session.unreachable]
    return [0 if state == SiteState.GONE else Unreachable.exit_status for state in states]


def _out_of_reach(session: CrawlSession, site: Site, error: Unreachable) -> int:
    """Notes that a site gave no answer; the exit status: that it counts as gone is no error."""
    if error.answered:
        return _refused(session, site, error)
    session.resolve(site.base_url, Stage.REFUSED)
    first = session.archive.first_noted([site.base_url], Stage.REACH, "") or session.at()
    was_gone = lookups.site_state(session.archive.db, site.id) == SiteState.GONE
    gone = was_gone or session.run.now() - instant(first) >= SITE_GONE_AFTER
    level = Level.NOTE if gone else Level.ERROR
    session.note(Problem(stage=Stage.REACH, kind="unreachable", level=level, url=site.base_url, message=str(error)))
    if gone:
        session.archive.site(replace(site, state=SiteState.GONE))
        session.messages.append(
            f"{site.id}: out of reach since {first}, so it counts as gone; use `ushrn recover {site.id}`"
        )
    else:
        session.messages.append(f"{error}")
    if gone:
        return 0
    return Unreachable.exit_status


def _refused(session: CrawlSession, site: Site, error: Unreachable) -> int:
    """Notes that a site's server answers, but not so that it may be asked for pages: it is there, however long that
    lasts, and what was silent until now began to answer.
    """
    session.archive.site(replace(site, state=SiteState.LIVE))
    session.resolve(site.base_url, Stage.REACH)
    session.note(Problem(stage=Stage.REFUSED, kind="not-askable", url=site.base_url, message=str(error)))
    session.messages.append(str(error))
    return Unreachable.exit_status


def _reached(session: CrawlSession, site: Site) -> None:
    session.archive.site(replace(site, state=SiteState.LIVE))
    for stage in (Stage.REACH, Stage.REFUSED):
        session.resolve(site.base_url, stage)
