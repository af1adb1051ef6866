"""Which address of the pretend blog answers what, on which simulated day. No network here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from scraper.demo import drawings, endpoints, look, pages
from scraper.demo.posts import POSTS, DemoPost
from scraper.demo.scene import Generation, Scene

METADATA = "/_api/blog-frontend-adapter-public/v2/post-page-metadata/"
PDF_LINES = (
    "Shadow Report of the Lantern Coast Rights Network",
    "Chapter 1: Nobody loses a home without a hearing.",
    "Chapter 2: The aquifer belongs to everyone.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request as the blog sees it."""

    method: str
    #: Path and query as sent.
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, percent-decoded, without the query."""
        return unquote(urlsplit(self.target).path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back."""

    status: int = 200
    media_type: str = "text/html; charset=utf-8"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class Blog:
    """The blog itself. Set `day` to move through time; `base` is known once a server listens."""

    today: datetime
    base: str = ""
    day: int = 0
    posts: Sequence[DemoPost] = POSTS
    page_size: int = 4
    look: Generation = Generation.FIFTH
    padding: int = 180_000
    markup: float = 0.12
    #: Whether the blog answers for its pictures itself; else they are where Wix keeps them.
    pictures: bool = False
    asked: int = 0

    def answer(self, question: Question) -> Answer:
        """The answer to *question* on the present day."""
        self.asked += 1
        scene = Scene(
            base=self.base, today=self.today, day=self.day, look=self.look, padding=self.padding, markup=self.markup,
            request=self.asked, own_media=f"{self.base}/media" if self.pictures else None,
        )  # fmt: skip
        path = question.path
        if path.startswith("/_api/"):
            return self.api(question, scene)
        if self.pictures and path.startswith("/media/"):
            body, media_type = drawings.picture(path.removeprefix("/media/"))
            return Answer(media_type=media_type, body=body)
        if self.pictures and path == look.PATH:
            return Answer(media_type="text/css", body=look.style_sheet(f"{self.base}/media").encode())
        if path.startswith("/_files/ugd/"):
            return Answer(media_type="application/pdf", body=endpoints.pdf(PDF_LINES))
        if path in ("/robots.txt", "/sitemap.xml", "/blog-posts-sitemap.xml", "/pages-sitemap.xml", "/blog-feed.xml"):
            return self.plain(path, scene)
        return self.page(path, scene)

    def present(self) -> list[DemoPost]:
        """The posts that are there today, newest first."""
        there = [post for post in (one.on(self.day) for one in self.posts) if post]
        return sorted(there, key=lambda post: -post.published)

    def page(self, path: str, scene: Scene) -> Answer:
        """An HTML page."""
        posts = self.present()
        match path.strip("/").split("/"):
            case [""] | ["about"]:
                return html(pages.home_page(posts, scene))
            case ["news"] if posts:
                return html(pages.list_page(posts, 1, self.page_size, scene))
            case ["news", "page", number] if number.isdigit() and 0 < int(number) <= -(-len(posts) // self.page_size):
                return html(pages.list_page(posts, int(number), self.page_size, scene))
            case ["post", slug]:
                for post in posts:
                    if post.slug == slug:
                        return html(pages.post_page(post, [other for other in posts if other is not post], scene))
        return html(pages.missing_page(scene), 404)

    def plain(self, path: str, scene: Scene) -> Answer:
        """robots.txt, a sitemap or the feed."""
        kind = "application/xml"
        match path:
            case "/robots.txt":
                text, kind = endpoints.robots(scene), "text/plain"
            case "/blog-feed.xml":
                text, kind = endpoints.feed(self.present(), scene), "application/rss+xml; charset=utf-8"
            case "/blog-posts-sitemap.xml":
                text = endpoints.posts_sitemap(self.present(), scene)
            case "/pages-sitemap.xml":
                text = endpoints.pages_sitemap(scene)
            case _:
                text = endpoints.sitemap_index(scene)
        return Answer(media_type=kind, body=text.encode())

    def api(self, question: Question, scene: Scene) -> Answer:
        """The two endpoints that the counts need."""
        if question.path == "/_api/v1/access-tokens":
            return as_json(endpoints.access_tokens())
        slug = question.path.removeprefix(METADATA)
        posts = self.present()
        found = [post for post in posts if post.slug == slug]
        if question.method != "POST" or not found:
            return as_json({"message": "not found"}, 404)
        if question.headers.get("authorization") != endpoints.TOKEN:
            return as_json({"message": "no permission"}, 403)
        return as_json(endpoints.post_metadata(found[0], [post for post in posts if post is not found[0]], scene))


def html(text: str, status: int = 200) -> Answer:
    """An HTML answer."""
    return Answer(status=status, body=text.encode())


def as_json(data: Any, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status=status, media_type="application/json; charset=utf-8", body=json.dumps(data).encode())
