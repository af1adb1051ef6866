"""Pictures that only one of two versions of a post has, each beside what stands in its place in the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest

from scraper import digests
from scraper.records import Image
from scraper.serve.answer import Ask
from scraper.serve.body_html import KeptImage, named_image, pictures_of, shown_image, web_address
from scraper.serve.picture_pages import in_text
from scraper.store import picture_queries


@dataclass(frozen=True, slots=True)
class PicturePair:
    """HTML of a picture before and after; empty: none stood there, or none does now."""

    before: str
    after: str


def pairs(ask: Ask, old: str | None, new: str | None) -> list[PicturePair]:
    """The pictures that differ between two bodies, in order; one at another size or host is the same (`digests`)."""
    before, after = pictures_of(old), pictures_of(new)
    gone, come = _without(before, after), _without(after, before)
    kept = in_text(ask, picture_queries.named(ask.db, [*gone, *come]))
    drawn_before, drawn_after = _drawn(gone, kept), _drawn(come, kept)
    return [PicturePair(*each) for each in zip_longest(drawn_before, drawn_after, fillvalue="")]


def _without(pictures: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    known = {digests.image_id(Image(url=address)) for address in others}
    return {address: alt for address, alt in pictures.items() if digests.image_id(Image(url=address)) not in known}


def _drawn(pictures: Mapping[str, str], kept: Mapping[str, KeptImage]) -> list[str]:
    """Each as HTML; of one that is not kept, its words and a link to the original."""
    return [
        shown_image(kept[address], alt, linked=True) if address in kept else named_image(web_address(address), alt)
        for address, alt in pictures.items()
    ]
