"""The known sites, and a site made from any other address."""

import pytest

from scraper import sites, urls


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.upr2020.org/post/x", "upr2020"),
        ("http://upr2020.org/", "upr2020"),
        ("https://ushrnetwork.org/news/10/100/x", "ushrn-news"),
        ("https://www.ushrnetwork.org/news/10/100/x", "ushrn-news"),
        ("https://ushrnetwork.org/2016/12/x", "ushrn-news"),
        ("https://ushrnetwork.org/membership/taskforces", "ushrn-news"),
        ("http://www.ushrnetwork.org/news-updates/x", "ushrn-drupal"),
        ("https://ushrnetwork.org/resources-media/x", "ushrn-drupal"),
        ("https://www.ushrnetwork.org/", "ushrn-drupal"),
        ("https://ushrnetwork.org/", "ushrn-news"),
        ("http://127.0.0.1:8123/post/x", "127.0.0.1-8123"),
        ("https://blog.example.org/post/x", "blog.example.org"),
        ("https://name.wixsite.com/lgbt/post/x", "name.wixsite.com-lgbt"),
        ("https://name.wixsite.com/robots.txt", "name.wixsite.com"),
        ("no address", "unknown"),
    ],
)
def test_each_address_belongs_to_one_site(url: str, site: str) -> None:
    assert sites.site_for(url).id == site


def test_an_unknown_site_is_the_same_with_and_without_www() -> None:
    assert sites.site_for("https://hichrp.com/post/x").id == sites.site_for("http://www.hichrp.com/").id
    assert set(sites.site_for("https://hichrp.com/post/x").hosts) == {"hichrp.com", "www.hichrp.com"}


def test_a_site_keeps_the_scheme_and_host_that_were_given() -> None:
    assert sites.site_for("http://127.0.0.1:8123/post/x").base_url == "http://127.0.0.1:8123/"
    assert sites.site_for("https://name.wixsite.com/lgbt/post/x").base_url == "https://name.wixsite.com/lgbt/"


def test_known_sites_are_found_by_id() -> None:
    assert [site.id for site in sites.SITES] == ["upr2020", "ushrn-news", "ushrn-drupal"]
    assert sites.by_id("upr2020") is sites.UPR2020
    assert sites.by_id("nobody") is None
    for site in sites.SITES:
        assert urls.host(site.base_url) in site.hosts
        assert sites.site_for(site.base_url) is site


def test_a_post_of_a_site_of_the_network_is_known_by_an_address_of_that_site() -> None:
    examples = {
        "https://www.ushrnetwork.org/news/0010/100/a-b/index.php": (sites.USHRN_NEWS, 10, "a-b"),
        "http://ushrnetwork.org/10/100": (sites.USHRN_NEWS, 10, "10"),
        "http://www.ushrnetwork.org/2016/12/a-b/?x=1": (sites.USHRN_NEWS, None, "a-b"),
        "https://ushrnetwork.org/news-updates/a-b": (sites.USHRN_DRUPAL, None, "a-b"),
    }
    for url, (site, number, slug) in examples.items():
        known = urls.canonical(url)
        assert known.startswith(site.base_url) and urls.canonical(known) == known
        assert (sites.site_for(url), urls.post_number(url), urls.slug(url)) == (site, number, slug)
        path = "/" + known.removeprefix(site.base_url).rstrip("/")
        assert any(form.path.fullmatch(path) for form in site.posts)
    assert not urls.is_post("https://www.upr2020.org/news/10/100/")
