"""The log of captures as a Merkle tree (RFC 6962, section 2; RFC 9162, section 2.1, for checking). Pure.

A leaf is the 32 bytes of a `record_sha256`, never content: what is withdrawn breaks no proof. Trees here are numbers of
leaves and a function that gives the hash of any whole subtree; who keeps which hashes is the store's affair.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

#: (level, position) → hash of the subtree over the leaves ``position << level`` up to ``(position + 1) << level``.
Subtree = Callable[[int, int], bytes]

#: Level of the lowest hashes that archives keep: over 256 records.
KEPT_FROM = 8

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(record: bytes) -> bytes:
    """Hash of a leaf (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def whole(hashes: Sequence[bytes]) -> bytes:
    """Hash of the subtree over *hashes*, whose number is a power of two."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def of_leaves(hashes: Sequence[bytes]) -> Subtree:
    """The subtrees over leaf *hashes* that are all at hand."""
    return lambda level, position: whole(hashes[position << level : (position + 1) << level])


@dataclass(slots=True)
class Growing:
    """The tree as records are added, one after the other; holds the roots of whole subtrees only."""

    size: int = 0
    #: Level → (position, hash) of the whole subtrees at the right edge.
    edge: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    #: Hashes of the levels that archives keep: (level, position) → hash.
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    #: Root at each size that somebody asked for.
    roots: dict[int, bytes] = field(default_factory=dict)

    def add(self, record: str) -> None:
        """Add a `record_sha256`."""
        level, position, value = 0, self.size, leaf_hash(bytes.fromhex(record))
        while position & 1:
            value = node_hash(self.edge.pop(level)[1], value)
            level, position = level + 1, position >> 1
            if level >= KEPT_FROM:
                self.nodes[level, position] = value
        self.edge[level] = (position, value)
        self.size += 1

    def root(self) -> bytes:
        """Root over all that was added."""
        subtrees = [value for _, (_, value) in sorted(self.edge.items())]
        if not subtrees:
            return EMPTY
        found = subtrees[0]
        for value in subtrees[1:]:
            found = node_hash(value, found)
        return found


def root(size: int, subtree: Subtree) -> bytes:
    """Root of the tree of the first *size* leaves."""
    return _hash(0, size, subtree) if size else EMPTY


def inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The path from leaf *index* up to the root of the tree of *size* leaves (RFC 6962, 2.1.1). Raises ValueError."""
    if not 0 <= index < size:
        raise ValueError(f"expected an index below {size}, found {index}")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(_hash(middle, stop, subtree))
            stop = middle
        else:
            path.append(_hash(start, middle, subtree))
            start = middle
    return path[::-1]


def consistency(first: int, size: int, subtree: Subtree) -> list[bytes]:
    """Proof that the tree of *first* leaves is the beginning of that of *size* (RFC 6962, 2.1.2). Raises ValueError."""
    if not 0 < first <= size:
        raise ValueError(f"expected a size between 1 and {size}, found {first}")
    path: list[bytes] = []
    start, stop, known = 0, size, True
    while first != stop:
        middle = start + _split(stop - start)
        if first <= middle:
            path.append(_hash(middle, stop, subtree))
            stop = middle
        else:
            path.append(_hash(start, middle, subtree))
            start, known = middle, False
    if not known:
        path.append(_hash(start, stop, subtree))
    return path[::-1]


def root_from_inclusion(record: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that *path* gives for a leaf (RFC 9162, 2.1.3.2); None: the path is too long or too short."""
    if not 0 <= index < size:
        return None
    node, last, found = index, size - 1, leaf_hash(record)
    for sibling in path:
        if last == 0:
            return None
        is_right = node & 1 or node == last
        found = node_hash(sibling, found) if is_right else node_hash(found, sibling)
        node, last = _up(node, last)
    if last != 0:
        return None
    return found


def _up(node: int, last: int) -> tuple[int, int]:
    """Where a path goes on: the next level at which *node*, of those up to *last*, has a sibling."""
    if node == last:
        while not node & 1 and node:
            node, last = node >> 1, last >> 1
    return node >> 1, last >> 1


def is_consistent(first: int, first_root: bytes, size: int, size_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether *path* shows that the first tree is the beginning of the second (RFC 9162, 2.1.4.2)."""
    if first == size:
        return first_root == size_root and not path
    if not 0 < first < size or not path:
        return False
    start, *steps = [first_root, *path] if first & (first - 1) == 0 else path
    node, last = first - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    return _grown(start, steps, node, last) == (first_root, size_root)


def _grown(start: bytes, steps: Sequence[bytes], node: int, last: int) -> tuple[bytes, bytes] | None:
    """The roots of the first and of the second tree that *steps* give; None: there are too many, or too few."""
    old = new = start
    for sibling in steps:
        if last == 0:
            return None
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
        node, last = _up(node, last)
    if last != 0:
        return None
    return (old, new)


def _split(count: int) -> int:
    """The largest power of two below *count*, which is 2 or more."""
    return 1 << (count - 1).bit_length() - 1


def _hash(start: int, stop: int, subtree: Subtree) -> bytes:
    """Hash over leaves *start* to *stop*, where *start* is a multiple of the power of two at or above their number."""
    count = stop - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return subtree(level, start >> level)
    middle = start + _split(count)
    return node_hash(_hash(start, middle, subtree), _hash(middle, stop, subtree))
