"""What the rows of `citations` follow from: which revision of a post is shown, and what that is called."""

#: What the name of a revision has: so many letters of its first capture's digest, and of that capture's day.
DIGEST_LETTERS, DAY_LETTERS = 12, 10

#: SELECT of the row of each post ``p``, for a WHERE behind it. The revision shown is the last one with the content that
#: the post has, by its first capture; where none is known, the capture that the post was read from.
CITATIONS = f"""
SELECT p.id AS post_id,
       substr(record_sha256, 1, {DIGEST_LETTERS}) || '@' || substr(captured_at, 1, {DAY_LETTERS}) AS revision,
       body_sha256 AS page_sha256,
       (SELECT json_group_array(name) FROM (SELECT name FROM post_tags JOIN tags ON tags.id = tag_id
        WHERE post_id = p.id ORDER BY position)) AS tags
FROM posts AS p LEFT JOIN captures ON captures.id = ifnull(
  (SELECT capture_id FROM revisions WHERE post_id = p.id AND content_sha256 IS p.content_sha256
   ORDER BY seen_at DESC, id DESC LIMIT 1), p.capture_id)
"""
