"""Bytes become the text that their writer meant, and never an error."""

import encodings.aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.charset import decode

DECLARED = "<?xml version='1.0' encoding='shift_jis'?>日本"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("café".encode(), None, "café"),
        ("café".encode(), "text/html; charset=iso-8859-1", "café"),  # servers lie, UTF-8 does not
        (b"\xef\xbb\xbfcaf\xc3\xa9", None, "café"),
        ("café".encode("utf-16"), None, "café"),
        ("café".encode("utf-16-be"), "text/html; charset=utf-16be", "café"),
        ("“café”".encode("cp1252"), None, "“café”"),
        ("“café”".encode("cp1252"), "text/html; charset=ISO-8859-1", "“café”"),
        ("привет".encode("cp1251"), 'text/html; charset="windows-1251"', "привет"),
        ("<meta charset='windows-1251'>привет".encode("cp1251"), None, "<meta charset='windows-1251'>привет"),
        (DECLARED.encode("shift_jis"), None, DECLARED),
        ("日本語".encode("iso2022_jp"), "text/html; charset=iso-2022-jp", "日本語"),
        ("café ".encode() * 20 + b"\xff", None, "café " * 20 + "\ufffd"),  # damage does not change the charset
        (b"abc", "text/html; charset=no-such-thing", "abc"),
        (b"abc", "text/html; charset=base64", "abc"),
        (b"a\0b", None, "ab"),
        (b"", None, ""),
    ],
)  # fmt: skip
def test_text_is_read_as_it_was_meant(body: bytes, content_type: str | None, text: str) -> None:
    assert decode(body, content_type) == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_utf_8_comes_back_as_it_was(text: str) -> None:
    assert decode(text.encode(), None) == text


@given(st.binary(), st.one_of(st.none(), st.text(max_size=30)))
def test_no_bytes_and_no_header_make_it_raise(body: bytes, content_type: str | None) -> None:
    assert isinstance(decode(body, content_type), str)


@pytest.mark.parametrize(
    "name",
    [
        *encodings.aliases.aliases,
        "idna",
        "punycode",
        "undefined",
        "unicode_escape",
        "raw_unicode_escape",
        "utf-7",
        "\0",
    ],
)
def test_whatever_charset_is_named_the_text_is_one_that_can_be_kept(name: str) -> None:
    for body in (b"\xff\\ud800 +2AA- \\U0000dfff", b"\xff-999999999", bytes(range(256)), b"\xff~{\x1b$B\xff"):
        decode(body, f"text/html; charset={name}").encode()
        decode(f'<meta charset="{name}">'.encode() + body).encode()


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_told_by_its_zeros(name: str) -> None:
    page = "<html><head><title>Año</title></head><body><p>Ελλάδα and more words</p></body></html>"
    assert decode(page.encode(name)) == page
    assert decode(page.encode()) == page


def test_a_declaration_behind_a_long_style_sheet_is_found() -> None:
    page = f"<html><head><style>{'a{b:c}' * 3000}</style><meta charset=koi8-r></head><p>Привет</p>"
    assert "Привет" in decode(page.encode("koi8-r"))
