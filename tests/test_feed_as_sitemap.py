"""A feed that stands where robots.txt or a guess says that the sitemap is names its posts, and is no whole list."""

from pathlib import Path

import pytest

from scraper.demo.blog import Answer
from scraper.demo.server import served
from tests.letters import Blog, Lab

FEEDS = {
    "RSS": '<rss version="2.0"><channel><title>Letters</title><item><link>{}</link></item></channel></rss>',
    "Atom": '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{}"/></entry></feed>',
}


@pytest.mark.parametrize("form", FEEDS)
def test_posts_of_a_feed_in_a_sitemaps_place_are_had_and_what_it_does_not_name_is_not_missed(
    tmp_path: Path, form: str
) -> None:
    blog = Blog(2)
    with served(blog.answer) as server:
        lab = Lab(tmp_path, blog, server)
        assert lab.crawl(0).new == 2
        blog.there["/post/letter-2"] = 2
        feed = FEEDS[form].replace("{}", f"{blog.base}/post/letter-2").encode()
        blog.instead["/sitemap.xml"] = Answer(status=200, body=feed, media_type="application/xml")
        report = lab.crawl(1)
    assert (report.new, report.exit_status) == (1, 0)
    assert lab.one("SELECT count(*) FROM problems WHERE level = 'error' AND resolved_at IS NULL") == 0
    assert lab.harm() == (0, 0, 0, 0)
