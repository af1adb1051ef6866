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
)
