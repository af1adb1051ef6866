"""Every word that the pages say, in English. Nothing else here; nothing of it anywhere else."""

from collections.abc import Iterable

from scraper.numbers import in_words, plural, size
from scraper.serve.formatting import day, short_day
from scraper.vocabulary import EventKind, WithdrawalKind

SKIP = "Skip to the content"
SKIP_TO_RESULTS = "Skip to the results"
NAV_LABEL = "Main"
NAV = (
    ("search", "Search"),
    ("browse", "Browse"),
    ("changes", "Changes"),
    ("pictures", "Pictures"),
    ("about", "About"),
    ("data-dictionary", "Data"),
)
FOOTER_PROMISE = "This site sets no cookies, runs no scripts and contacts no other host."
FOOTER_READ, FOOTER_TAKE, FOOTER_STATE = "Read", "Download", "State of this archive"
FOOTER_READING = (
    ("about#searching", "How to search"),
    ("about", "Evidence and its limits"),
    ("withdrawn", "Withdrawn posts"),
)
FOOTER_TAKING = (
    ("data-dictionary#formats", "Downloads"),
    ("data-dictionary", "Data dictionary"),
    ("changes.atom", "Feed of changes"),
    ("api", "API"),
)
FOOTER_DICTIONARY = "Data dictionary"
FOOTER_BENCH = "Browse the database"
LAST_SEALED = "Sealed"


def footer(publisher: str) -> str:
    """What this is; *publisher* empty: nobody in particular."""
    what = f"what {publisher} published on its websites" if publisher else "posts from websites"
    return (
        f"An archive of {what}, kept as received and sealed, so that later changes can be found. "
        "The texts and pictures belong to their authors."
    )


def last_updated(day: str, command: str | None) -> str:
    """*command*: the verb that ran."""
    return f"Last updated: {day} ({command})" if command else f"Last updated: {day}"


def checkpoint(number: int) -> str:
    """The name of a seal."""
    return f"checkpoint {number:,}"


def posts(count: int) -> str:
    """``1 post``."""
    return plural(count, "post")


def count_word(count: int, words: tuple[str, str]) -> str:
    """The word that stands under the number *count*."""
    return words[0] if count == 1 else words[1]


# Problems
PROBLEMS = {
    400: "That request can’t be answered",
    403: "Access restricted",
    404: "Not in the archive",
    405: "This site is read-only",
    410: "This post has been withdrawn",
    500: "Something went wrong here",
    503: "Temporarily unavailable",
}
FORBIDDEN = "This archive is not open to everyone. Ask whoever runs this server."
ONLY_GET = "This site is read-only."
TOO_LONG = (
    "This took too long and was stopped. Try fewer words, a longer word before the *, or a single year. "
    "Posts and the home page still work."
)
MANY_SEARCHES = "Many searches are running. Try again in 10 seconds; posts and the home page still work."
BUSY = "The archive could not be read just now. Try again in 10 seconds."
BROKEN = "Part of this archive is damaged. The operator can run `ushrn verify` for details."
FAULT = "The fault is on this side, and has been written to the server’s log. Posts and searches may still work."
NO_SUCH_PAGE = "There is no page at this address."
WITHDRAWALS_CLOSED = "This table is not public: it names who decided. The page of withdrawn posts shows what is public."
DECISIONS_CLOSED = "This table is not public: it names who decided. A capture that was set aside is shown nowhere."
BODIES_CLOSED = (
    "This table is not public: it holds every capture in packed form, hidden ones included. Each post’s page links to "
    "the bytes of its captures."
)
HEADS_CLOSED = "Request headers are not shown: they may hold a visitor’s token. WARC exports leave them out."
NO_NUMBER = "_timelimit, _ttl and _facet_size must be whole numbers."
NO_SUCH_ORDER = "This table can’t be sorted that way: name one of its columns in _sort or _sort_desc."
FILE_CLOSED = (
    "This file is not for download: it names who decided what, or holds hidden material. The operator can make a public "
    "copy with `ushrn export sqlite --public`."
)
CLOSED_HERE = "This page is closed on a public server. The posts, their history and all downloads are open."
CLOSED = "Not open to the public"
_CLOSED_PAGES = frozenset({CLOSED_HERE, WITHDRAWALS_CLOSED, DECISIONS_CLOSED, BODIES_CLOSED, HEADS_CLOSED, FILE_CLOSED})


def problem_title(status: int, words: str) -> str:
    """*words*: what is said of the problem; what is kept closed is not said to be missing."""
    return CLOSED if words in _CLOSED_PAGES else PROBLEMS[status]


NEAREST = "The nearest addresses here"
OTHER_WAYS = "Other ways in"
TO_OVERVIEW = "Back to the home page"

# Home
IN_A_MINUTE = "In a minute"
THIS_ARCHIVE = "This archive"
THIS_ARCHIVE_WORDS = "keeps what was captured, byte for byte."
WHAT_IT_PROVES = "What it can prove, and what it cannot"
HOLDINGS = "In the archive"
POST_WORDS, CAPTURE_WORDS = ("post", "posts"), ("capture of a page", "captures of pages")
PICTURE_WORDS = ("picture kept", "pictures kept")
EDITED_SINCE, REMOVED_FROM_SITE, LISTED_ONLY = (
    "edited since capture",
    "removed from their site",
    "listed, not captured yet",
)
BY_YEAR, BY_YEAR_WORDS = "Posts by year", "Published, or else updated. Each bar leads to its posts."
UNDATED_BAR, UNDATED_SHORT, UNDATED_KEY = "Undated", "n.d.", "Undated (n.d.): no date known"
MONTHS_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NEW_HERE, RECENTLY_EDITED, RECENTLY_REMOVED = "New in this archive", "Recently edited", "Recently removed"
MOST_VIEWED, ALL_BY_VIEWS = "Most viewed", "All, by views"
ALL_CHANGES, FEED = "All changes", "Feed"
COVERAGE = "What is here, and what is missing"
COVERAGE_WORDS = "Every address ever listed as a post, and what became of it."
WANTED, LOST = "Wanted:", "Lost:"
WANTED_WORDS, LOST_WORDS = "not captured yet.", "no copy found anywhere."
SITE, SITE_STATE, YEAR, MONTH = "Site", "State", "Year", "Month"
REMOVED_SHORT, LAST_TRIED = "Removed", "Last tried"
ALL_SITES, OTHER_SITES = "All sites", "Other sites"
SITE_STATES = {"live": "online", "gone": "offline", "unknown": "unknown"}
STATES = {
    "archived": "Archived",
    "wanted": "Wanted",
    "in-web-archive": "In a web archive",
    "redirected": "Redirected",
    "lost": "Lost",
    "not-a-post": "Not a post",
    "withdrawn": "Withdrawn",
}
NOTHING_NEW = "No posts yet."
NOTHING_COUNTED = "No view counts recorded yet."
NOTHING_CHANGED = "No post has been edited since it was first captured."
NOTHING_GONE = "No post has been removed from its site."
HOW_TO_USE = "Cite, download, check"
HOW_TO_CITE = (
    "Every version of every post has a permanent address and ready citations, so a citation always leads to the same "
    "text. Zotero recognizes the pages."
)
HOW_TO_DOWNLOAD = "Download the results of any search in full, or the whole archive:"
HOW_TO_CHECK = "Each capture can be checked by its digest."
CHECK_WITHOUT_US = "How to check it without us"
FORMATS = (("csv", "CSV"), ("json", "JSON"), ("jsonl", "JSON lines"), ("atom", "Atom"), ("ris", "RIS"),
           ("bib", "BibTeX"), ("biblatex.bib", "biblatex"), ("csl.json", "CSL-JSON"))  # fmt: skip
AS_TABLE = "Show as a table"
UNTITLED = "Untitled"
#: Tags beside a post; more wait behind a summary.
NAMES_SHOWN = 12
#: Letters from which on a title is set smaller.
LONG_TITLE = 140
WITHDRAWN_POST = "A withdrawn post"
EMPTY = "Nothing is archived yet. Run ushrn crawl ADDRESS, or ushrn demo to try it."
EMPTY_COMMANDS = ("ushrn crawl https://www.example.org/", "ushrn demo --serve")
BADGES = {
    "added": "New",
    "changed": "Edited",
    "gone": "Removed",
    "gone-long": "Removed from its site",
    "returned": "Restored",
    "moved": "Moved",
    "withdrawn": "Withdrawn",
    "missing": "Not found",
}
EVENTS = {kind: BADGES[kind] for kind in ("added", "changed", "gone", "returned", "moved", "withdrawn")}
BADGE_CLASSES = {"changed": "edited", "gone": "gone", "gone-long": "gone", "missing": "gone", "withdrawn": "withdrawn"}


def overview_title(publisher: str, sites: list[str], first: str, last: str) -> str:
    """*publisher* empty: the sites are named; *first*, *last*: years, empty where no post has a date."""
    whose = publisher or (sites[0] if len(sites) == 1 else "these websites")
    years = f", {first} to {last}" if first != last else f", {first}" if first else ""
    return f"What {whose} published{years}"


def overview_lead(posts: int, sites: int, offline: int) -> str:
    """What is here, in one sentence; *offline*: sites that no longer answer."""
    now = {0: "", 1: ", one of them now offline"}.get(offline, f", {in_words(offline)} of them now offline")
    if sites == offline:
        now = ", now offline" if sites == 1 else ", all of them now offline"
    return (
        f"{plural(posts, 'post')} from {in_words(sites)} {'website' if sites == 1 else 'websites'}{now}: the text as captured, "
        "every edit between captures, and proof of what each page said and when."
    )


def sources(count: int) -> str:
    """Before the links."""
    return "Source:" if count == 1 else "Sources:"


def listed(kind: str, known: str, at: str, seen: str) -> str:
    """Under a title of the home page's lists. Days: when we learned of it, when it was, when the post was last seen."""
    if kind == EventKind.ADDED:
        return f"Archived {known} · captured {at}" if known != at else f"Archived {known}"
    return f"Last seen {seen}, not found since {at}"


def viewed(count: int, day: str) -> str:
    """``512 views, 26 November 2026``."""
    return f"{views(count)}, {day}" if day else views(count)


def all_edited(count: int) -> str:
    """The link below a list."""
    return "The one edited post" if count == 1 else f"All {plural(count, 'edited post')}"


def all_removed(count: int) -> str:
    """The link below a list."""
    return "The one removed post" if count == 1 else f"All {plural(count, 'removed post')}"


def site_state(state: str, tried: str | None) -> str:
    """``26 Nov 2026, online``; *tried*: when it last answered, UTC."""
    said = SITE_STATES.get(state, state)
    return f"{short_day(tried)}, {said}" if tried else said.capitalize()


def views(count: int | None) -> str:
    """``1 view``."""
    return plural(count or 0, "view")


def bar_label(count: int) -> str:
    """What stands behind the name and the number of a bar, for who hears it."""
    return count_word(count, POST_WORDS) if count else f"0 {POST_WORDS[1]}"


def line_summary(what: str, first: tuple[str, int], last: tuple[str, int]) -> str:
    """What a line chart shows, in words."""
    return f"{what}: {first[1]:,} on {day(first[0])}, {last[1]:,} on {day(last[0])}"


# Browse, and what is missing
BROWSE_TITLE = "Browse"
BROWSE_WORDS = "Ways into the archive without a search. Each number says how many posts its link leads to."
BROWSE_BY = {
    "site": "By site",
    "category": "By category",
    "tag": "By tag",
    "author": "By author",
    "language": "By language",
}
BROWSE_ALL = (
    ((("sort", "newest"),), "All posts, newest first"),
    ((("sort", "oldest"),), "Oldest first"),
    ((("sort", "views"),), "Most viewed"),
)
#: (what is filtered by, its value) → how these posts are called.
BROWSE_SOME = {
    ("year", "undated"): "Undated",
    ("pdf", "yes"): "With a PDF",
    ("q", "is:changed"): "Edited",
    ("gone", "yes"): "Removed from their site",
}
STATE_WORDS = {
    "wanted": "Addresses that a sitemap, feed, list or link named as a post, and that have not been captured yet.",
    "lost": "Addresses of posts whose site is offline and of which no web archive that was asked has a copy.",
    "in-web-archive": "Addresses of posts that a web archive has; they have not been recovered yet.",
    "redirected": "Addresses that were listed as posts and lead to another page.",
    "not-a-post": "Addresses that were listed as posts; what is there is not a post.",
}
WHY, NAMED_BY, NEXT_TRY = "Why", "Listed by, first on", "Next try"
NOT_TRIED, NEXT_RUN = "not asked for yet", "next run"
NOTHING_MISSING = "No address is in this state."


def counted_way(words: str, count: int) -> str:
    """``Undated: 3``."""
    return f"{words}: {count:,}"


def missing_title(state: str, total: int, site: str) -> str:
    """*site* empty: of all sites."""
    return f"{STATES[state]}: {plural(total, 'address', 'addresses')}{f', {site}' if site else ''}"


# Searching
SEARCH_LABEL = "Search the posts"
SEARCH_BUTTON = "Search"
TRY = "Try"
#: Where an archive has nothing for one of them, one of its own words stands in for it.
EXAMPLES = ('"universal periodic review"', "police -prison", "organi* after:2020")
OR_PASTE, PASTE = "or paste any web address a post has had.", "You can paste any web address a post has had, too."
SEARCH_HELP = "How to search"


# The data bench
def empty_columns(count: int) -> str:
    """Columns of a row in which nothing stands."""
    return f"{plural(count, 'column')} without a value"


BENCH_TITLE = "The database"
BENCH_LEAD = "All tables behind the reading room, each also as JSON and CSV. What their columns mean:"
BENCH_VIEWS = "Views"
BENCH_SEARCH = "Rows with these words"


def internal_tables(count: int) -> str:
    """Indexes, and what the database keeps for itself."""
    return plural(count, "internal table")


BAD_QUESTION = "This table can’t be shown that way. The data dictionary lists its columns."
TABLE, ROW, AS_JSON, AS_CSV = "Table", "Row", "JSON", "CSV"
NO_ROWS, NEXT_ROWS, EMPTY_VALUE = "No rows.", "Next rows", "empty"
COLUMN_MEANINGS = "What the columns mean"
BENCH_DESCRIPTION = "All tables behind the reading room, for filters, facets and CSV. The pages to read are at /"

SORTS = {"relevance": "best match", "newest": "newest", "oldest": "oldest", "views": "most viewed",
         "comments": "most comments"}  # fmt: skip
SORT, APPLY = "Sort by", "Apply"
FACETS = {"site": "Site", "category": "Category", "tag": "Tag", "author": "Author", "pdf": "Attachments",
          "language": "Language", "gone": "On the original site"}  # fmt: skip
FLAGS = {"pdf": {"yes": "PDF", "no": "None"}, "gone": {"yes": "Removed", "no": "Yes"},
         "year": {"undated": "undated"}}  # fmt: skip
FILTER_NAMES = {"site": "site", "year": "year", "category": "category", "tag": "tag", "author": "author",
                "pdf": "attachments", "gone": "on the original site",
                "language": "language", "after": "from", "before": "before"}  # fmt: skip
POSTS_SHORT = "Posts"
FOR_EXCEL = "CSV for Excel"
FEED_OF_SEARCH = "Follow as a feed"
ALSO, ONLY_MY_WORDS = "Also searched for:", "Only my words"
CHOSEN, REMOVE = "Chosen filters", "Remove the filter"
NARROW = "Filter results"
YEAR_OF_PUBLICATION = "Results by year"
NOTHING_FOUND = "No posts match this search"
UPDATED, GONE = "updated", "removed from its site"
NO_DATE_SHORT = "no date"
PAGES, PREVIOUS, NEXT, PAGE = "Pages of results", "Previous", "Next", "Page"
DOWNLOAD, CLOSE, COMPLETE = "Download", "close", "Complete, in this order."
QUERY, FILTERS, RESULTS, AS_OF, WEB_ADDRESS = "Query", "Filters", "Results", "Archive as of", "Address"
RESULT_LIST = "SHA-256 of the result list"
DATE_RANGE, DATE_FROM, DATE_BEFORE = "Date range", "From", "Before"


def search_title(q: str) -> str:
    return f"Search: {q[:80]}" if q else "All posts"


def found(total: int) -> str:
    return plural(total, "post") + " found" if total else NOTHING_FOUND


MATCHED = {"all": "all words", "most": "all or most of the words", "any": "any of the words"}
NONE_EXACT = "Downloads hold exact results, and there are none."
ONLY_EXACT, NOT_COUNTED = "Only exact results", "Not in downloads, feeds or counts unless you ask for them."
DID_YOU_MEAN, OR_MEAN = "Did you mean", "or"
OF_THAT_DATE = "Posts of that date:"
NO_POST_AT = "No post with this address is in the archive."
WHY_NOT_HERE = "Addresses like this one, each with why"
LACKS = "Without"
NOTHING_MATCHES, EVERYTHING = "No posts match this search", "Start again from everything"
WHAT_IT_COVERS = "What this search covers"


def all_words(total: int) -> str:
    return f"{plural(total, 'post')} {'has' if total == 1 else 'have'} all of these words"


def further(matched: str, total: int, before: int, telling: tuple[str, ...] = ()) -> str:
    any_word = " or ".join(f"“{word}”" for word in telling) or "one or more of them"
    much = "most of them" if matched == "most" else any_word
    verb = "has" if total == 1 else "have"
    if before:
        return f"{total:,} more {verb} {much}"
    return f"No post has all of these words; {total:,} {verb} {much}"


def have_all(total: int, words: int) -> str:
    """Beside a query of so many *words* that was offered."""
    if not total:
        return ""
    return f"{plural(total, 'post')} {'has' if total == 1 else 'have'} it." if words == 1 else f"{all_words(total)}."


def in_no_post(words: tuple[str, ...]) -> str:
    """Of at least one word."""
    *first, last = (f"“{word}”" for word in words)
    if not first:
        return f"{last} is in no post of this archive."
    return f"{', '.join(first)} and {last} are in no post of this archive."


CITE_SEARCH = "Cite this search"


def cited_search(archive: str, words: str, filters: list[str], total: int, on: str, address: str, digest: str) -> str:
    said = [archive, f"search for “{words}”" if words else "all posts", *filters, plural(total, "result")]
    said += [f"as of {day(on)}" if on else "", address, f"result list {digest[:12]}" if digest else ""]
    return ", ".join(filter(None, said)) + "."


def with_more(total: int) -> str:
    return f"With the {total:,} more"


def step(without: str, instead: str) -> str:
    if instead:
        return f"With {instead} instead of {without}"
    return f"Without {without}" if without else EVERYTHING


def step_gives(reason: str, total: int) -> str:
    return f"{reason} {plural(total, 'post') if total else 'Still nothing'}".strip()


def covers(posts: int, wanted: int, lost: int) -> str:
    missing = [
        f"{count:,} {'is' if count == 1 else 'are'} {what}"
        for count, what in ((wanted, "still wanted"), (lost, "lost"))
        if count
    ]
    said = f"Titles, texts, captions and attached PDFs of {plural(posts, 'post')}."
    unseen = f" Of the posts that the sites listed, {' and '.join(missing)}: their words can’t be searched."
    return said + (unseen if missing else "")


def page_of(page: int, pages: int) -> str:
    return f"page {page:,} of {pages:,}"


def filter_these(total: int) -> str:
    """The heading of the filters."""
    match total:
        case 0:
            return NARROW
        case 1:
            return "Filter this result"
        case _:
            return f"Filter these {plural(total, 'result')}"


def take_others(count: int) -> str:
    """The link that downloads what is not exact, where nothing is."""
    return f"Download the {plural(count, 'other')} (CSV)" if count != 1 else "Download the other one (CSV)"


def take_these(total: int) -> str:
    """The heading of the downloads."""
    return f"Download these {plural(total, 'result')}" if total != 1 else "Download this result"


def months_of(year: str) -> str:
    """Above the months of a year."""
    return f"Months of {year}"


def results_of(page: int, size: int, total: int) -> str:
    """Which of all results are on this page."""
    return f"Results {(page - 1) * size + 1:,} to {min(page * size, total):,} of {total:,}"


#: Facet → its values, as a plural.
FACET_VALUES = {"site": "sites", "category": "categories", "tag": "tags", "author": "authors", "language": "languages",
                "pdf": "kinds of attachments", "gone": "states"}  # fmt: skip
BACK_TO_RESULTS = "Back to the results"


def all_values(facet: str, count: int) -> str:
    """``All 312 tags``."""
    return f"All {count:,} {FACET_VALUES[facet]}"


RELATED, ALSO_PUBLISHED, SHARES_PASSAGES = "Related posts", "Also published as", "Shares passages with"
SHOW_PASSAGES = "Show the passages"


def passages_in_common(count: int) -> str:
    """``3 passages in common``."""
    return f"{plural(count, 'passage')} in common"


def first_passages(shown: int, count: int) -> str:
    """Below passages that are too many to be shown."""
    return f"The first {shown:,} of {count:,}."


def near_line(when: str | None, site: str) -> str:
    """When and where another post was published."""
    return f"{day(when) if when else NO_DATE_SHORT} · {site}"


def asked_for(query: str, total: int) -> str:
    """Which posts a list of values is of."""
    return f"Of the {posts(total)} found by “{query}”." if query else f"Of {posts(total)}."


def chosen(name: str, label: str) -> str:
    return f"{FILTER_NAMES.get(name, name)}: {label}"


def page_number(number: int) -> str:
    return f"Page {number:,}"


def page_in_the_original(number: int) -> str:
    return f"Page {number:,} of the original file"


def found_on_pages(found: int, pages: int) -> str:
    """Above a file's text; the numbers of the pages follow."""
    return f"Found on {found:,} of {plural(pages, 'page')}:"


def all_links(count: int) -> str:
    return f"All {links(count)}"


def all_captures(count: int) -> str:
    return f"All {captures(count)}"


def all_counts(count: int) -> str:
    return f"All {counts(count)}"


def all_events(count: int) -> str:
    return f"All {events(count)}"


def all_versions(count: int) -> str:
    return f"All {versions(count)}"


def newest_counts(shown: int, count: int) -> str:
    """Beside a chart and a table that do not go back to the first count."""
    return f"Chart and table show the newest {shown:,} of {counts(count)}."


def all_posts(count: int) -> str:
    return f"All {posts(count)}"


def in_file(name: str, page: int | None) -> str:
    return f"In the file {name[:80]}, page {page}:" if page else f"In the file {name[:80]}:"


def more(count: int) -> str:
    return f"{count:,} more"


def undated(count: int) -> str:
    return f"Undated ({count:,})"


def take(total: int) -> str:
    return f"All {plural(total, 'result')}, in this order." if total > 1 else "The result, in these formats."


# A post's body
PICTURE = "Picture:"
PICTURE_WITHOUT_WORDS = "Image (no description)"


def original_at(host: str) -> str:
    return f"original at {host}" if host else "original"


def table_label(number: int) -> str:
    return f"Table {number}"


# A post
COPY_LABEL = "This copy"
ARCHIVED_COPY = "Archived copy."
EARLIER_COPY = "An earlier version,"
PERMALINK_SHORT, ORIGINAL, DETAILS = "Permalink", "Original", "Details"
BY, ON_ORIGINAL_SITE, ATTACHMENT, TEXT_OF_POST = "By", "On the original site", "Attachment", "Text"
CATEGORY, TAG = "Category", "Tags"
ORIGINAL_ADDRESS, PERMANENT_LINK = "Original address", "Permanent link"
NO_DATE_KNOWN = "no date known"
CITE_SHORT, ABOUT_THIS_COPY = "Cite", "About this copy"
LAST_SEEN_THERE, NOT_FOUND_SINCE, CAPTURED_ON = "Last seen there", "not found since", "captured on"
CAPTURED_THIS, IS_LATEST = "This version was captured on", "and is the latest."
LAST_CAPTURED, LAST_UNCHANGED = "last captured", "last captured, unchanged"
WHAT_THIS_PROVES = "What this proves, and what not"
COMPARE_VERSIONS, ALL_VERSIONS = "Compare versions", "All versions"
CAPTURED_WORD, SHA_OF_PAGE = "Captured", "SHA-256 of the page"
SHOWN_HERE = "Shown here"
NO_COUNTS = "No view counts recorded."
BASES = {
    "meta": "from the page’s metadata",
    "json-ld": "from structured data in the page",
    "embedded": "from data in the page",
    "shown": "as the site showed it",
    "url": "from the address",
    "text": "from a date line in the text",
}
PUBLISHED, UPDATED_TITLE, SOURCE = "Published", "Updated", "Source"
CITE, LIFE, PROVENANCE = "Cite this version", "History", "Proof"
FILES, FILE_WITHOUT_NAME = "Files", "A file without a name"
FILE_KEPT, FILE_NOT_KEPT = "Download the file from this archive", "The file itself is not in this archive."
FILE_HIDDEN = "The page listed this file without a link."
FILE_TEXT, FILE_WHOLE_TEXT = "Beginning of its text", "Full text"
FILE_TEXT_WORDS = "The text of the file, as far as a program could read it."
FILE_WITHOUT_TEXT = "No text could be read from this file: a search finds it by its name alone."
NO_SUCH_FILE = "The post offers no such file, or its text could not be read."
PAGE_WITHOUT_TEXT, FOUND_ON_NO_PAGE = "No text on this page.", "The words are in the post, not in this file."
LINKS_TITLE = "Links"
WHAT_HAPPENED = "Events"
VIDEOS = "Videos"
CITE_WITHOUT_CAPTURE = (
    "The archive has no capture of this version, and so no address of it that stays: cite its original address."
)
CITE_HINT = "Cites the version shown here. Select a block to copy it."
CITE_FILES = (("ris", "RIS"), ("bib", "BibTeX"), ("biblatex", "biblatex"), ("json", "CSL-JSON"))
PARAGRAPH_LINK = "Link to this paragraph"
PERMALINK = "Permanent address of this version"
SEALED = "Sealed by the chain value"
CAPTURED, RECORD_DIGEST = "Captured", "SHA-256 of the capture’s record"
VIEWS, COMMENTS, LIKES = "Views", "Comments", "Likes"
COUNTS_TABLE = "All counts"
WHEN, FROM, STATUS, VERDICT, RAW = "When", "From", "Status", "Result", "Download"
COUNT_SOURCES = {
    "page": "the page",
    "embedded": "the page’s data",
    "endpoint": "the site’s counts",
    "text": "a text dump",
}
EVENT_SENTENCES = {
    "added": "first captured",
    "changed": "edited",
    "gone": "no longer on its site",
    "returned": "restored",
    "moved": "found at another address",
}
CURRENT, WHAT_CHANGED, COMPARE = "(the latest)", "what changed", "Compare"
SEEN, SHOWN_CAPTURE = "Captured", "Captured (this version)"
PAGE_DIGEST, CONTENT_DIGEST = "SHA-256 of the page", "SHA-256 of the content"
READ_BY = "Extracted with"
CAPTURE_BASES = {
    "clock": "time from our clock",
    "given": "as given",
    "page": "from data in the page",
    "file-time": "the file’s own time",
}
CAPTURE_SOURCES = {"live": "the live site", "wayback": "the Wayback Machine", "commoncrawl": "Common Crawl",
                   "warc": "a WARC file", "file": "a saved file"}  # fmt: skip
#: In the margin of the captures: who made them, and whose times they have.
CAPTURED_BY = {"live": "By this archive’s own visits", "wayback": "From the Wayback Machine",
               "commoncrawl": "From Common Crawl", "warc": "From web archive files", "file": "From saved files"}  # fmt: skip
CAPTURED_BY_WORDS = {"live": "times from our clock", "wayback": "times as given there",
                     "commoncrawl": "times as given there", "warc": "times as written in them"}  # fmt: skip
VERDICTS = {"new": "first version", "changed": "changed", "same": "unchanged", "older": "an older state",
            "worse": "not readable as the post", "missing": "missing", "gone": "gone", "returned": "restored",
            "redirect": "a redirect"}  # fmt: skip
RAW_WORDS = "Download any capture exactly as received; compare its SHA-256 with the one shown."
RAW_ELSEWHERE = (
    "This copy of the archive was published without the captured pages; the full archive has them, under these digests."
)
IMAGES, IMAGES_WORDS = "Pictures", "Links lead to the originals, if they are still there."
LINKS_OUT, LINKED_FROM, IN_THIS_ARCHIVE = "Links in the text", "Posts that link here", "in this archive"

GO_TITLE = "Find a post by its address"
GO_WORDS = "Paste any web address the post has had."
GO_LABEL, GO_BUTTON = "Paste the web address of the post", "Find"
GO_EXAMPLE = "example.org/post/…"
GO_HINT = "Any form will do: without https, with tracking, from web.archive.org, or only its last part."


def no_such_post(slug: str) -> str:
    return f"There is no post “{slug[:80]}” here. Try searching for it."


def removed_between(seen: str, since: str) -> str:
    """Days: last seen, first not found."""
    return f"between {seen} and {since}" if seen != since else f"on {since}"


def one_count(count: int, day: str) -> str:
    """Where there is no line to draw."""
    return f"{views(count)} on {day}, the only count recorded."


def dates_of(published: str | None, updated: str | None) -> str:
    """Under the title; days as precise as they are known."""
    if published and updated:
        return f"{day(published)}, updated {day(updated)}"
    return day(published) or (f"updated {day(updated)}" if updated else NO_DATE_KNOWN)


def captures_in_all(count: int) -> str:
    """Below the last capture."""
    return f"{plural(count, 'capture')} in all"


def version_of(number: int, total: int) -> str:
    """On paper: which version."""
    return f"version {number:,} of {total:,}"


def comments(count: int | None) -> str:
    return plural(count or 0, "comment")


def likes(count: int | None) -> str:
    return plural(count or 0, "like")


def words(count: int) -> str:
    return plural(count, "word")


def seen(first: str, last: str, captures: int) -> str:
    if first == last:
        return f"{first} ({plural(captures, 'capture')})"
    return f"first {first}, last {last} ({plural(captures, 'capture')})"


def read_by(layout: str | None, reader: int | None) -> str:
    return f"rules “{layout or 'unknown'}”, version {reader if reader is not None else '–'}"


def captures(count: int) -> str:
    return plural(count, "capture")


def images(count: int) -> str:
    return plural(count, "picture")


def links(count: int) -> str:
    return plural(count, "link")


def counts(count: int) -> str:
    return plural(count, "count")


def events(count: int) -> str:
    return plural(count, "event")


def versions(count: int) -> str:
    return plural(count, "version")


# Downloads
def feed_title(archive: str, q: str) -> str:
    """*archive*: its name."""
    return f"{archive}: {q[:80]}" if q else archive


def changes_feed(archive: str) -> str:
    """*archive*: its name."""
    return f"{archive}: changes"


# Changes
CHANGES_TITLE = "Changes"
CHANGES_WORDS = (
    "New, edited, removed and restored posts, newest first by the day this archive learned of them. "
    "Each line also says when the page was captured."
)
FOLLOW, FOLLOW_WORDS, FOLLOW_ALL = "Follow", "In a feed reader:", "all changes"
FOLLOW_SELECTION, FOLLOW_HOLDS = "only this selection", "The feed holds the newest 50, each with both times."
FOLLOW_SEARCH = "A search can be followed too: look for “Follow as a feed” beside its results."
FOLLOW_MAIL, FOLLOW_COMMAND = "For a digest by mail:", "ushrn changes --since DAY --format html"
ALL_EVENTS, KINDS, EARLIER, NEWEST = "All", "Kind", "Older", "Newest"
NO_SUCH_CHANGE = "No changes match these filters."
NOTHING_HAPPENED = "No changes recorded yet."

CAME_FROM = {
    "wayback": "recovered from the Wayback Machine",
    "commoncrawl": "recovered from Common Crawl",
    "warc": "from a WARC file",
    "file": "from a saved page",
}


def changes_count(shown: int, count: int) -> str:
    """Beside a day: *shown* of its changes stand on this page."""
    return plural(count, "change") if shown == count else f"{shown:,} of {plural(count, 'change')}"


def changes_of(first: int, last: int, total: int) -> str:
    """Which of all changes are on this page."""
    return f"Changes {first:,} to {last:,} of {total:,}"


def changes_by_month(year: str) -> str:
    """Above a chart."""
    return f"Changes by month, {year}"


def change_label(count: int) -> str:
    """What stands behind the name and the number of a bar, for who hears it."""
    return count_word(count, ("change", "changes")) if count else "0 changes"


def change_meta(kind: str, at: str, site: str, source: str | None, last_seen: str, missing: str | None) -> str:
    """When it was captured and where from; *missing*: since when the post that is back had been missing."""
    captured = f"{'Not found' if kind == EventKind.GONE else 'Captured'} {day(at)}"
    if source in CAME_FROM:
        captured += f", {CAME_FROM[source]}"
    more = {
        "gone": f"last captured {day(last_seen)}",
        "returned": f"had been missing since {day(missing)}" if missing else "",
    }
    return " · ".join(filter(None, (captured, site, more.get(kind, ""))))


def withdrawal_meta(at: str, site: str, reason: str | None) -> str:
    """When something was withdrawn, where it had been captured, and why."""
    return " · ".join(filter(None, (f"Withdrawn {day(at)}", site, reason)))


def both_times(kind: str, at: str, known: str) -> str:
    """In a feed: when it was captured, and when this archive learned of it."""
    if kind == EventKind.WITHDRAWN:
        return f"Withdrawn {at}."
    return f"{'Not found' if kind == EventKind.GONE else 'Captured'} {at}; known here since {known}."


# About
ABOUT_TITLE = "What this archive can prove, and what it cannot"
ABOUT_LEAD = (
    "Written for a reader who has to decide whether to rely on a page from here: an editor, a researcher, a court."
)
ON_THIS_PAGE = "On this page"
ABOUT_PARTS = (
    ("steps", "In four steps"),
    ("proves", "What each part proves"),
    ("method", "How it is made"),
    ("searching", "How to search"),
    ("dates", "Dates"),
    ("counts", "Views and comments"),
    ("limits", "Limits"),
    ("withdrawal", "Withdrawal"),
    ("sites", "The sites"),
    ("check", "Check it yourself"),
)
FOUR_STEPS = "In four steps"
ABOUT_STEPS = (
    ("Captured", "A program asks the site for a page as any reader would, and keeps the answer byte for byte with the "
     "time from its clock."),
    ("Fingerprinted", "A SHA-256 digest is taken of the bytes. Change one letter and the digest no longer fits."),
    ("Sealed", "Each run ends with a checkpoint over every capture so far. Whoever kept one can see if anything before "
     "it was altered, added or removed."),
    ("Timestamped", "Where the operator asks for it, independent authorities sign the checkpoint’s digest with their own "
     "clocks: it existed by then."),
)  # fmt: skip
EXHIBIT_OFFER = (
    "To hand a post over, take its exhibit: the button on its page, or beside a search with few posts. It is one file that "
    "prints, holds the captures and the proof, and checks itself without this archive."
)
EACH_PART_PROVES = "What each part proves"
IF_YOU_DOUBT, THIS_ANSWERS, RESTS_ON = "If you doubt that …", "… this answers it", "It rests on"
PROVES = (
    ("the text here is the text that was captured", "the post is derived again from the bytes and compared",
     "published rules, open source"),
    ("the bytes are unaltered since capture", "digest, proof of inclusion, checkpoint",
     "SHA-256, the archive’s signing key"),
    ("the capture is as old as it says", "timestamp: existed by that time", "outside authorities, where they were asked"),
    ("nothing was removed from the record", "consistency between any two checkpoints",
     "a checkpoint that someone else kept"),
    ("the site really sent this", "not proved by mathematics", "the operator’s word; other archives’ copies"),
)  # fmt: skip
ABOUT_METHOD_TITLE = "How it is made"
ABOUT_METHOD = (
    "A program visits the websites, finds the addresses of posts in their sitemaps, feeds, lists and links, and keeps each "
    "page exactly as it was served. From those captures, and from nothing else, it reads what these pages show. Sites "
    "that are gone are recovered from public web archives.",
    "When the same post is captured again and its title, text, author, dates, links or pictures differ, that is a new "
    "version; the earlier ones stay. Nothing is filled in by guessing: what a source does not say is left empty.",
)
CHECK_YOURSELF = "Check it yourself"
CHECKS = (
    ("Take the archive, and let its program recompute every digest and read every post again:", "ushrn verify"),
    ("If you noted a checkpoint or a chain value earlier, name it:", "ushrn verify --chain VALUE"),
)
NEWEST_CHECKPOINT, NUMBER, MADE, ROOT = "Newest checkpoint", "Number", "Made", "Root"
WRITE_IT_DOWN = "Write it down: whoever kept one can show later whether anything before it was changed."
ABOUT_WITHDRAWAL = "Withdrawal"
WITHDRAWAL_WORDS = (
    "A post can be withdrawn, for instance where it names a person at risk. Its words are then erased from this archive and "
    "all it publishes; copies that others hold are beyond its reach. The digest stays in the record, so every other "
    "proof still holds."
)
NEWEST_RUNS, YEARS = "Newest runs", "Years"


def over_captures(number: int, size: int) -> str:
    """A checkpoint's number, and how many captures it covers."""
    return f"{number:,}, over {plural(size, 'capture')}"


ABOUT_SITES, ADDRESS = "The sites", "Address"
ABOUT_SEARCHING = "How to search"
SEARCHING_WORDS = (
    "You can type anything; text that is not a search rule is treated as plain words. Words are found in all their forms (organize, "
    "organizing), phrases in quotation marks exactly as written. The texts of attached PDFs are searched too where they "
    "were kept, and results say so."
)
WRITE, TO_FIND = "Write", "To find posts with"
SYNTAX = (
    ("human rights", "both words, in any form"),
    ('"universal periodic review"', "exactly these words, side by side"),
    ("water OR housing", "either word"),
    ("police -prison", "the first word and not the second"),
    ("organi*", "words that begin with organi"),
    ("(water OR housing) Detroit", "grouping"),
    ("NEAR(water rights, 5)", "the words at most five words apart"),
    ("title:water", "the word in the title; also author: and body:"),
    ('tag:"racial justice"', "that tag; also category: and site:"),
    ("after:2016 before:2018-06", "publication from 2016 on, before June 2018; also year:2016"),
    ("is:gone", "posts removed from their site; also is:changed and is:undated"),
    ("has:pdf", "an attached PDF; also has:image and has:video"),
    ("language:es", "texts in Spanish"),
)
SEARCHING_ORDER = (
    "Best match weighs words in the title most, then the summary, then the body. A search is fully described by its web "
    "address: bookmark it, share it, or follow it as a feed."
)
SYNONYMS = "Spellings that are found together"
SYNONYMS_WORDS = "Searching for any of these also finds the others on its line, except inside quotation marks."
ABOUT_DATES = "Dates"
DATES_WORDS = (
    "Each date says where it comes from, never more precise than the source. Times are UTC. We never guess a missing "
    "year. Copies from other archives carry those archives’ times and rest on their word."
)
NO_DATE = "no date of publication"
ABOUT_COUNTS = "Views, comments and likes"
COUNTS_WORDS = (
    "Counts are what the site showed to the public at the time of a capture, and are kept for each capture. They count page "
    "views as the site does, not readers. A placeholder zero is left empty."
)
CAPTURES_WORDS = "Every server response kept, whether a post, a list or an error page:"
ABOUT_LIMITS = "Limits"
LIMITS = (
    "Pictures, videos and players are named and linked, not kept, unless a capture of the file itself is in the archive.",
    "A capture shows one moment. Edits undone between two captures are not recorded. A page that no one captured is not "
    "here, and its absence proves nothing.",
    "The seals say nothing about the time before the first of them. A timestamp shows that a page existed by a certain "
    "time. It does not show who wrote it, or that what it says is true.",
    "“Removed” means that the site answered that there is no such page, not why.",
    "Comments by readers are counted, not kept.",
)
MISSING = {
    "undated": ("post without a date", "posts without a date"),
    "author": ("post without an author", "posts without an author"),
    "views": ("post without a view count", "posts without a view count"),
    "language": ("post whose language is unknown", "posts whose language is unknown"),
    "truncated": (
        "capture that was cut short or could not be decoded; it says why",
        "captures that were cut short or could not be decoded; each says why",
    ),
}
ABOUT_PROBLEMS = "Open problems"
NO_PROBLEMS = "None."
STAGE, KIND, LEVEL, PAGES_COUNT, LAST_SEEN = "Stage", "Problem", "Level", "Pages", "Last seen"
RUN, NEW, CHANGED, GONE_SHORT, CHAIN = "Run", "New", "Changed", "Gone", "Chain value"
NO_SUCH_BYTES = "No captured page or file has that digest."

# Data dictionary
DICTIONARY_TITLE = "Data dictionary"
DICTIONARY_WORDS = (
    "The results of any search can be downloaded in full, in their order. An empty cell means that the source "
    "does not say; times are UTC, as precise as their source."
)
DOWNLOADS_TITLE = "Downloads"
FORMAT_WORDS = {
    "csv": "UTF-8, comma, CR LF, one row per post; lists are joined by “; ”",
    "json": "one array of objects; lists are arrays",
    "jsonl": "one object per line",
    "atom": "a feed: an alert for this search in any feed reader",
    "ris": "for Zotero, EndNote and others",
    "bib": "BibTeX (@misc) for LaTeX",
    "biblatex.bib": "biblatex (@online) for LaTeX",
    "csl.json": "CSL-JSON for pandoc, Zotero and others",
}
DOWNLOADS_WORDS = (
    "Add any search after the file ending: /search.csv?q=water&year=2016. The header X-Total-Count gives the number of "
    "rows. These can be added:"
)
DOWNLOAD_OPTIONS = (
    ("columns=url,title,views", "only these columns, in this order"),
    ("bodies=0", "without the full texts"),
    ("excel=1", "CSV for spreadsheets: with a byte order mark, and no cell that would be taken for a formula"),
)
PACKAGE_WORDS = "the same description for programs (Frictionless Data Package)"
COLUMNS_TITLE = "Columns of CSV and JSON"
MORE_COLUMNS = "More columns (columns=...)"
TABLES_TITLE = "Tables"
TABLES_WORDS = "The archive is one SQLite file. Its tables can be browsed, filtered and counted in the"
COLUMN, TYPE, MEANING = "Column", "Type", "Meaning"


def posts_with(number: int, words: str) -> str:
    return f"{plural(number, 'post')}: {words}"


def captures_from(number: int, words: str) -> str:
    return f"{plural(number, 'capture')} from {words}"


def captures_dated(number: int, words: str) -> str:
    return f"{plural(number, 'capture')}: {words}"


def rows(count: int) -> str:
    return plural(count, "row")


def row_number(number: int) -> str:
    return f"Row {number:,}"


def table_title(table: str) -> str:
    return f"Table {table}"


def bytes_of(length: int) -> str:
    return plural(length, "byte")


def columns(count: int) -> str:
    return plural(count, "column")


# Revisions
TO_POST = "Go to the latest version"
DIFF_TO_CURRENT = "Compare with the latest version"
DIFF_TITLE = "What changed"
BEFORE, AFTER = "Before", "After"
FOLD, UNFOLD, TURN = "Only changes", "Whole text", "Swap"
COMPARE_VIEWS, VIEW = ("In one text", "Side by side", "As pictures of the page"), "View"
FOLDING, TURN_LABEL, PICTURES_CHANGED = "Unchanged paragraphs", "Before and after", "Pictures that changed"
IN_SHORT, FIELD, NONE = "In short", "Field", "none"
VERSIONS, ALL_CAPTURES, CALENDAR_OF_CAPTURES = "Versions", "All captures", "Calendar of captures"
THE_LATEST = "the latest"
DIFF_FIELDS, DIFF_TARGETS = "Details", "Links, pictures and files"
REMOVED, ADDED = "Removed:", "Added:"
FIELDS = {"title": "Title", "author": "Author", "published_at": "Published", "updated_at": "Updated"}
TARGETS = {"links": "Links", "images": "Pictures", "files": "Files"}
TARGET_WORDS = {"Links": "link", "Pictures": "picture", "Files": "file"}


def no_such_format(name: str, known: Iterable[str]) -> str:
    return f"There is no citation format “{name[:20]}”; there are: {', '.join(known)}."


def no_such_revision(name: str) -> str:
    return f"This post has no revision whose digest begins with “{name[:64]}”."


def revision_title(title: str, day: str) -> str:
    return f"{title}, as of {day}"


def diff_title(title: str) -> str:
    return f"What changed: {title}"


def diff_summary(added: int, removed: int) -> str:
    match added, removed:
        case 0, 0:
            return "the same words"
        case _, 0:
            return words_added(added)
        case 0, _:
            return words_removed(removed)
        case _:
            return f"{words_added(added)}, {removed:,} removed"


def looked_on(side: str, day: str) -> str:
    """The name of a frame with a capture: ``Before: as it looked, 2 March 2021``."""
    return f"{side}: {AS_IT_LOOKED_SHORT}, {day}"


def version_number(number: int) -> str:
    """Versions are counted from 1, the oldest."""
    return f"version {number:,}"


def words_added(count: int) -> str:
    """In the margin of a comparison."""
    return f"{plural(count, 'word')} added"


def words_removed(count: int) -> str:
    """In the margin of a comparison."""
    return f"{plural(count, 'word')} removed"


def replaced(changed: Iterable[tuple[str, int, int]]) -> str:
    """``1 picture replaced, 2 files added``; *changed*: (name in TARGETS, removed, added) of each kind that differs."""
    said = []
    for name, removed, added in changed:
        both = min(removed, added)
        counts = ((both, "replaced"), (removed - both, "removed"), (added - both, "added"))
        said += [f"{plural(count, TARGET_WORDS.get(name, name))} {what}" for count, what in counts if count]
    return ", ".join(said)


def unchanged(same: int, total: int) -> str:
    """In the margin of a comparison."""
    return f"{same:,} of {plural(total, 'paragraph')} unchanged"


def folded(count: int) -> str:
    return f"Show {plural(count, 'unchanged paragraph')}"


# Replay
NO_SUCH_FORM = (
    "A capture can be seen as a page, or had as bytes (`id_`), as a picture (`im_`) or as a style sheet (`cs_`)."
)
NO_HTTP_DATE = "Accept-Datetime must be a date as HTTP writes it: Tue, 09 Mar 2021 14:07:00 GMT."
WITHDRAWN = "What was captured here is no longer shown. All other proofs still hold. It will not come back."
LEADS_ELSEWHERE = "Leads to {url}, of which this archive has no capture"
NOT_KEPT = "Not kept in this archive:"
REPLAY_LABEL = "About this archived page"
ARCHIVED_PAGE, ARCHIVED_TEXT, CAPTURED_THEN = "Archived page", "Archived text", "captured"
DATED_BY_FILE = "dated by the file only"
OLDER, NEWER = "Older capture,", "Newer capture,"
ABOUT_POST, BYTES, PROOF = "About this post", "Bytes", "Proof"
TEXT_COPY = "A text copy. How the page looked was not kept."
LED_AWAY = "When it was captured, this address led to:"


def one_version(title: str) -> str:
    return f"There is one version of “{title}” here, and nothing to compare it with."


def not_archived(url: str) -> str:
    return f"This archive has no capture of {url}."


def count_captures(count: int) -> str:
    return plural(count, "capture")


# Pictures
PICTURES_TITLE = "Pictures"
PICTURES_SEARCH = "Words in captions, descriptions and titles"
PICTURE_OF = "In"
PICTURES_BEFORE, PICTURES_AFTER = "Previous", "Next"
NO_PICTURES, NO_PICTURES_YET = (
    "No picture here has these words.",
    "No pictures are kept here yet. A crawl or `ushrn recover` keeps them, unless told not to.",
)
WITH_PICTURES, ALL_PICTURES = "Posts that show pictures", "All pictures"
ORIGINAL_PICTURE = "Original picture"
AS_IT_LOOKED = "As it looked"


def pictures_lead(count: int, words: str) -> str:
    kept = plural(count, "picture")
    return f"{kept} with these words" if words else f"{kept}, kept as received"


def picture_in(title: str) -> str:
    return f"Picture in: {title}"


def cover_of(title: str) -> str:
    return f"Cover picture of: {title}"


def original_picture(size: str, day: str) -> str:
    return f", {size}, as captured on {day}"


# Captures
CAPTURES_TITLE, CALENDAR, ABOUT_CAPTURES = "Captures", "Calendar of", "About these captures"
NO_CAPTURES = "No capture of this post is in this copy of the archive."
WEEKDAYS = (
    ("M", "Monday"),
    ("T", "Tuesday"),
    ("W", "Wednesday"),
    ("T", "Thursday"),
    ("F", "Friday"),
    ("S", "Saturday"),
    ("S", "Sunday"),
)
CAPTURE_MARKS = {"first": "First captured", "same": "Captured", "edited": "Edited", "gone": "Not found"}
CAPTURE_KEY = (
    ("first", "first capture"),
    ("same", "captured, unchanged"),
    ("edited", "edited since the capture before"),
    ("gone", "not found on its site"),
)
KEY, SMALL_NUMBER = "Key", "A small number: several captures that day."
COMPARE_ANY, TAKE_CAPTURES, HOW_KNOWN = "Compare any two", "Take all captures", "How these are known"
CAPTURE_FILES = (("warc.gz", "WARC"), ("wacz", "WACZ"))
CAPTURE_FILES_WORDS = "WARC and WACZ open in the viewers that web archives use."


def captures_too_large(most: int) -> str:
    """*most*: bytes that are packed here."""
    return (
        f"The captures of this post are larger than {size(most)}: the operator can pack them with `ushrn export warc`."
    )


TAKE_CAPTURES_WORDS = "TimeMap and CDX are lists for programs."
SHA256, TIMEMAP, CDX = "SHA-256", "TimeMap", "CDX"
RESULT, SIZE, OPEN = "Result", "Size", "Open"
AS_IT_LOOKED_SHORT, BYTES_SHORT, TEXT_SHORT = "as it looked", "bytes", "text"


def captures_lead(count: int, first: str, last: str, edits: int, removed: str) -> str:
    """*removed*: when it was removed from its site, as `removed_between` says it; empty: it was not."""
    edited = {0: "Never edited", 1: "Edited once", 2: "Edited twice"}.get(edits, f"Edited {plural(edits, 'time')}")
    when = first if first == last else f"{first} to {last}"
    gone = f"; removed from its site {removed}" if removed else ""
    return f"{plural(count, 'capture')}, {when}. {edited}{gone}."


def captures_of_year(year: str, whole: bool) -> str:
    return f"All captures in {year}" if whole else f"First, last and every change in {year}"


def show_all_of(count: int, year: str) -> str:
    return f"Show all {count:,} of {year}"


def all_as_csv(count: int) -> str:
    return f"All {count:,} as CSV" if count > 1 else "As CSV"


def calendar_day(day: str, mark: str, count: int) -> str:
    several = f", {plural(count, 'capture')}" if count > 1 else ""
    return f"{day}, {mark.lower()}{several}"


# For programs
API_TITLE = "Archive of posts"
API_ABOUT = (
    "Read-only JSON. Every post comes with its permanent address, the day and SHA-256 of its capture, and quotes that "
    "stand in the stored text word for word."
)
API_NOT_HERE = "There is no such post or revision."
API_UNCLEAR = "A value is not of the form described, or the search is too long."
API_SELF, API_POSTS = "This description", "All posts, newest first, a page at a time"
API_SEARCH = "Posts that a query finds, best first; those with most or any of its words follow, marked so"
API_FIND = "A post by any address that leads to it"
API_READ, API_REVISIONS = "A post with its whole text, as it was at a time", "All versions of a post, oldest first"
API_COMPARE, API_CITE = "What changed in a post between two times", "Citations of a post as it was at a time"
API_CHANGES = "What this archive learned, newest first"
API_COVERAGE = "Addresses ever listed as posts, by what became of them"
API_PARAMETERS = {
    "page": "From 1",
    "size": "How many on a page",
    "sort": "relevance, newest, oldest, views or comments",
    "q": "The query, as in the search box",
    "match": "all, most or any: how much of the query a post must have to be counted",
    "year": "2021, or undated; may be repeated, as the other filters",
    "category": "A category, by name",
    "tag": "A tag, by name",
    "author": "An author, by name",
    "pdf": "yes or no: has a PDF",
    "gone": "yes or no: is removed from its site",
    "language": "A language, by the first part of its tag (BCP 47): es",
    "url": "Any address that leads to the post",
    "site": "Id of the site",
    "slug": "Last part of the post's address",
    "at": "A year, month, day or time in UTC; the latest version where it is missing",
    "before": "A year, month, day or time in UTC",
    "after": "A year, month, day or time in UTC; for lists, the address behind which to go on",
    "since": "A day, YYYY-MM-DD",
    "state": "archived, wanted, redirected, in-web-archive, lost, not-a-post or withdrawn",
}


def no_such_time(said: str) -> str:
    return f"expected a year, month, day or time in UTC (2021, 2021-05, 2021-05-03, 2021-05-03T14:05:00Z), found {said[:80]!r}"


def no_such_choice(said: str, known: Iterable[str]) -> str:
    return f"expected one of {', '.join(known)}, found {said[:80]!r}"


def no_such_number(said: str, most: int) -> str:
    return f"expected a number from 1 to {most}, found {said[:80]!r}"


def no_such_parameter(said: str, known: Iterable[str]) -> str:
    return f"there is no parameter {said[:80]!r} here; known are: {', '.join(known) or 'none'}"


def parameter_missing(name: str) -> str:
    return f"{name} is missing: {API_PARAMETERS[name][0].lower()}{API_PARAMETERS[name][1:]}"


def not_yet_captured(at: str) -> str:
    return f"This archive has no capture of the post from {at} or before."


NO_CHECKPOINT = "No checkpoint has been made yet: the next run makes one."
ALL_WITHDRAWN, NONE_WITHDRAWN = "Withdrawn posts", "No post has been withdrawn."
WITHDRAWN_ADDRESS, WITHDRAWN_SHORTENED = "Original address", "shown only as far as it names no one"
WITHDRAWN_CAPTURED, WITHDRAWN_REASON = "Captured", "Reason given"
WITHDRAWN_DIGEST, WITHDRAWN_SEALED = "SHA-256 of the last capture", "Withdrawal sealed"
NOT_SEALED, STATUS_410 = (
    "Not sealed yet: the next run will do it",
    "Status 410 (Gone). Remove copies and links of your own where you can.",
)
WITHDRAWN_MEANS = "What this means"
_WORDS_GONE = ("The words are gone.", "Nobody can read them here, in downloads, or in the archive’s file.")
#: What was withdrawn → what became of it, where it is not `_WORDS_GONE`.
_BECAME: dict[str, tuple[str, str]] = {
    WithdrawalKind.HIDDEN: (
        "What is withheld is kept.",
        "It stays in the archive’s file as evidence. Nobody can read it here or in downloads.",
    ),
    WithdrawalKind.PICTURE: (
        "The pictures are gone.",
        "Nobody can see them here, in downloads, or in the archive’s file.",
    ),
}
_WITHDRAWN_WORDS = (
    (
        "All other proofs still hold.",
        "The digest stays in the sealed record, so no other post’s proof is broken. Someone who holds a copy can show that it is the page captured here.",
    ),
    ("It will not come back", "by a later crawl or import."),
)


def withdrawn_means(kinds: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(bold, words) of what withdrawals of these *kinds* mean; of none: what one would mean."""
    became = dict.fromkeys(_BECAME.get(kind, _WORDS_GONE) for kind in kinds)
    return (*(became or (_WORDS_GONE,)), *_WITHDRAWN_WORDS)


EXHIBIT = "Exhibit (zip)"
SEALED_AT, EXISTED_BY = "Sealed", "Existed by"


def exhibit_of_at_most(most: int) -> str:
    return f"An exhibit made here holds up to {plural(most, 'post')}: narrow the search. The command “ushrn exhibit” makes larger ones."


def sealed_at(moment: str, number: int) -> str:
    return f"{moment}, {checkpoint(number)}"


_WITHDRAWN_WHAT: dict[str, str] = {
    WithdrawalKind.REVISION: "One version of this post",
    WithdrawalKind.CAPTURE: "One capture",
    WithdrawalKind.PICTURE: "The pictures of this post",
}


def withdrawn_title(kind: str) -> str:
    """Of the page in place of what was withdrawn."""
    return "This version has been withdrawn" if kind in _WITHDRAWN_WHAT else PROBLEMS[410]


def withdrawn_on(day: str, kind: str) -> str:
    if kind == WithdrawalKind.HIDDEN:
        return f"It was withheld on {day}. It is kept as evidence and shown nowhere."
    if kind in _WITHDRAWN_WHAT:
        verb = "were" if kind == WithdrawalKind.PICTURE else "was"
        return f"{_WITHDRAWN_WHAT[kind]} {verb} withdrawn from this archive on {day}, and erased from everything it publishes. The rest is still here."
    return f"It was withdrawn from this archive on {day}. Its text and pictures were erased from this archive and from everything it publishes."


def withdrawn_captures(count: int, first: str, last: str) -> str:
    return f"once, {first}" if count == 1 else f"{plural(count, 'time')}, {first} to {last}"


def withdrawn_sealed(number: int) -> str:
    return f"✓ checkpoint {number}"


def checkpoints_feed(name: str) -> str:
    return f"{name}: checkpoints"


def checkpoint_over(number: int, size: int) -> str:
    return f"Checkpoint {number}, over {plural(size, 'capture')}"


#: What a page is, for lists of search results; by its template. Those that are not here say what the archive is.
DESCRIPTIONS = {
    "search.html": "Search the archived posts by words, site, date, author, tag or language.",
    "values.html": "Every value by which the results of this search can be narrowed, with its number of posts.",
    "browse.html": BROWSE_WORDS,
    "changes.html": CHANGES_WORDS,
    "about.html": "What this archive can prove and what it cannot: its sources, dates, gaps, problems and seals.",
    "dictionary.html": "The tables and columns of this archive, what each means, and the formats in which they can be had.",
    "missing.html": "Addresses of posts that this archive knows of but has no text of, and what became of each.",
    "pictures.html": "The pictures kept with the archived posts, found by their captions, descriptions and titles.",
    "captures.html": "Every capture of one post: when it was made, where it came from, and what was received.",
    "life.html": "The history of one post: when it was published, edited, removed or restored, and each of its versions.",
    "links.html": "The links in one post, and the archived posts that link to it.",
    "file_text.html": "The text of a file that a post links to, page by page.",
    "go.html": "Find an archived post by any web address that it has had.",
    "withdrawn.html": "Posts withdrawn from this archive: when, for what reason, and what was kept as proof.",
    "diff.html": "Two versions of one post compared: what was added, removed or reworded between them.",
}
