"""The views: what lists and Datasette's tables show."""

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

VIEWS = (
    Table(
        "coverage",
        "View: every post address ever heard of, with the post that is there.",
        (
            Field("site", "", "Its site"),
            Field("url", "", "Canonical address"),
            Field("state", "", "archived, wanted, redirected, in-web-archive, lost, not-a-post or withdrawn"),
            Field("evidence", "", "Why that is said"),
            Field("found_by", "", "How it was heard of"),
            Field("first_heard_at", "", "When it was first heard of, UTC"),
            Field("last_heard_at", "", "When it was last heard of, UTC"),
            Field("lastmod", "", "When its site says that it changed last"),
            Field("next_try_at", "", "When it will be asked for again, UTC; empty: it is not waiting"),
            Field("title", "", "Title of the post"),
            Field("published_at", "", "When it was published"),
            Field("first_seen_at", "", "Time of the first capture that shows it"),
            Field("last_seen_at", "", "Time of the last capture that shows it"),
            Field("gone_at", "", "When it was found gone"),
        ),
        sql=COVERAGE,
    ),
    Table(
        "posts_browse",
        "View: posts without their texts.",
        (
            Field("id", "", "Row number of the post"),
            Field("published_at", "", "When the post was published, UTC, as precise as the source"),
            Field("title", "", "Heading of the post"),
            Field("author", "", "Name shown as author"),
            Field("site", "", "Site that published it"),
            Field("url", "", "Address the post is known by"),
            Field("slug", "", "Last segment of the address"),
            Field("published_basis", "", "Where the date of publication came from"),
            Field("published_day", "", "Day of publication as the site showed it"),
            Field("published_day_basis", "", "How that day is known"),
            Field("updated_at", "", "When the post was last changed"),
            Field("updated_basis", "", "Where that date came from"),
            Field("updated_day", "", "Day of the last change as the site showed it"),
            Field("updated_day_basis", "", "How that day is known"),
            Field("views", "", "Newest known number of views"),
            Field("comments", "", "Newest known number of comments"),
            Field("likes", "", "Newest known number of likes"),
            Field("counted_at", "", "When the newest count was observed"),
            Field("language", "", "Language of the text"),
            Field("word_count", "", "Words in the text"),
            Field("categories", "", "JSON list of its categories"),
            Field("tags", "", "JSON list of its tags"),
            Field("first_seen_at", "", "Time of the first capture that shows the post"),
            Field("last_seen_at", "", "Time of the last capture that shows the post"),
            Field("gone_at", "", "When it was found gone"),
            Field("gone_reason", "", "How its absence showed"),
            Field("revision_count", "", "Number of different contents seen"),
            Field("excerpt", "", "Short description given by the page"),
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
            Field("views", "INTEGER", "Highest number of views that day; empty: not reported"),
            Field("comments", "INTEGER", "Highest number of comments that day; empty: not reported"),
            Field("likes", "INTEGER", "Highest number of likes that day; empty: not reported"),
            Field("observations", "INTEGER", "How many captures told numbers that day"),
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
            Field("links", "INTEGER", "Links to it"),
            Field("posts", "INTEGER", "Posts that have any"),
        ),
        sql=LINKS_BY_HOST,
    ),
    Table(
        "posts_by_month",
        "View: how many posts each site published in each month.",
        (
            Field("site", "TEXT", "The site"),
            Field("month", "TEXT", "Month of publication, else of the last change; a year where no month is known"),
            Field("posts", "INTEGER", "Number of posts"),
            Field("words", "INTEGER", "Words in their texts"),
            Field("gone", "INTEGER", "Posts of these that are gone from their site"),
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
            Field("posts", "INTEGER", "Posts whose pages say so"),
        ),
        sql=SITE_NAMES,
    ),
)
