"""One normal form for each address, one canonical form for each post."""

import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import urls

POST = "https://www.upr2020.org/post/us-upr-adoption-to-take-place-march-17"


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("HTTPS://WWW.UPR2020.ORG:443/post/A", "https://www.upr2020.org/post/A"),
        ("http://www.upr2020.org:80", "http://www.upr2020.org/"),
        ("http://127.0.0.1:8000/post/a#top", "http://127.0.0.1:8000/post/a"),
        ("https://a.org/x?utm_source=mail&id=3&emci=1&emdi=2&ceid=3&fbclid=z&gclid=q", "https://a.org/x?id=3"),
        ("https://a.org/x?emci=1", "https://a.org/x"),
        ("https://a.org/gespr%c3%a4ch", "https://a.org/gespr%C3%A4ch"),
        ("https://a.org/gespräch", "https://a.org/gespr%C3%A4ch"),
        ("https://a.org/gespra\u0308ch", "https://a.org/gespra%CC%88ch"),
        ("https://a.org/%7Euser/%41", "https://a.org/~user/A"),
        ("https://a.org/a%2Fb%3Fc", "https://a.org/a%2Fb%3Fc"),
        ("https://a.org/100%", "https://a.org/100%25"),
        ("https://a.org/caf%e9", "https://a.org/caf%E9"),
        ("https://a.org/a b", "https://a.org/a%20b"),
        ("https://a.org/x/../y/./z/", "https://a.org/y/z/"),
        ("https://a.org/%2e%2e/y", "https://a.org/y"),
        ("  https://a.org/\n", "https://a.org/"),
        ("https:\\\\a.org\\x", ""),
        ("https://user:secret@a.org/x", "https://a.org/x"),
        ("https://a.org./x", "https://a.org/x"),
        ("https://münchen.de/", "https://xn--mnchen-3ya.de/"),
        ("https://Straße.example/", "https://xn--strae-oqa.example/"),
        ("https://βόλος.example/", "https://xn--nxasmm1c.example/"),
        ("https://نامه‌ای.example/", "https://xn--mgba3gch31f060k.example/"),
        ("https://日本語。jp/", "https://xn--wgv71a119e.jp/"),
        ("https://☃.example/", "https://xn--n3h.example/"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("https://a.org/post/x?lang=ar", "https://a.org/post/x?lang=ar"),
    ],
)
def test_an_address_has_one_normal_form(given: str, normal: str) -> None:
    assert urls.normalise(given) == normal


@pytest.mark.parametrize(
    "given", ["", "x", "/post/x", "mailto:a@b.org", "javascript:alert(1)", "data:text/html,x", "https://",
    "http://[::1", "https://a b/", "https://a.org:99999/", "https://a.org/" + "x" * 9000,
    "http://①②⑦.⓪.⓪.①/", "http://ⓐ.example/", "http://a\u00adb.example/", "http://\u202emoc.example/",
    "http://" + "ü" * 80 + ".example/",
    ],
)  # fmt: skip
def test_what_cannot_be_a_web_address_is_empty(given: str) -> None:
    assert urls.normalise(given) == ""


def test_relative_addresses_are_taken_from_their_base() -> None:
    assert urls.normalise("../post/b?x=1#c", "https://a.org/blog/page/2") == "https://a.org/blog/post/b?x=1"
    assert urls.normalise("//b.org/x", "https://a.org/") == "https://b.org/x"
    assert urls.normalise("mailto:x@y.org", "https://a.org/") == ""
    assert urls.normalise("x", "nonsense") == ""


@pytest.mark.parametrize(
    "other",
    [
        "http://www.upr2020.org/post/us-upr-adoption-to-take-place-march-17",
        "https://upr2020.org/post/us-upr-adoption-to-take-place-march-17/",
        "https://www.upr2020.org/amp/us-upr-adoption-to-take-place-march-17",
        "https://www.upr2020.org/post/us-upr-adoption-to-take-place-march-17?emci=1&utm_medium=x",
        "https://www.upr2020.org/post/us-upr-adoption-to-take-place-march-17?cacheKiller=1&compId=2&instance=3",
        "https://www.upr2020.org/post/us-upr-adoption-to-take-place-march-17/index.html",
        "https://www.upr2020.org/post/us%2Dupr-adoption-to-take-place-march-17#comments",
    ],
)
def test_one_post_has_one_canonical_address(other: str) -> None:
    assert urls.canonical(other) == POST


@pytest.mark.parametrize(
    "other",
    [
        "https://ushrnetwork.org/news/226/100/index.php",
        "http://www.ushrnetwork.org/news/226/100/Some-Slug",
        "https://ushrnetwork.org/226/100/index.php",
        "https://ushrnetwork.org/news/226/100/Another?emci=a&emdi=b&ceid=1",
        "https://ushrnetwork.org/news/226/100",
    ],
)
def test_the_number_is_the_key_of_the_2019_system(other: str) -> None:
    assert urls.canonical(other) == "https://ushrnetwork.org/news/226/100/"
    assert urls.post_number(other) == 226


def test_each_of_the_older_looks_has_its_own_host() -> None:
    assert urls.canonical("http://ushrnetwork.org/news-updates/x") == "https://www.ushrnetwork.org/news-updates/x"
    assert urls.canonical("http://www.ushrnetwork.org/2016/12/Help-us") == "https://ushrnetwork.org/2016/12/Help-us"


def test_a_translation_is_a_post_of_its_own() -> None:
    arabic = urls.canonical("https://www.a.org/post/x?utm_source=1&lang=ar")
    assert arabic == "https://www.a.org/post/x?lang=ar"
    assert arabic != urls.canonical("https://www.a.org/post/x")


@pytest.mark.parametrize(
    "post",
    [
        POST,
        "https://www.a.org/single-post/2016/06/20/world-day",
        "https://www.a.org/post/2019/08/01/dont",
        "https://name.wixsite.com/site/post/x",
        "https://name.wixsite.com/site/en/post/x",
        "https://www.a.org/en/post/x",
        "https://www.a.org/pt-br/post/x",
        "https://www.a.org/amp/gespräch-mit",
        "https://www.a.org/post/____a",
        "https://www.a.org/post/rights_(part-1),a&b;c=1",
        "https://www.a.org/post/100%25-ours",
        "https://www.a.org/post/c++",
        "https://www.a.org/post/it's-$5",
        "https://www.a.org/post/at*9:30@home",
        "https://www.a.org/post/日本語の記事",
        "http://127.0.0.1:8123/post/x",
        "http://localhost:8123/post/x",
        "https://ushrnetwork.org/news/10/100/Human-Rights",
        "https://ushrnetwork.org/2016/12/Help-us",
        "http://www.ushrnetwork.org/resources-media/x",
    ],
)
def test_posts_are_known_by_their_address(post: str) -> None:
    assert urls.is_post(post)


@pytest.mark.parametrize(
    "other",
    [
        "https://www.a.org/", "https://www.a.org/blog", "https://www.a.org/post", "https://www.a.org/post/",
        "https://www.a.org/post/${i", "https://www.a.org/post/decodeURIComponent(e", "https://www.a.org/post/'+e",
        "https://www.a.org/post/'+x+'", "https://www.a.org/post/{slug}", "https://www.a.org/post/:id",
        "https://www.a.org/post/undefined", "https://www.a.org/post/-", "https://www.a.org/post/2019/08/01",
        "https://www.a.org/store/post/x", "https://www.a.org/post/x/comments",
        "https://www.a.org/news/archive/2020/03",
        "https://www.a.org/?p=4170", "https://www.upr2020.org/upr-timeline", "https://ushrnetwork.org/news",
        "https://ushrnetwork.org/events/x", "https://ushrnetwork.org/membership/taskforces",
        "https://www.a.org/2016/12/x",
        "https://www.ushrnetwork.org/news-updates", "mailto:x@y.org", "",
    ],
)  # fmt: skip
def test_other_pages_and_pieces_of_scripts_are_no_posts(other: str) -> None:
    assert not urls.is_post(other)


def test_a_slug_is_readable() -> None:
    assert urls.slug("https://www.a.org/post/gespr%C3%A4ch/") == "gespräch"
    assert urls.slug("https://ushrnetwork.org/news/226/100/index.php") == "226"
    assert urls.slug("https://ushrnetwork.org/news/226/100/Sign-On") == "Sign-On"
    assert urls.slug("https://www.a.org/post/a%2Fb") == "a%2Fb"


def test_a_date_in_an_address_is_as_precise_as_it_stands() -> None:
    assert urls.dated("https://www.a.org/single-post/2016/06/20/x") == "2016-06-20"
    assert urls.dated("https://ushrnetwork.org/2016/12/Help-us") == "2016-12"
    assert urls.dated(POST) is None


def test_sites_are_told_apart_by_host_and_on_shared_hosts_by_the_first_segment() -> None:
    assert urls.same_site("http://upr2020.org/x", "https://www.upr2020.org/post/y")
    assert not urls.same_site("https://a.wixsite.com/one/x", "https://a.wixsite.com/two/x")
    assert not urls.same_site("http://127.0.0.1:1/x", "http://127.0.0.1:2/x")
    assert not urls.same_site("", "")
    assert urls.host("HTTP://A.org:8080/x") == "a.org:8080"


# White space and controls at the end are cut, in the middle they are not: no place to add a parameter behind.
SOLID = st.text(st.characters(exclude_categories=("C", "Z")), max_size=30)
WEB = st.builds(
    lambda scheme, host, path, query: f"{scheme}://{host}{path}{query}",
    st.sampled_from(["http", "https", "HTTPS"]),
    st.sampled_from(
        ["www.upr2020.org", "ushrnetwork.org", "WWW.ushrnetwork.org", "x.wixsite.com", "127.0.0.1:81", "a.co.uk"]
    ),
    st.one_of(SOLID, st.sampled_from(["/post/x", "/news/7/100/", "/2016/12/y", "/en/amp/z/", "/site/post/q"])),
    st.one_of(st.just(""), SOLID.map("?".__add__), st.just("?lang=AR&emci=2")),
)


@given(st.one_of(WEB, st.text()))
def test_no_text_raises_and_normal_forms_stay_what_they_are(text: str) -> None:
    normal = urls.normalise(text)
    assert urls.normalise(normal) == normal
    assert normal.isascii()
    known = urls.canonical(text)
    assert urls.canonical(known) == known
    assert urls.is_post(text) == urls.is_post(known)
    assert isinstance(urls.slug(text), str)
    assert isinstance(urls.dated(text), str | None)


@given(st.text(alphabet=st.characters(categories=("L", "N")), min_size=1, max_size=20))
def test_encoded_and_raw_slugs_are_one_post(slug: str) -> None:
    encoded = "".join(f"%{byte:02x}" for byte in slug.encode())
    raw = urls.canonical(f"https://www.a.org/post/{slug}")
    assert urls.canonical(f"https://www.a.org/post/{encoded}") == raw
    assert urls.is_post(raw) or slug.lower() in {"undefined", "null", "nan"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("path", ["/post/gespräch", "/post/인권", "/files/Perú.pdf", "/liste/ä?q=é"])
def test_a_letter_with_its_mark_is_asked_for_as_written_and_known_by_one_address(form: str, path: str) -> None:
    written = f"http://[::1]:8000{unicodedata.normalize(form, path)}"
    assert unquote(urls.normalise(written)) == unquote(written)
    assert urls.canonical(written) == urls.canonical(f"http://[::1]:8000{path}")


@pytest.mark.parametrize(
    "visit", [";jsessionid=0A1B", ";JSESSIONID=x.y!z?PHPSESSID=7", "?phpsessid=1&CFID=2&cftoken=3"]
)
def test_the_number_of_a_visit_makes_no_other_post(visit: str) -> None:
    assert urls.is_post(f"{POST}{visit}")
    assert urls.canonical(f"{POST}{visit}") == POST


@given(WEB, st.sampled_from(["utm_source", "emci", "fbclid", "gclid", "UTM_Medium"]))
def test_tracking_changes_nothing(url: str, name: str) -> None:
    plain = url.partition("#")[0]
    joint = "&" if "?" in plain else "?"
    assert urls.canonical(f"{plain}{joint}{name}=1") == urls.canonical(plain)
