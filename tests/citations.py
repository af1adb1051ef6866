"""Kinds of post, as a citation finds them; the records are made up."""

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
    "a body with commas": work("inc", title="Our Report", author="Coalition for Land, Water and Housing, Inc."),
    "bodies joined by and": work("joint", title="Joint Letter", author="Lawyers' Committee and Sons & Daughters Fund"),
    "a role behind the name": work("role", title="Why We Ask", author="By Dr. Ruth Abara, PhD, Program Director"),
    "one name": work("song", title="Songs of the Harbor", author="Sukarno"),
    "Chinese": work("shui", title="水是人权", author="李明", language="zh"),
    "Cyrillic": work("voda", title="Вода — это право", author="Анна Петрова", language="ru"),
    "signs of TeX": work("tex", title="R&D: 100% of “Rights_{now}” & the #UPR!", author="Ruth Abara"),
    "a full stop": work("won", title="We Won.", author="Ruth Abara"),
    "an abbreviation": work("us", title="Letter to the U.S.", author="Ruth Abara"),
    "a question in quotation marks": work("who", title="They Asked, ‘Who Is Watching?’", author="Ruth Abara"),
    "year only": work("year", title="Annual Report", author="Ruth Abara", published="2016"),
    "recovered, undated": work(
        "old", title="Recovered", author=None, published=None, captured_at="2016-05-01T00:00:00Z"
    ),
    "gone, no copy served": work(
        "lost", title="Statement", author=None, gone_at="2022-01-05T08:00:00Z", archive_url=None, sha256="ab" * 32
    ),
    "tags and summary": work(
        "tags", title="Tags", author="Ruth Abara", keywords=("UPR", "Housing & Land"), abstract="Water, at 100%."
    ),
    "eleven people": work(
        "many", title="Together", author="A Bo, C Do, E Fo, G Ho, I Jo, K Lo, M No, O Po, Q Ro, S To and U Vo"
    ),
    "a quotation at the end": work("justice", title="What Is “Justice”", author="Phuong To"),
    "moved": work(
        "moved-here",
        url="https://new.example/blog/moved-here",
        title="Open Letter",
        author="Ruth Abara",
        captured_at="2022-02-01",
    ),
    "the same title, a year later": work(
        "moved-here-2", title="Open Letter", author="Ruth Abara", published="2022-03-16"
    ),
    "withdrawn, nothing but the address": work(
        "withdrawn", title=None, author=None, published=None, archive_url=None, gone_at="2022-01-05"
    ),
    "a file": work(
        "brief.pdf",
        url="https://www.blog.example/_files/brief.pdf",
        title="Brief to the Council",
        author=None,
        published="2019-05",
    ),
    "a list page": work("", url="https://www.blog.example/blog", title="All Posts | UPR 2020", published=None),
    "a body and a person": work("both", title="Joint Brief", author="US Human Rights Network; Dana King"),
    "a future day": work("soon", title="Save the Date", author="Ruth Abara", published="2031-01-02"),
    "a title in quotation marks": work("said", title="“Water Is Life”", author="Ruth Abara"),
    "markup and a picture in the title": work("odd", title="<b>Now</b> 🌊 we rise &amp; act", author="Ruth Abara"),
    "Hebrew and English": work("maim", title="מים היא זכות: the UPR", author="נועה לוי", language="he"),
    "a very long title": work("long", title=f"{'On the Right to Water and ' * 12}Housing", author="Ruth Abara"),
    "not all named": work("etal", title="We Sign", author="Dana King, Ann Lee et al."),
    "Vietnamese": work("hoa", title="Water in the Delta", author="Nguyễn Văn Hoa"),
    "nothing known": work("bare", title=None, published=None, captured_at=None, archive_url=None, language=None),
}
