"""Twelve kinds of post, as a citation finds them; the records are made up."""

from scraper.cite import Work

SITE = "UPR 2020"
ADDRESS = "https://www.blog.example/post/"
COPY = "https://archive.example/post/upr2020/"


def work(slug: str, **fields: object) -> Work:
    """A post of our pretend blog, captured on 2 April 2021."""
    known: dict[str, object] = {
        "url": ADDRESS + slug,
        "site_name": SITE,
        "captured_at": "2021-04-02T09:00:00Z",
        "archive_url": f"{COPY}{slug}/revision/fbdcf0ecd6c8@2021-04-02",
        "language": "en",
        "published": "2021-03-16",
    }
    return Work(**(known | fields))  # type: ignore[arg-type]


KINDS: dict[str, Work] = {
    "a person": work("wells", title="Water Is a Right: Shutoffs Resume in Marrow County", author="Ruth Abara"),
    "two people": work("two", title="Who Pays for Water?", author="Dana King and Ann Lee"),
    "four people": work(
        "four", title="Four Voices", author="Dana King, Ann Lee, Jo Wu and María de la Cruz", published="2020-09-05"
    ),
    "no author": work("nobody", title="Testimony from the Harlow Hearing", author=None),
    "an organisation": work("body", title="A Map of Unserved Homes", author="Committee for Housing, Land and Water"),
    "the site itself": work("own", title="What We Ask", author="UPR 2020"),
    "no date": work("undated", title="Open Letter", author="Ruth Abara", published=None),
    "month only": work("month", title="Winter Report", author="Ruth Abara", published="2016-12"),
    "updated": work("later", title="Correction Made", author="Ruth Abara", updated="2021-03-18"),
    "only updated": work("touched", title="Minutes", author="Ruth Abara", published=None, updated="2021-03-18"),
    "gone": work("gone", title="Statement on Arrests", author="Ruth Abara", gone_at="2022-01-05T08:00:00Z"),
    "Arabic": work("maa", title="الماء حق للجميع", author="شبكة حقوق الإنسان، فرع الجنوب", language="ar"),
    "a quotation, in capitals": work("quote", title="“I AM STILL HERE” SAYS ROSA", author="Dr. Rosa Lind, Jr."),
    "a day in UTC": work("utc", title="Late at Night", author="Ruth Abara", in_utc=True),
    "no title": work("untitled", title=None, author="Ruth Abara"),
    "not served": work("local", title="Only Here", author="Ruth Abara", archive_url=None),
}
