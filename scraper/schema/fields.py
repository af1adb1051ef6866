"""Every table that is derived from the captures, one row a field: what it is, what it means, and all it is used for.

From these rows come the tables themselves, the data dictionary, what the store copies from a reading, what `rebuild
--diff` tells, what `verify` compares, what is searched, and the columns of exports. A new field is one row here and the
layouts that read it. `evidence_fields` has the tables that are evidence, `view_fields` the views.
"""

from scraper.schema.table import ON_REQUEST, Field, Table, Use

READ, FOLDED, DIGESTED, TOLD = Use.READ, Use.FOLDED, Use.DIGESTED, Use.TOLD
KEY, ROW, RECORDED = Use.KEY, Use.ROW, Use.RECORDED

#: What is counted, filtered and sorted by, apart from the texts: whoever looks at all posts reads this index alone.
FACTS = (
    "posts_facts ON posts(url, site, author, published_day, published_at, updated_day, updated_at, gone_at, language,"
    " views, comments, revision_count, content_sha256)"
)

#: The day that a post is counted, sorted and filtered by: published, or else updated; as precise as it is known.
SHOWN_DAY = "coalesce(published_day, published_at, updated_day, updated_at)"
#: The year of that day; empty: no date is known.
SHOWN_YEAR = f"coalesce(substr({SHOWN_DAY}, 1, 4), '')"
#: Posts in the order in which they are counted by year and site, with what else is counted of them.
YEARS = f"posts_years ON posts({SHOWN_YEAR}, site, gone_at, revision_count)"
#: The tags of a post in their order, as exports ask for them of every post.
TAG_PLACES = "post_tags_places ON post_tags(post_id, position, tag_id)"

DERIVED = (
    Table(
        "posts",
        "Posts, each as its newest good capture shows it.",
        (
            Field(
                "id",
                "INTEGER PRIMARY KEY",
                "Row number; may change when the archive is rebuilt: cite the url",
                ROW,
                exported=ON_REQUEST,
            ),
            Field("site", "TEXT NOT NULL REFERENCES sites(id)", "Site that published it", exported=2, facet="site"),
            Field(
                "url",
                "TEXT NOT NULL UNIQUE",
                "Address the post is known by, one for all its spellings",
                KEY,
                exported=1,
            ),
            Field(
                "slug", "TEXT NOT NULL", "Last segment of the address; unique in its site", TOLD, exported=ON_REQUEST
            ),
            Field(
                "short_id",
                "TEXT",
                "Short name, made of the address alone: /p/<short_id> leads to the post; the same in every archive",
                exported=ON_REQUEST,
            ),
            Field("title", "TEXT", "Heading of the post", READ | DIGESTED | TOLD, exported=3, searched=1),
            Field(
                "author",
                "TEXT",
                "Name shown as author",
                READ | DIGESTED | TOLD,
                exported=4,
                searched=4,
                facet="author",
                shown="author",
            ),
            Field(
                "published_at",
                "TEXT",
                "When the post was published, UTC, as precise as the source",
                READ | DIGESTED | TOLD,
                exported=6,
                shown="published",
            ),
            Field(
                "published_basis",
                "TEXT",
                "Where that date came from: meta, json-ld, embedded, shown, url or text",
                READ | TOLD,
                exported=7,
                shown="published",
            ),
            Field(
                "published_day",
                "TEXT",
                "Day of publication as the site showed it to its readers",
                READ | TOLD,
                exported=5,
                facet="year",
                shown="published",
            ),
            Field(
                "published_day_basis",
                "TEXT",
                "How that day is known: shown, offset (the site's own time zone) or utc",
                READ | TOLD,
                exported=ON_REQUEST,
            ),
            Field(
                "updated_at",
                "TEXT",
                "When the post was last changed, as its site says; empty when that is when it was published",
                READ | DIGESTED | TOLD,
                exported=9,
                shown="updated",
            ),
            Field(
                "updated_basis",
                "TEXT",
                "Where that date came from: meta, json-ld, embedded, shown or text",
                READ | TOLD,
                exported=10,
                shown="updated",
            ),
            Field(
                "updated_day",
                "TEXT",
                "Day of the last change as the site showed it to its readers",
                READ | TOLD,
                exported=8,
                facet="year",
                shown="updated",
            ),
            Field(
                "updated_day_basis",
                "TEXT",
                "How that day is known: shown, offset (the site's own time zone) or utc",
                READ | TOLD,
                exported=ON_REQUEST,
            ),
            Field(
                "views",
                "INTEGER",
                "Newest known number of views; empty where the site never showed one",
                TOLD,
                exported=11,
                shown="views",
                unit="views",
            ),
            Field(
                "comments",
                "INTEGER",
                "Newest known number of comments",
                TOLD,
                exported=12,
                shown="views",
                unit="comments",
            ),
            Field("likes", "INTEGER", "Newest known number of likes", TOLD, exported=13, shown="views", unit="likes"),
            Field("counted_at", "TEXT", "When the newest count was observed, UTC", TOLD, exported=14, shown="views"),
            Field(
                "language",
                "TEXT",
                "Language of the text (BCP 47)",
                READ | TOLD,
                exported=15,
                facet="language",
                shown="language",
            ),
            Field("word_count", "INTEGER", "Words in the text", TOLD, exported=16, shown="language", unit="words"),
            Field(
                "cover_image", "TEXT", "Address of the cover picture", READ | TOLD, exported=ON_REQUEST, shown="cover"
            ),
            Field(
                "blog_name",
                "TEXT",
                "What the page calls the site that it belongs to; empty: it does not say",
                READ | TOLD,
                exported=ON_REQUEST,
                shown="blog",
            ),
            Field(
                "blog_name_basis",
                "TEXT",
                "Where it says so: meta (og:site_name), json-ld or shown",
                READ | TOLD,
                exported=ON_REQUEST,
                shown="blog",
            ),
            Field(
                "layout",
                "TEXT",
                "The look of the site that the page was read by",
                READ | TOLD,
                exported=ON_REQUEST,
                shown="title, text",
            ),
            Field(
                "first_seen_at",
                "TEXT NOT NULL",
                "Time of the first capture that shows the post",
                FOLDED | TOLD,
                exported=19,
                shown="seen",
            ),
            Field(
                "last_seen_at",
                "TEXT NOT NULL",
                "Time of the last capture that shows the post",
                FOLDED | TOLD,
                exported=20,
                shown="seen",
            ),
            Field(
                "missing_since",
                "TEXT",
                "Start of an unbroken run of captures without the post; after 14 days it counts as gone",
                FOLDED,
            ),
            Field(
                "gone_at",
                "TEXT",
                "First capture of the run on which the post was gone; empty while it is there",
                FOLDED | TOLD,
                exported=21,
                facet="gone",
                shown="gone",
            ),
            Field(
                "gone_reason",
                "TEXT",
                "How its absence showed: 404, 410, a redirect, an error page",
                FOLDED | TOLD,
                exported=22,
                shown="gone",
            ),
            Field(
                "revision_count",
                "INTEGER NOT NULL DEFAULT 1",
                "Number of different contents seen",
                FOLDED | TOLD,
                exported=23,
                unit="revisions",
            ),
            Field(
                "capture_id",
                "INTEGER REFERENCES captures(id)",
                "Capture that title, text and dates were read from",
                shown="title, text",
            ),
            Field(
                "content_sha256",
                "TEXT",
                "Digest of title, author, dates, text, link targets, pictures and files",
                exported=ON_REQUEST,
                shown="content",
            ),
            Field("reader", "INTEGER", "Version of the rules that read it", exported=ON_REQUEST, shown="title, text"),
            Field("excerpt", "TEXT", "Short description given by the page", READ | TOLD, exported=29, searched=2),
            Field(
                "body_text",
                "TEXT",
                "The text, paragraphs separated by blank lines",
                READ | DIGESTED | TOLD,
                exported=30,
                searched=3,
            ),
            Field("body_html", "TEXT", "The text as sanitised HTML", READ | TOLD, exported=ON_REQUEST),
        ),
        constraints=("UNIQUE (site, slug)",),
        indexes=(
            "posts_published ON posts(published_at)",
            "posts_updated ON posts(updated_at)",
            "posts_published_day ON posts(published_day)",
            "posts_updated_day ON posts(updated_day)",
            "posts_views ON posts(views)",
            "posts_short_id ON posts(short_id)",
            "posts_blog_name ON posts(site, blog_name, blog_name_basis)",
            FACTS,
            YEARS,
        ),
    ),
    Table(
        "sites",
        "Sites whose posts are archived.",
        (
            Field("id", "TEXT PRIMARY KEY NOT NULL", "Short name", KEY),
            Field("name", "TEXT NOT NULL", "Name"),
            Field("base_url", "TEXT NOT NULL", "Address of the home page"),
            Field("platform", "TEXT NOT NULL", "wix, news-2019, drupal or unknown", RECORDED),
            Field("state", "TEXT NOT NULL DEFAULT 'unknown'", "live, gone or unknown", RECORDED),
        ),
    ),
    Table(
        "addresses",
        "The address each capture of a page answers for, and the post it was read as.",
        (
            Field("capture_id", "INTEGER PRIMARY KEY REFERENCES captures(id)", "The capture", KEY),
            Field("address", "TEXT NOT NULL", "Canonical form of its address"),
            Field("post_url", "TEXT", "Address of the post that it is of, by the newest one; empty: of none"),
            Field("shows", "TEXT", "Address of the post read from it, as its page names it; empty: no post"),
        ),
        indexes=(
            "addresses_address ON addresses(address)",
            "addresses_post ON addresses(post_url) WHERE post_url IS NOT NULL",
        ),
    ),
    Table(
        "post_captures",
        "Which post a capture belongs to, and what it meant for it.",
        (
            Field("capture_id", "INTEGER PRIMARY KEY REFERENCES captures(id)", "The capture", KEY),
            Field(
                "post_id", "INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE", "The post", stands_for="posts.url"
            ),
            Field(
                "verdict",
                "TEXT NOT NULL",
                "new, changed, same, older, worse, missing, gone, returned, redirect, blocked …",
            ),
            Field("reason", "TEXT", "Why it did not become the post's present text"),
            Field("post_site", "TEXT", "Site of the post"),
            Field("answered_at", "TEXT", "Instant the site itself answered with it, UTC; empty: a copy from elsewhere"),
        ),
        indexes=(
            "post_captures_post ON post_captures(post_id)",
            # When each site last answered is the end of its stretch of this index.
            "post_captures_answered ON post_captures(post_site, answered_at)",
        ),
    ),
    Table(
        "revisions",
        "Every different content of a post, the first one included.",
        (
            Field("id", "INTEGER PRIMARY KEY", "Row number", ROW),
            Field(
                "post_id",
                "INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE",
                "The post",
                KEY,
                stands_for="posts.url",
            ),
            Field(
                "capture_id", "INTEGER NOT NULL REFERENCES captures(id)", "Capture that first showed this content", KEY
            ),
            Field("seen_at", "TEXT NOT NULL", "Time of that capture"),
            Field("title", "TEXT", "Heading at that time", READ | DIGESTED),
            Field("author", "TEXT", "Author at that time", READ | DIGESTED),
            Field("published_at", "TEXT", "Date of publication at that time", READ | DIGESTED),
            Field("updated_at", "TEXT", "Date of the last change at that time", READ | DIGESTED),
            Field("content_sha256", "TEXT NOT NULL", "Digest of this content"),
            Field("reader", "INTEGER NOT NULL", "Version of the rules that read it"),
            Field(
                "targets",
                "TEXT NOT NULL",
                "JSON: link targets, picture ids and file ids that are part of the digest",
                DIGESTED,
            ),
            Field("body_text", "TEXT", "The text at that time", READ | DIGESTED),
            Field("body_html", "TEXT", "The text at that time as sanitised HTML", READ),
        ),
        constraints=("UNIQUE (post_id, capture_id)",),
    ),
    Table(
        "counts",
        "Views, comments and likes as observed, one row for each capture that reported any.",
        (
            Field(
                "post_id",
                "INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE",
                "The post",
                KEY,
                stands_for="posts.url",
            ),
            Field(
                "capture_id",
                "INTEGER NOT NULL REFERENCES captures(id)",
                "Capture that reported the numbers: the post's own page, a list, or the site's counts endpoint",
                KEY,
            ),
            Field("counted_at", "TEXT NOT NULL", "Time of that capture"),
            Field("views", "INTEGER", "Number of views; empty: not reported", unit="views"),
            Field("comments", "INTEGER", "Number of comments; empty: not reported", unit="comments"),
            Field("likes", "INTEGER", "Number of likes; empty: not reported", unit="likes"),
            Field(
                "source",
                "TEXT NOT NULL",
                "page (shown), embedded (in the page's data), endpoint (asked for) or text (in a dump)",
            ),
        ),
        constraints=("PRIMARY KEY (post_id, capture_id)",),
        indexes=("counts_time ON counts(post_id, counted_at)",),
    ),
    Table(
        "listed_counts",
        "Counts that lists and the counts endpoint reported, by address, also of posts not archived yet.",
        (
            Field("capture_id", "INTEGER NOT NULL REFERENCES captures(id)", "Capture that reported the numbers", KEY),
            Field("url", "TEXT NOT NULL", "Address of the post", KEY),
            Field("views", "INTEGER", "Number of views; empty: not reported", unit="views"),
            Field("comments", "INTEGER", "Number of comments; empty: not reported", unit="comments"),
            Field("likes", "INTEGER", "Number of likes; empty: not reported", unit="likes"),
            Field("source", "TEXT NOT NULL", "embedded, endpoint, page or text"),
        ),
        constraints=("PRIMARY KEY (url, capture_id)",),
        without_rowid=True,
    ),
    Table(
        "events",
        "What happened to posts.",
        (
            Field("id", "INTEGER PRIMARY KEY", "Row number", ROW),
            Field(
                "post_id",
                "INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE",
                "The post",
                KEY,
                stands_for="posts.url",
            ),
            Field("at", "TEXT NOT NULL", "Time of the capture that shows it", KEY),
            Field(
                "known_at", "TEXT", "When this archive learned of it: start of the run whose capture decided it, UTC"
            ),
            Field("kind", "TEXT NOT NULL", "added, changed, moved, gone, returned or withdrawn", KEY),
            Field("capture_id", "INTEGER REFERENCES captures(id)", "That capture"),
        ),
        indexes=(
            "events_post ON events(post_id, at)",
            "events_at ON events(at)",
            "events_known_at ON events(known_at)",
        ),
    ),
    Table(
        "problems",
        "What went wrong or should be known, one row for each page, stage, kind and field.",
        (
            Field("id", "INTEGER PRIMARY KEY", "Row number", ROW),
            Field("url", "TEXT NOT NULL", "The page", KEY | RECORDED),
            Field(
                "stage",
                "TEXT NOT NULL",
                "Where it happened: discover, fetch, extract, decide, import …",
                KEY | RECORDED,
            ),
            Field("kind", "TEXT NOT NULL", "What, in a word", KEY | RECORDED),
            Field("field", "TEXT NOT NULL DEFAULT ''", "The field it concerns; empty: the whole page", KEY | RECORDED),
            Field("level", "TEXT NOT NULL", "error, or note (changes no exit status)", RECORDED),
            Field("message", "TEXT NOT NULL", "Expected, found, what to do", RECORDED),
            Field("first_seen_at", "TEXT NOT NULL", "When it first happened, UTC", RECORDED),
            Field("last_seen_at", "TEXT NOT NULL", "When it last happened, UTC", RECORDED),
            Field("times", "INTEGER NOT NULL DEFAULT 1", "How often it happened", RECORDED, unit="times"),
            Field("resolved_at", "TEXT", "When a later attempt worked; empty: it is open", RECORDED),
        ),
        constraints=("UNIQUE (url, stage, kind, field)",),
    ),
    Table(
        "known_urls",
        "Every address ever named as a post's, and what became of it.",
        (
            Field("url", "TEXT PRIMARY KEY NOT NULL", "Canonical address", KEY),
            Field("site", "TEXT NOT NULL REFERENCES sites(id)", "Its site"),
            Field(
                "found_by",
                "TEXT NOT NULL",
                "How it was found: sitemap, feed, list, link, given, number, wayback, commoncrawl, capture",
                RECORDED,
            ),
            Field("first_heard_at", "TEXT NOT NULL", "When it was first named, UTC", RECORDED),
            Field("last_heard_at", "TEXT NOT NULL", "When it was last named, UTC", RECORDED),
            Field("lastmod", "TEXT", "When it last changed, according to its site", RECORDED),
            Field(
                "state", "TEXT NOT NULL", "archived, wanted, redirected, in-web-archive, lost, not-a-post or withdrawn"
            ),
            Field("evidence", "TEXT", "Reason for that state", RECORDED),
            Field("next_try_at", "TEXT", "When it will be asked for again, UTC; empty: it is not waiting", RECORDED),
        ),
        indexes=("known_urls_site ON known_urls(site, state)",),
    ),
    Table(
        "categories",
        "Categories.",
        (
            Field("id", "INTEGER PRIMARY KEY", "Row number", ROW),
            Field("name", "TEXT NOT NULL UNIQUE", "Name, as the site writes it", KEY),
        ),
    ),
    Table(
        "tags",
        "Tags.",
        (
            Field("id", "INTEGER PRIMARY KEY", "Row number", ROW),
            Field("name", "TEXT NOT NULL UNIQUE", "Name, as the site writes it", KEY),
        ),
    ),
    Table(
        "post_categories",
        "Categories of posts.",
        (
            Field(
                "post_id",
                "INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE",
                "The post",
                KEY,
                stands_for="posts.url",
            ),
            Field(
                "category_id",
                "INTEGER NOT NULL REFERENCES categories(id)",
                "The category",
                stands_for="categories.name",
            ),
            Field("position", "INTEGER NOT NULL", "Place among the post's categories, from 1", KEY),
        ),
        constraints=("PRIMARY KEY (post_id, category_id)",),
        indexes=("post_categories_category ON post_categories(category_id)",),
    ),
    Table(
        "post_tags",
        "Tags of posts.",
        (
            Field(
                "post_id",
                "INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE",
                "The post",
                KEY,
                stands_for="posts.url",
            ),
            Field("tag_id", "INTEGER NOT NULL REFERENCES tags(id)", "The tag", stands_for="tags.name"),
            Field("position", "INTEGER NOT NULL", "Place among the post's tags, from 1", KEY),
        ),
        constraints=("PRIMARY KEY (post_id, tag_id)",),
        indexes=("post_tags_tag ON post_tags(tag_id)", TAG_PLACES),
    ),
    Table(
        "citations",
        "What a citation of each post has that its row has not.",
        (
            Field(
                "post_id",
                "INTEGER PRIMARY KEY REFERENCES posts(id) ON DELETE CASCADE",
                "The post",
                KEY,
                stands_for="posts.url",
            ),
            Field(
                "revision",
                "TEXT",
                "Name of the revision shown: /post/<site>/<slug>/revision/<revision> is its permanent address",
            ),
            Field("page_sha256", "TEXT", "SHA-256 of the page that first showed it"),
            Field("tags", "TEXT NOT NULL", "JSON: names of its tags, in their order"),
        ),
    ),
    Table(
        "links",
        "Links in the present texts.",
        (
            Field(
                "post_id",
                "INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE",
                "The post",
                KEY,
                stands_for="posts.url",
            ),
            Field("position", "INTEGER NOT NULL", "Place in the text, from 1", KEY),
            Field("url", "TEXT NOT NULL", "Where the link leads", READ),
            Field("text", "TEXT NOT NULL", "Words of the link", READ),
        ),
        constraints=("PRIMARY KEY (post_id, position)",),
        indexes=("links_url ON links(url)",),
    ),
    Table(
        "unindexed",
        "Posts that search does not know yet: a run that goes on, or was killed, has written them since it last brought"
        " the indexes up to date. The next run that writes does that first.",
        (Field("post_id", "INTEGER PRIMARY KEY", "The post", KEY | RECORDED, stands_for="posts.url"),),
    ),
    Table(
        "shared_runs",
        "Samples of the runs of eight words in the present texts: posts that repeat one another have some in common.",
        (
            Field("run", "INTEGER NOT NULL", "Digest of eight words in a row (CRC-32)", KEY),
            Field(
                "post_id",
                "INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE",
                "The post",
                KEY,
                stands_for="posts.url",
            ),
        ),
        constraints=("PRIMARY KEY (run, post_id)",),
        indexes=("shared_runs_post ON shared_runs(post_id)",),
        without_rowid=True,
    ),
    Table(
        "images",
        "Pictures in the present texts.",
        (
            Field(
                "post_id",
                "INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE",
                "The post",
                KEY,
                stands_for="posts.url",
            ),
            Field("position", "INTEGER NOT NULL", "Place in the text, from 1", KEY),
            Field("url", "TEXT NOT NULL", "Address of the original", READ),
            Field("alt", "TEXT", "Alternative text", READ),
            Field("caption", "TEXT", "Caption", READ),
            Field("width", "INTEGER", "Width of the original, pixels", READ, unit="pixels"),
            Field("height", "INTEGER", "Height of the original, pixels", READ, unit="pixels"),
            Field("sha256", "TEXT", "Digest of the picture, where it was kept"),
            Field("capture_id", "INTEGER REFERENCES captures(id)", "Capture of the picture, where it was kept"),
        ),
        constraints=("PRIMARY KEY (post_id, position)",),
        indexes=("images_url ON images(url)",),
    ),
    Table(
        "videos",
        "Videos in the present texts, where the page gives an address.",
        (
            Field(
                "post_id",
                "INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE",
                "The post",
                KEY,
                stands_for="posts.url",
            ),
            Field("position", "INTEGER NOT NULL", "Place in the text, from 1", KEY),
            Field("url", "TEXT NOT NULL", "Address", READ),
            Field("title", "TEXT", "Title", READ),
        ),
        constraints=("PRIMARY KEY (post_id, position)",),
    ),
    Table(
        "files",
        "Files offered in the present texts.",
        (
            Field("id", "INTEGER PRIMARY KEY", "Row number", ROW),
            Field(
                "post_id",
                "INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE",
                "The post",
                KEY,
                stands_for="posts.url",
            ),
            Field("position", "INTEGER NOT NULL", "Place in the text, from 1", KEY),
            Field("url", "TEXT", "Address; empty: the page hides it", READ),
            Field("name", "TEXT", "Name shown", READ, searched=1),
            Field("media_type", "TEXT", "Content type", READ, facet="pdf"),
            Field("size", "INTEGER", "Size shown, bytes", READ, unit="bytes"),
            Field("sha256", "TEXT", "Digest of the file, where it was fetched"),
            Field("text", "TEXT", "Text of the file, where it is a PDF that was fetched", searched=2),
        ),
        constraints=("UNIQUE (post_id, position)",),
        indexes=("files_url ON files(url)",),
    ),
    Table(
        "meta",
        "Facts about this copy of the archive.",
        (
            Field("key", "TEXT PRIMARY KEY NOT NULL", "Name", KEY | RECORDED),
            Field("value", "TEXT NOT NULL", "Value", RECORDED),
        ),
    ),
    Table(
        "dictionary",
        "This data dictionary.",
        (
            Field("table", "TEXT NOT NULL", "Table or view", KEY),
            Field("column", "TEXT NOT NULL", "Column; empty: the table as a whole", KEY),
            Field("type", "TEXT", "SQLite type; empty: the table as a whole"),
            Field("unit", "TEXT", "What a number counts or measures, or how a time is written; empty: it is neither"),
            Field("meaning", "TEXT NOT NULL", "What it means"),
        ),
        constraints=('PRIMARY KEY ("table", "column")',),
    ),
)

_LIST = (
    "(SELECT json_group_array(name) FROM (SELECT name FROM post_{many} JOIN {many} ON {many}.id = {one}_id"
    " WHERE post_id = p.id ORDER BY position, name))"
)
_CAPTURE = "(SELECT {} FROM captures WHERE id = p.capture_id)"
_WAYBACK = (
    "iif(source = 'wayback', 'https://web.archive.org/web/' || replace(replace(replace(replace("
    "substr(captured_at, 1, 19), '-', ''), ':', ''), 'T', ''), 'Z', '') || '/' || url, NULL)"
)

_PRECISION = (
    "CASE WHEN p.{0}_at LIKE '%T%' THEN 'instant' ELSE"
    " CASE length(p.{0}_at) WHEN 10 THEN 'day' WHEN 7 THEN 'month' WHEN 4 THEN 'year' END END"
)

#: Columns of exports that are no columns of `posts`.
COMPUTED = (
    Field(
        "categories",
        "TEXT",
        "Categories of the post, in its order, joined by '; ' (in JSON an array)",
        exported=17,
        facet="category",
        sql=_LIST.format(many="categories", one="category"),
    ),
    Field(
        "tags",
        "TEXT",
        "Tags of the post, in its order, joined by '; ' (in JSON an array)",
        exported=18,
        facet="tag",
        sql=_LIST.format(many="tags", one="tag"),
    ),
    Field(
        "captured_at",
        "TEXT",
        "When the page that this row was read from was captured, UTC",
        exported=24,
        sql=_CAPTURE.format("captured_at"),
    ),
    Field(
        "captured_at_basis",
        "TEXT",
        "How that is known: clock, given, page or file-time",
        exported=25,
        sql=_CAPTURE.format("captured_at_basis"),
    ),
    Field(
        "source",
        "TEXT",
        "Where that page came from: live, wayback, commoncrawl, warc or file",
        exported=26,
        sql=_CAPTURE.format("source"),
    ),
    Field(
        "capture_sha256",
        "TEXT",
        "SHA-256 of the body of that page",
        exported=27,
        sql=_CAPTURE.format("body_sha256"),
    ),
    Field(
        "archived_url",
        "TEXT",
        "Address of that page in the web archive it came from; empty: it came from none that shows pages",
        exported=28,
        sql=_CAPTURE.format(_WAYBACK),
    ),
    Field(
        "revision",
        "TEXT",
        "Name of the revision shown: /post/<site>/<slug>/revision/<revision> is its permanent address",
        exported=ON_REQUEST,
        sql="(SELECT revision FROM citations WHERE post_id = p.id)",
    ),
    Field(
        "site_name",
        "TEXT",
        "What the site that published it calls itself; its host where none of its pages says that",
        exported=ON_REQUEST,
        sql="ifnull(p.blog_name, (SELECT name FROM site_names WHERE site = p.site))",
    ),
    Field(
        "known_at",
        "TEXT",
        "When this archive last learned something of the post: that it is there, edited, removed or restored, UTC",
        exported=ON_REQUEST,
        sql="(SELECT max(coalesce(known_at, at)) FROM events WHERE events.post_id = p.id)",
    ),
    Field(
        "published_precision",
        "TEXT",
        "How precise published_at is: instant, day, month or year",
        exported=ON_REQUEST,
        sql=_PRECISION.format("published"),
    ),
    Field(
        "updated_precision",
        "TEXT",
        "How precise updated_at is: instant, day, month or year",
        exported=ON_REQUEST,
        sql=_PRECISION.format("updated"),
    ),
)
