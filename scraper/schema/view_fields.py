"""The views: what lists and Datasette's tables show."""

from scraper.schema.fields import DERIVED
from scraper.schema.table import Field, Table

COVERAGE = """
CREATE VIEW coverage AS
SELECT known_urls.site, known_urls.url, known_urls.state, known_urls.evidence, known_urls.found_by,
       known_urls.first_heard_at, known_urls.last_heard_at, known_urls.lastmod,
       known_urls.next_try_at, posts.title, posts.published_at, posts.first_seen_at, posts.last_seen_at, posts.gone_at
FROM known_urls LEFT JOIN posts ON posts.url = known_urls.url;
"""

POSTS_BROWSE = """
CREATE VIEW posts_browse AS
SELECT posts.id, posts.published_at, posts.title, posts.author, posts.site, posts.url, posts.slug,
       posts.published_basis, posts.published_day, posts.published_day_basis, posts.updated_at, posts.updated_basis,
       posts.updated_day, posts.updated_day_basis, posts.views, posts.comments, posts.likes, posts.counted_at,
       posts.language, posts.word_count,
       (SELECT json_group_array(name) FROM (SELECT categories.name FROM post_categories
          JOIN categories ON categories.id = category_id WHERE post_id = posts.id ORDER BY position)) AS categories,
       (SELECT json_group_array(name) FROM (SELECT tags.name FROM post_tags
          JOIN tags ON tags.id = tag_id WHERE post_id = posts.id ORDER BY position)) AS tags,
       posts.first_seen_at, posts.last_seen_at, posts.gone_at, posts.gone_reason, posts.revision_count, posts.excerpt
FROM posts;
"""

#: The day that a post is filed under, one definition everywhere: published, else updated; a month or a year where no
#: more is known.
_DAY = "coalesce(posts.published_day, posts.published_at, posts.updated_day, posts.updated_at)"

COUNTS_BY_DAY = """
CREATE VIEW counts_by_day AS
SELECT posts.site, posts.url AS post_url, substr(counts.counted_at, 1, 10) AS day,
       max(counts.views) AS views, max(counts.comments) AS comments, max(counts.likes) AS likes,
       count(*) AS observations
FROM counts JOIN posts ON posts.id = counts.post_id GROUP BY counts.post_id, substr(counts.counted_at, 1, 10);
"""

CHANGES = """
CREATE VIEW changes AS
SELECT events.known_at, events.at, events.kind, posts.site, posts.url AS post_url, posts.title,
       captures.record_sha256 AS capture_record_sha256
FROM events JOIN posts ON posts.id = events.post_id LEFT JOIN captures ON captures.id = events.capture_id;
"""

LINKS_BY_HOST = """
CREATE VIEW links_by_host AS
SELECT CASE WHEN host LIKE 'www.%' THEN substr(host, 5) ELSE host END AS host,
       count(*) AS links, count(DISTINCT post_id) AS posts
FROM (SELECT post_id, substr(rest, 1, instr(rest || '/', '/') - 1) AS host FROM
       (SELECT post_id, replace(replace(replace(address, '?', '/'), '#', '/'), ':', '/') AS rest FROM
         (SELECT post_id, lower(substr(url, instr(url, '://') + 3)) AS address FROM links WHERE url LIKE 'http%://%')))
GROUP BY 1;
"""

POSTS_BY_MONTH = f"""
CREATE VIEW posts_by_month AS
SELECT posts.site, substr({_DAY}, 1, 7) AS month, count(*) AS posts, sum(posts.word_count) AS words,
       sum(posts.gone_at IS NOT NULL) AS gone
FROM posts GROUP BY posts.site, substr({_DAY}, 1, 7);
"""

#: The name that most posts of a site say; of two that as many say, the one that more of the heads say.
SITE_NAMES = """
CREATE VIEW site_names AS
SELECT sites.id AS site, coalesce(said.blog_name, nullif(trim(CASE WHEN host LIKE 'www.%' THEN substr(host, 5) ELSE host
         END), ''), sites.name) AS name,
       coalesce(said.blog_name_basis, 'host') AS basis, coalesce(said.posts, 0) AS posts
FROM (SELECT id, name, substr(rest, 1, instr(rest || '/', '/') - 1) AS host FROM
       (SELECT id, name, lower(substr(base_url, instr(base_url, '://') + 3)) AS rest FROM sites)) AS sites
LEFT JOIN (SELECT site, blog_name, blog_name_basis, count(*) AS posts,
             row_number() OVER (PARTITION BY site
               ORDER BY count(*) DESC, blog_name_basis = 'meta' DESC, blog_name) AS place
           FROM posts WHERE blog_name IS NOT NULL GROUP BY site, blog_name, blog_name_basis) AS said
  ON said.site = sites.id AND said.place = 1;
"""


def _lent(table: str, *names: str) -> tuple[Field, ...]:
    """Columns of a derived *table* that a view shows as they are: type, unit and meaning are said there."""
    (owner,) = (one for one in DERIVED if one.name == table)
    known = {field.name: field for field in owner.fields}
    return tuple(Field(name, known[name].type, known[name].meaning, unit=known[name].unit) for name in names)


VIEWS = (
    Table(
        "coverage",
        "View: every address ever named as a post's, with the post that is there.",
        (
            *_lent("known_urls", "site", "url", "state", "evidence", "found_by", "first_heard_at", "last_heard_at"),
            *_lent("known_urls", "lastmod", "next_try_at"),
            *_lent("posts", "title", "published_at", "first_seen_at", "last_seen_at", "gone_at"),
        ),
        sql=COVERAGE,
    ),
    Table(
        "posts_browse",
        "View: posts without their texts.",
        (
            *_lent("posts", "id", "published_at", "title", "author", "site", "url", "slug"),
            *_lent("posts", "published_basis", "published_day", "published_day_basis"),
            *_lent("posts", "updated_at", "updated_basis", "updated_day", "updated_day_basis"),
            *_lent("posts", "views", "comments", "likes", "counted_at", "language", "word_count"),
            Field("categories", "TEXT", "JSON list of its categories"),
            Field("tags", "TEXT", "JSON list of its tags"),
            *_lent("posts", "first_seen_at", "last_seen_at", "gone_at", "gone_reason", "revision_count", "excerpt"),
        ),
        sql=POSTS_BROWSE,
    ),
    Table(
        "counts_by_day",
        "View: views, comments and likes of each post on each day that they were observed.",
        (
            Field("site", "TEXT", "Its site"),
            Field("post_url", "TEXT", "The post, by its address"),
            Field("day", "TEXT", "Day of the observations, UTC"),
            Field("views", "INTEGER", "Highest number of views that day; empty: not reported", unit="views"),
            Field("comments", "INTEGER", "Highest number of comments that day; empty: not reported", unit="comments"),
            Field("likes", "INTEGER", "Highest number of likes that day; empty: not reported", unit="likes"),
            Field("observations", "INTEGER", "How many captures reported numbers that day", unit="captures"),
        ),
        sql=COUNTS_BY_DAY,
    ),
    Table(
        "changes",
        "View: what happened to posts, with their addresses and titles.",
        (
            Field("known_at", "TEXT", "When this archive learned of it, UTC"),
            Field("at", "TEXT", "Time of the capture that shows it"),
            Field("kind", "TEXT", "added, changed, moved, gone, returned or withdrawn"),
            Field("site", "TEXT", "Its site"),
            Field("post_url", "TEXT", "The post, by its address"),
            Field("title", "TEXT", "Title of the post"),
            Field("capture_record_sha256", "TEXT", "That capture, by the digest of its record"),
        ),
        sql=CHANGES,
    ),
    Table(
        "links_by_host",
        "View: how often posts link to each host.",
        (
            Field("host", "TEXT", "Name of the host, without www. and port"),
            Field("links", "INTEGER", "Links to it", unit="links"),
            Field("posts", "INTEGER", "Posts that have any", unit="posts"),
        ),
        sql=LINKS_BY_HOST,
    ),
    Table(
        "posts_by_month",
        "View: how many posts each site published in each month.",
        (
            Field("site", "TEXT", "The site"),
            Field("month", "TEXT", "Month of publication, else of the last change; a year where no month is known"),
            Field("posts", "INTEGER", "Number of posts", unit="posts"),
            Field("words", "INTEGER", "Words in their texts", unit="words"),
            Field("gone", "INTEGER", "Posts of these that are gone from their site", unit="posts"),
        ),
        sql=POSTS_BY_MONTH,
    ),
    Table(
        "site_names",
        "View: what each site calls itself, as citations name it.",
        (
            Field("site", "TEXT", "The site"),
            Field("name", "TEXT", "The name that most of its posts' pages say; the host where none says one"),
            Field("basis", "TEXT", "Where they say it: meta (og:site_name), json-ld, shown; else host"),
            Field("posts", "INTEGER", "Posts whose pages say so", unit="posts"),
        ),
        sql=SITE_NAMES,
    ),
)
