"""Every word that the pages say, in English. Nothing else here; nothing of it anywhere else."""

from collections.abc import Iterable

from scraper.serve.formatting import day, plural

ARCHIVE = "USHRN posts archive"
SKIP = "Skip to the content"
NAV_LABEL = "Main"
NAV = (("search", "Search"), ("changes", "Changes"), ("about", "About"), ("data-dictionary", "Data"))
FOOTER = (
    "An archive of what the US Human Rights Network published, kept as it was served. "
    "The texts belong to their authors. This site sets no cookies and asks no other host for anything."
)
FOOTER_ABOUT = "Method and limits"
FOOTER_DICTIONARY = "Data dictionary"
FOOTER_FEED = "Changes as a feed"
FOOTER_BENCH = "Data bench (Datasette)"

# Problems
PROBLEMS = {
    400: "This cannot be asked",
    403: "Not for everyone",
    404: "Not in the archive",
    405: "Only reading here",
    410: "This post has been withdrawn",
    503: "Not at the moment",
}
FORBIDDEN = "This archive is not shown to everyone. Ask whoever runs this server."
ONLY_GET = "These pages can be read, and nothing else."
TOO_LONG = "This took too long and was stopped. Ask for less: fewer words, a longer beginning of a word, or one year."
BUSY = "The archive could not be read just now. Try again in a moment."
BROKEN = "The archive is damaged at this place. Whoever runs this server finds out more with `ushrn verify`."
TO_OVERVIEW = "To the overview"

# Overview
OVERVIEW_TITLE = "What the US Human Rights Network published"
OVERVIEW_LEAD = (
    "Every post that could be found on the network’s web sites, with its dates, its changes over time, "
    "and proof of what each page said when it was captured."
)
HOLDINGS = "In the archive"
POSTS = "posts"
PUBLISHED_BETWEEN = "published"
CAPTURES = "captures of pages"
CHANGED_POSTS = "posts changed after we first saw them"
GONE_POSTS = "posts gone from their site"
BY_YEAR = "Posts by year of publication"
COVERAGE = "What is here and what is not"
COVERAGE_WORDS = (
    "Addresses that a sitemap, feed, list or link named as a post, by what became of them. "
    "“Wanted” ones are still to be fetched, “lost” ones could be had nowhere."
)
SITE, SITE_STATE, YEAR = "Site", "State", "Year"
OTHER_SITES = "other sites"
SITE_STATES = {"live": "on line", "gone": "off line", "unknown": "not known"}
STATES = {
    "archived": "archived",
    "wanted": "wanted",
    "in-web-archive": "in a web archive",
    "redirected": "redirected",
    "lost": "lost",
}
MOST_VIEWED = "Most viewed"
NEWLY_CHANGED, NEWLY_GONE = "Newly changed", "Newly gone"
NOTHING_COUNTED = "No page showed a count yet."
NOTHING_CHANGED = "No post has changed since it was first seen."
NOTHING_GONE = "No post has disappeared."
HOW_TO_USE = "Cite and download"
HOW_TO_CITE = (
    "Each post has a page with ready citations (APA, Chicago, BibTeX, RIS) that name the date of the capture, and "
    "Zotero reads that page by itself. Revisions are named by a digest of their content, so a citation stays true."
)
HOW_TO_DOWNLOAD = "Every search can be downloaded whole, in these formats; without words it is the whole archive:"
FORMATS = (("csv", "CSV"), ("json", "JSON"), ("jsonl", "JSON lines"), ("atom", "Atom"), ("ris", "RIS"),
           ("bib", "BibTeX"), ("biblatex.bib", "biblatex"), ("csl.json", "CSL-JSON"))  # fmt: skip
AS_TABLE = "The same as a table"
UNTITLED = "Without a title"
EVENTS = {"added": "added", "changed": "changed", "gone": "gone", "returned": "back again"}


def last_run(command: str, when: str) -> str:
    return f"Last run: {command}, {when}."


def views(count: int | None) -> str:
    return plural(count or 0, "view")


def year_label(year: str, count: int) -> str:
    return f"{year}: {plural(count, 'post')}"


def line_summary(what: str, first: tuple[str, int], last: tuple[str, int]) -> str:
    return f"{what}: {first[1]:,} on {day(first[0])}, {last[1]:,} on {day(last[0])}"


# Searching
SEARCH_LABEL = "Search the posts"
SEARCH_BUTTON = "Search"
SEARCH_HINT = "Words, “exact phrases”, OR, -not, begin*, title: author: tag: site: after: before:"
SEARCH_HELP = "How to search"

# The data bench
BENCH_TITLE = "USHRN posts archive: the data bench"
BENCH_DESCRIPTION = "All tables behind the reading room, for filters, facets and CSV. The pages to read are at /"

SORTS = {"relevance": "best match", "newest": "newest", "oldest": "oldest", "views": "most viewed",
         "comments": "most discussed"}  # fmt: skip
SORT, APPLY = "Order", "Apply"
FACETS = {"site": "Site", "category": "Category", "tag": "Tag", "author": "Author", "pdf": "With a PDF",
          "gone": "Still on its site"}  # fmt: skip
FLAGS = {"pdf": {"yes": "with a PDF", "no": "without"}, "gone": {"yes": "gone", "no": "still there"},
         "year": {"undated": "without a date"}}  # fmt: skip
FILTER_NAMES = {"site": "site", "year": "year", "category": "category", "tag": "tag", "author": "author", "pdf": "PDF",
                "gone": "site", "after": "from", "before": "before"}  # fmt: skip
POSTS_SHORT = "Posts"
FOR_EXCEL = "CSV for Excel"
FEED_OF_SEARCH = "This search as a feed"
ALSO = "Also looked for:"
CHOSEN, REMOVE = "Chosen filters", "Remove the filter"
TO_FILTERS = "Narrow, or download"
NARROW = "Narrow the results"
YEAR_OF_PUBLICATION = "Year of publication"
TAKE = "Take the results with you"
NOTHING_FOUND = "No post has all of that."
NOTHING_FOUND_HINT = "Try fewer words, the beginning of a word (organi*), OR between words, or take away a filter."
UPDATED, UNDATED, GONE = "updated", "no date known", "gone from its site"
PAGES, PREVIOUS, NEXT = "Pages of results", "Previous page", "Next page"


def search_title(q: str) -> str:
    return f"Search: {q[:80]}" if q else "All posts"


def found(total: int) -> str:
    return plural(total, "post") + " found" if total else "Nothing found"


def page_of(page: int, pages: int) -> str:
    return f"page {page:,} of {pages:,}"


def chosen(name: str, label: str) -> str:
    return f"{FILTER_NAMES.get(name, name)}: {label}"


def in_file(name: str) -> str:
    return f"In the file {name[:80]}:"


def more(count: int) -> str:
    return f"{count:,} more"


def undated(count: int) -> str:
    return f"{plural(count, 'post')} without a date"


def take(total: int) -> str:
    return f"All {total:,} results, complete, in the order chosen." if total > 1 else "The result, in these formats."


# A post's body
PICTURE = "Picture:"
PICTURE_WITHOUT_WORDS = "without a description"


def original_at(host: str) -> str:
    return f"original at {host}" if host else "original"


def table_label(number: int) -> str:
    return f"Table {number}"


# A post
BASES = {
    "meta": "as the page’s metadata says",
    "json-ld": "as the page’s structured data says",
    "embedded": "as the page’s own data say",
    "shown": "as shown on the page",
    "url": "from the address",
    "text": "from a line of the text",
}
GONE_TITLE = "Gone."
PUBLISHED, UPDATED_TITLE, AUTHOR, CATEGORIES, TAGS = "Published", "Updated", "Author", "Categories", "Tags"
COUNTED, LANGUAGE, SOURCE = "Counted", "Language", "Source"
CITE, LIFE, PROVENANCE = "Cite this", "Its life", "Where it comes from"
FILES, FILE_WITHOUT_NAME = "Files", "A file without a name"
FILE_KEPT, FILE_NOT_KEPT = "Download the file from this archive", "The file itself is not in this archive."
FILE_HIDDEN = "The page offered this file without an address."
FILE_TEXT, FILE_CUT = "Text of the file", "(the data bench has the rest)"
VIDEOS = "Videos"
CITE_HINT = "Cites the version shown here. Select a block to copy it."
CITE_FILES = (("ris", "RIS"), ("bib", "BibTeX"), ("biblatex", "biblatex"), ("json", "CSL-JSON"))
PARAGRAPH_LINK = "Link to this paragraph"
PERMALINK = "Permanent address of this version"
SEALED, NOT_SEALED = "Sealed by the chain value", "not yet: the next run will do it"
CAPTURED, RECORD_DIGEST = "Captured", "SHA-256 of the capture’s record"
OLDER_REVISION, NEWER_REVISION, NEIGHBOURS = "Version before", "Version after", "Other versions"
VIEWS, COMMENTS, LIKES = "Views", "Comments", "Likes"
VIEWS_OVER_TIME, COMMENTS_OVER_TIME = "Views, as counted on each capture", "Comments, as counted on each capture"
COUNTS_TABLE = "All counts"
WHEN, FROM, STATUS, VERDICT, RAW = "When", "From", "Status", "What it was", "Bytes"
COUNT_SOURCES = {
    "page": "the page",
    "embedded": "the page’s data",
    "endpoint": "the site’s counts",
    "text": "a text dump",
}
WHAT_HAPPENED = "What happened"
EVENT_SENTENCES = {
    "added": "seen for the first time",
    "changed": "its content had changed",
    "gone": "it was gone from its site",
    "returned": "it was back on its site",
}
REVISIONS, CURRENT, WHAT_CHANGED = "Revisions", "(shown above)", "what changed"
FROM_REVISION, TO_REVISION, COMPARE = "Compare this revision", "with this one", "Compare"
SEEN, SHOWN_CAPTURE = "Seen", "Capture shown"
PAGE_DIGEST, CONTENT_DIGEST = "SHA-256 of the page", "SHA-256 of the content"
READ_BY = "Read by"
CAPTURE_BASES = {
    "clock": "by our clock",
    "given": "as given",
    "page": "by the page’s own data",
    "file-time": "by the file’s time",
}
CAPTURE_SOURCES = {"live": "the live site", "wayback": "the Wayback Machine", "commoncrawl": "Common Crawl",
                   "warc": "a WARC file", "file": "a saved file"}  # fmt: skip
VERDICTS = {"new": "first reading", "changed": "changed", "same": "unchanged", "older": "an older state",
            "worse": "not readable as the post", "missing": "missing", "gone": "gone", "returned": "back again",
            "redirect": "a redirect"}  # fmt: skip
RAW_WORDS = "Each capture can be downloaded byte for byte as it was served; its digest proves it."
RAW_ELSEWHERE = (
    "This copy of the archive was published without the captured pages; the full archive has them, under these digests."
)
IMAGES, IMAGES_WORDS = "Pictures", "Pictures are named, not loaded: a link leads to the original, if it is still there."
LINKS_OUT, LINKED_FROM, IN_THIS_ARCHIVE = "Links in the text", "Posts that link here", "in this archive"

GO_TITLE = "Find a post by its address"
GO_WORDS = "Any address under which the post was ever seen leads to its page here."
GO_LABEL, GO_BUTTON = "Address of the post", "Find"


def no_such_post(slug: str) -> str:
    return f"There is no post “{slug[:80]}” here. Perhaps a search finds it."


def heard_of(state: str | None) -> str:
    said = {
        "wanted": "We have heard of this address, but it has not been captured yet.",
        "lost": "We have heard of this address, but no copy could be found anywhere.",
        "redirected": "This address leads to another page, and no post has been captured here.",
        "in-web-archive": "A web archive has this page; it has not been brought in yet.",
        "withdrawn": "The post at this address has been withdrawn from the archive.",
        "not-a-post": "We know this address; what is there is not a post.",
    }
    return said.get(state or "", "No post with this address is in the archive.")


def gone(day: str, reason: str | None) -> str:
    return f"On {day} this post was no longer on its site{f' ({reason})' if reason else ''}. The text below is what we kept."


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
    return f"the rules for “{layout or 'unknown'}”, version {reader if reader is not None else '–'}"


def captures(count: int) -> str:
    return plural(count, "capture")


def images(count: int) -> str:
    return plural(count, "picture")


def links(count: int) -> str:
    return plural(count, "link")


# Downloads
def feed_title(q: str) -> str:
    return f"USHRN posts archive: {q[:80]}" if q else "USHRN posts archive"


# Changes
CHANGES_TITLE = "What changed"
CHANGES_FEED = "USHRN posts archive: changes"
CHANGES_WORDS = (
    "Posts that were found, that changed, that disappeared or came back, by the day on which a capture showed it."
)
ALL_EVENTS, KINDS, EARLIER = "everything", "Kinds of changes", "Earlier"
NOTHING_HAPPENED = "Nothing yet."

# About
ABOUT_TITLE = "How this archive was made, and what it cannot tell"
ABOUT_METHOD = (
    "A program visits the network’s web sites, finds the addresses of posts in their sitemaps, feeds, lists and links, and "
    "keeps each page exactly as it was served, with the time and a SHA-256 digest. From those captures, and from nothing "
    "else, it reads what these pages show. Sites that are gone are recovered from public web archives.",
    "When the same post is captured again and its title, text, author, dates, links or pictures differ, that is a new "
    "revision; the earlier ones stay. Nothing is filled in by guessing: what a source does not say is left empty.",
)
ABOUT_SITES, ADDRESS = "The sites", "Address"
ABOUT_SEARCHING = "How to search"
SEARCHING_WORDS = (
    "Any text can be typed; what cannot be a rule is taken as words. Words are found in all their forms (organize, "
    "organizing), phrases in quotation marks exactly as written. The texts of attached PDFs are searched too where they "
    "were kept, and results say so."
)
WRITE, TO_FIND = "Write", "To find posts with"
SYNTAX = (
    ("human rights", "both words, in any form"),
    ('"universal periodic review"', "exactly these words, side by side"),
    ("water OR housing", "either word"),
    ("police -prison", "the first word and not the second"),
    ("organi*", "words that begin so"),
    ("(water OR housing) Detroit", "grouping"),
    ("NEAR(water rights, 5)", "the words at most five words apart"),
    ("title:water", "the word in the title; also author: and body:"),
    ('tag:"racial justice"', "that tag; also category: and site:"),
    ("after:2016 before:2018-06", "publication from 2016 on, before June 2018; also year:2016"),
    ("is:gone", "posts gone from their site; also is:changed and is:undated"),
    ("has:pdf", "an attached PDF; also has:image and has:video"),
    ("language:es", "texts in Spanish"),
)
SEARCHING_ORDER = (
    "Best match weighs words in the title most, then the beginning, then the body. A search is wholly in its address: it "
    "can be kept, sent, and followed as a feed."
)
SYNONYMS = "Spellings that are found together"
SYNONYMS_WORDS = "Outside quotation marks, each of these also finds the others of its line."
ABOUT_DATES = "Dates"
DATES_WORDS = (
    "All times are UTC and as precise as their source: a day stays a day, a month a month. Beside each date stands where "
    "it comes from. A date without a year is never completed."
)
NO_DATE = "no date known"
ABOUT_COUNTS = "Views, comments and likes"
COUNTS_WORDS = (
    "Counts are what the site showed to the public at the time of a capture, and are kept for each capture. They count page "
    "views as the site does, not readers. A zero that only stands in for a number still to be loaded is left empty."
)
ABOUT_CAPTURES = "Captures"
CAPTURES_WORDS = "Every answer of a server that was kept, posts, lists and error pages alike:"
ABOUT_LIMITS = "Limits"
LIMITS = (
    "Pictures, videos and players are named and linked, not kept, unless a capture of the file itself is in the archive.",
    "What changed between two captures and changed back was not seen.",
    "“Gone” means that the site answered that there is no such page, not why.",
    "Comments by readers are counted, not kept.",
)
MISSING = ("posts without a date of publication", "posts without an author", "posts without a view count",
           "posts whose language is not known")  # fmt: skip
TRUNCATED = "captures that were cut short or could not be decoded; each says why"
SHOW_THEM = "show them"
ABOUT_PROBLEMS = "Open problems"
NO_PROBLEMS = "None is recorded."
STAGE, KIND, LEVEL, PAGES_COUNT, LAST_SEEN = "Stage", "Problem", "Level", "Pages", "Last seen"
ABOUT_PROOF = "Proof"
PROOF_WORDS = (
    "Each run ends with a digest of everything it recorded and of the run before. Whoever wrote one of these down "
    "elsewhere can show that nothing before it was replaced. `ushrn verify` recomputes them all."
)
RUN, NEW, CHANGED, GONE_SHORT, CHAIN = "Run", "New", "Changed", "Gone", "Chain digest"
NO_SUCH_BYTES = "No captured page or file has that digest."

# Data dictionary
DICTIONARY_TITLE = "The data, and what they mean"
DICTIONARY_WORDS = (
    "Every search can be downloaded whole, in the order of the results and never cut. An empty cell means that the source "
    "does not say; times are UTC, as precise as their source."
)
DOWNLOADS_TITLE = "Downloads"
FORMAT_WORDS = {
    "csv": "UTF-8, comma, CR LF, one row a post; lists are joined by “; ”",
    "json": "one array of objects; lists are arrays",
    "jsonl": "one object a line",
    "atom": "a feed: an alert for this search in any feed reader",
    "ris": "for Zotero, EndNote and others",
    "bib": "BibTeX (@misc) for LaTeX",
    "biblatex.bib": "biblatex (@online) for LaTeX",
    "csl.json": "CSL-JSON for pandoc, Zotero and others",
}
DOWNLOADS_WORDS = (
    "Put the search behind the ending: /search.csv?q=water&year=2016. The header X-Total-Count says how many rows come. "
    "These can be added:"
)
DOWNLOAD_OPTIONS = (
    ("columns=url,title,views", "only these columns, in this order"),
    ("bodies=0", "without the full texts"),
    ("excel=1", "CSV for spreadsheets: with a byte order mark, and no cell that would be taken for a formula"),
)
PACKAGE_WORDS = "the same description for programs (Frictionless Data Package)"
COLUMNS_TITLE = "Columns of CSV and JSON"
MORE_COLUMNS = "Further columns, on request"
TABLES_TITLE = "Tables"
TABLES_WORDS = "The archive is one SQLite file. Its tables can be browsed, filtered and counted in the"
COLUMN, TYPE, MEANING = "Column", "Type", "Meaning"


def posts_with(number: int, words: str) -> str:
    return f"{plural(number, 'post')}: {words}"


def captures_from(number: int, words: str) -> str:
    return f"{plural(number, 'capture')} from {words}"


def captures_dated(number: int, words: str) -> str:
    return f"{plural(number, 'capture')} dated {words}"


def columns(count: int) -> str:
    return plural(count, "column")


# Revisions
TO_POST = "To the post as it was last seen"
COMPARED, DIFF_TO_CURRENT = "Compared", "What changed from here to the last revision"
DIFF_TITLE = "What changed in a post"
BEFORE, AFTER, TEXT = "Before", "After", "Text"
FOLD, UNFOLD, TURN = "Show changes only", "Show the whole text", "The other way round"
DIFF_FIELDS, DIFF_TARGETS = "About the post", "Links, pictures and files"
REMOVED, ADDED = "Removed:", "Added:"
FIELDS = {"title": "Title", "author": "Author", "published_at": "Published", "updated_at": "Updated"}
TARGETS = {"links": "Links", "images": "Pictures", "files": "Files"}


def no_such_format(name: str, known: Iterable[str]) -> str:
    return f"Citations are not offered as “{name[:20]}”; there are: {', '.join(known)}."


def no_such_revision(name: str) -> str:
    return f"This post has no revision whose digest begins with “{name[:64]}”."


def revision_title(title: str, day: str) -> str:
    return f"{title}, as of {day}"


def revision_words(moment: str, current: bool) -> str:
    if current:
        return f"This is the post as first read so on {moment}; it has not changed since."
    return f"This is how the post read on {moment}. It has changed since."


def diff_title(title: str) -> str:
    return f"What changed: {title}"


def diff_summary(added: int, removed: int) -> str:
    if not added and not removed:
        return "the same words"
    return f"{plural(added, 'word')} added, {plural(removed, 'word')} removed"


def folded(count: int) -> str:
    return f"{plural(count, 'unchanged paragraph')} not shown"


# Replay
NO_SUCH_FORM = (
    "A capture can be seen as a page, or had as bytes (`id_`), as a picture (`im_`) or as a style sheet (`cs_`)."
)
NO_HTTP_DATE = "Accept-Datetime must be a date as HTTP writes it: Tue, 09 Mar 2021 14:07:00 GMT."
WITHDRAWN = "The words are gone. All other proofs still hold. It will not come back."
LEADS_ELSEWHERE = "Leads to {url}, of which this archive has no capture"
NOT_KEPT = "Not kept in this archive:"
REPLAY_LABEL = "About this archived page"
ARCHIVED_PAGE, ARCHIVED_TEXT, CAPTURED = "Archived page", "Archived text", "captured"
DATED_BY_FILE = "dated by the file only"
OLDER, NEWER = "Older capture,", "Newer capture,"
ABOUT_POST, BYTES, PROOF = "About this post", "Bytes", "Proof"
TEXT_COPY = "A text copy. How the page looked was not kept."
LED_AWAY = "At this address there was no page when it was captured; it led to:"


def not_archived(url: str) -> str:
    return f"This archive has no capture of {url}."


def count_captures(count: int) -> str:
    return plural(count, "capture")
