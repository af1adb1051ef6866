"""Records that were cut into segments, put together again (WARC 1.1, 5.19 to 5.21 and annex C). Pure; streams."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from scraper.warc.record import RECORD_LIMIT_BYTES, Broken, Record

#: Fields of a first segment that are about it alone, not about the whole.
_OF_THE_SEGMENT = ("warc-block-digest", "warc-segment-number")


@dataclass(slots=True)
class _Waiting:
    """A record whose other segments are still to come."""

    first: Record
    #: Segment number → block.
    blocks: dict[int, bytes] = field(default_factory=dict)
    #: How many segments there are; 0: the last one has not come.
    segments: int = 0

    def put(self, number: int, record: Record) -> None:
        """Take in one segment."""
        if number == 1:
            self.first = record
        self.blocks[number] = record.block
        if record.get("WARC-Segment-Total-Length"):
            self.segments = number

    @property
    def is_whole(self) -> bool:
        """Whether all segments have come."""
        return self.segments > 0 and len(self.blocks) == self.segments


def joined(records: Iterable[Record | Broken]) -> Iterator[Record | Broken]:
    """*records* with segmented ones whole, each where its last segment came; what lacks one is told as `Broken`."""
    waiting: dict[str, _Waiting] = {}
    held = 0
    for record in records:
        number = _number(record)
        if number is None or isinstance(record, Broken):
            yield record
            continue
        origin = record.get("WARC-Record-ID" if number == 1 else "WARC-Segment-Origin-ID") or ""
        held += len(record.block)
        if held > RECORD_LIMIT_BYTES:
            yield Broken(f"segments of more than {RECORD_LIMIT_BYTES} bytes wait for others, at byte {record.offset}",
                         record.offset)  # fmt: skip
            return
        one = waiting.setdefault(origin, _Waiting(record))
        one.put(number, record)
        if one.is_whole:
            del waiting[origin]
            held -= sum(map(len, one.blocks.values()))
            yield _whole(one)
    for one in waiting.values():
        yield Broken(f"segments are missing of the record at byte {one.first.offset}", one.first.offset)


def _number(record: Record | Broken) -> int | None:
    """Which segment it is; None: no segment."""
    said = record.get("WARC-Segment-Number") if isinstance(record, Record) else None
    if said and said.isdecimal() and len(said) < 10:
        return int(said)
    return None


def _whole(one: _Waiting) -> Record:
    kept = tuple((name, value) for name, value in one.first.fields if name.lower() not in _OF_THE_SEGMENT)
    return replace(one.first, fields=kept, block=b"".join(one.blocks[number] for number in sorted(one.blocks)))
