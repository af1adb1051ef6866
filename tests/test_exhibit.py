"""The exhibit: the same bytes each time, checked by its own program alone; whatever is changed in it is found."""

import gzip
import hashlib
import io
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scraper.cli import main
from scraper.errors import UsageError
from scraper.seal import exhibit, publishing, sealer
from scraper.store import Archive, exhibits, sealing

NOW = datetime(2022, 1, 1, tzinfo=UTC)
COURT = "https://www.blog.example/post/a-day-in-court"


@pytest.fixture(scope="module")
def _signed(_full_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive that has a key, and with the key."""
    folder = tmp_path_factory.mktemp("signed")
    with Archive.open(shutil.copy(_full_archive, folder / "full.db"), seal=sealer(lambda: NOW, folder)) as archive:
        publishing.new_key(archive, "archive.example/posts", b"1" * 32, folder)
    return folder


@pytest.fixture
def signed(_signed: Path, tmp_path: Path) -> Path:
    """The archive, in the test's own folder, with its key beside it."""
    shutil.copytree(_signed, tmp_path, dirs_exist_ok=True)
    return tmp_path / "full.db"


def built(path: Path, url: str = COURT, revision: str | None = None, keys: Path | None = None) -> bytes:
    """An exhibit; *keys*: the folder with the key that signs the list of its members."""
    with Archive.open(path, create=False, readonly=True) as archive:
        signer = exhibit.signer_of(archive, keys) if keys else None
        return exhibit.build(archive, [url], revision, signer)


def records(archive: Archive) -> list[str]:
    """Of the versions of the post, oldest first."""
    (post,) = archive.db.execute("SELECT id FROM posts WHERE url = ?", (COURT,)).fetchone()
    return [record for _, record in exhibits.revisions(archive.db, post)]


def unpacked(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


def checked(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-I", "-S", "-B", "verify.py", *words]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=30)


def test_an_exhibit_checks_itself_with_python_alone(signed: Path, tmp_path: Path) -> None:
    found = checked(unpacked(built(signed), tmp_path / "exhibit"))
    assert found.returncode == 0, found.stdout + found.stderr
    for words in ("all 5 members", "captured 2021-05-02T00:00:02Z", "is number", "the key archive.example"):
        assert words in found.stdout
    assert "DOES NOT HOLD" not in found.stdout


def test_the_same_archive_gives_the_same_bytes(signed: Path) -> None:
    assert built(signed) == built(signed)


def test_without_a_key_it_says_that_nothing_is_signed(full: Path, tmp_path: Path) -> None:
    found = checked(unpacked(built(full), tmp_path / "exhibit"))
    assert found.returncode == 0
    assert "not signed" in found.stdout


def test_an_earlier_version_is_named_by_its_record(signed: Path, tmp_path: Path) -> None:
    with Archive.open(signed, create=False, readonly=True) as archive:
        first = records(archive)[0]
    folder = unpacked(built(signed, revision=first[:12]), tmp_path / "exhibit")
    assert "We were in court on Monday." in (folder / "index.html").read_text()
    assert first in checked(folder).stdout


def test_another_key_than_the_one_expected_does_not_hold(signed: Path, tmp_path: Path) -> None:
    folder = unpacked(built(signed), tmp_path / "exhibit")
    other = str(publishing.keys.Signer.new("archive.example/posts", b"2" * 32).verifier)
    found = checked(folder, other)
    assert found.returncode == 1
    assert "is not signed by the key" in found.stdout


@pytest.mark.parametrize("url", ["https://www.blog.example/post/none", "nonsense"])
def test_what_is_not_here_has_no_exhibit(signed: Path, url: str) -> None:
    with pytest.raises(UsageError, match="no such post"):
        built(signed, url)


def test_what_no_checkpoint_covers_has_no_exhibit_yet(full: Path) -> None:
    with Archive.open(full) as archive:
        archive.db.execute("DELETE FROM checkpoints")
    with pytest.raises(UsageError, match="nothing is sealed yet"):
        built(full)


def test_the_verb_writes_the_zip(signed: Path, tmp_path: Path) -> None:
    out = tmp_path / "post.zip"
    done = CliRunner().invoke(main, ["exhibit", COURT, "--db", str(signed), "--output", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_bytes() == built(signed)


def redone(folder: Path) -> None:
    """Make the list of members anew, as whoever changed one of them would."""
    names = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    sums = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names if "SHA256SUMS" not in name
    }
    (folder / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in sums.items()))


@pytest.mark.parametrize("name", ["index.html", "certificate.md"])
def test_words_that_are_no_capture_are_bound_by_the_signature_on_the_list(
    signed: Path, tmp_path: Path, name: str
) -> None:
    folder = unpacked(built(signed, keys=tmp_path), tmp_path / "exhibit")
    assert "signed SHA256SUMS, and so the words of index.html" in checked(folder).stdout
    text = (folder / name).read_text()
    (folder / name).write_text(text[:300] + " not" + text[300:])
    redone(folder)
    found = checked(folder)
    assert found.returncode == 1 and "SHA256SUMS.note, the signature on SHA256SUMS" in found.stdout
    (folder / exhibit.SIGNED_LIST).unlink()
    found = checked(folder)
    assert found.returncode == 1 and "is missing" in found.stdout


def test_where_nobody_signs_the_list_the_checker_says_what_that_leaves_open(signed: Path, tmp_path: Path) -> None:
    found = checked(unpacked(built(signed), tmp_path / "exhibit"))
    assert found.returncode == 0 and "certificate.md rest on who handed this over" in found.stdout


def test_every_bit_of_the_signature_on_the_list_counts(signed: Path, tmp_path: Path) -> None:
    folder = unpacked(built(signed, keys=tmp_path), tmp_path / "exhibit")
    whole = (folder / exhibit.SIGNED_LIST).read_bytes()
    for at in (
        0,
        20,
        whole.index(b"\n\n") + 1,
        whole.index(b"\n\n") + 3,
        len(whole) - 3,
        len(whole) - 2,
        len(whole) - 1,
    ):
        changed = bytearray(whole)
        changed[at] ^= 1
        (folder / exhibit.SIGNED_LIST).write_bytes(bytes(changed))
        found = checked(folder)
        assert found.returncode == 1 and exhibit.SIGNED_LIST in found.stdout, (at, found.stdout)


def test_the_checker_is_short_enough_to_read() -> None:
    text = Path(exhibit.__file__).with_name("verify.py.txt").read_text()
    assert text.count("\n") <= 300


def change_a_byte(folder: Path, name: str, rng: random.Random) -> None:
    data = bytearray((folder / name).read_bytes())
    at = rng.randrange(len(data))
    data[at] ^= rng.randrange(1, 256)
    (folder / name).write_bytes(bytes(data))


def change_a_field(folder: Path, name: str, rng: random.Random) -> None:
    """Change one word or number, within what is packed, too."""
    data = (folder / name).read_bytes()
    plain = gzip.decompress(data) if name.endswith(".gz") else data
    words = [found.span() for found in re.finditer(rb"[A-Za-z0-9+/=:._-]{2,}", plain)] or [(0, len(plain))]
    start, stop = rng.choice(words)
    word = bytearray(plain[start:stop])
    word[rng.randrange(len(word))] = rng.choice(b"0123456789abcdef")
    new = plain[:start] + bytes(word) + plain[stop:]
    new = new if new != plain else plain[:start] + b"x" + plain[start:]
    (folder / name).write_bytes(gzip.compress(new, mtime=0) if name.endswith(".gz") else new)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "count", [10, pytest.param(300, marks=pytest.mark.slow), pytest.param(3000, marks=pytest.mark.long)]
)
def test_bytes_and_fields_changed_at_random_are_found_and_named(signed: Path, tmp_path: Path, count: int) -> None:
    rng = random.Random(count)
    whole = unpacked(built(signed, keys=tmp_path), tmp_path / "whole")
    names = sorted(one.relative_to(whole).as_posix() for one in whole.rglob("*") if one.is_file())
    assert exhibit.SIGNED_LIST in names
    for _ in range(count):
        folder = Path(shutil.copytree(whole, tmp_path / "changed"))
        name = rng.choice(names)
        rng.choice((change_a_byte, change_a_field))(folder, name, rng)
        found = checked(folder)
        assert found.returncode != 0, name
        assert name in found.stdout + found.stderr, (name, found.stdout, found.stderr)
        shutil.rmtree(folder)


def sealed_again(folder: Path) -> None:
    """Make the digests of all members anew, as who changed one would."""
    names = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.name != "SHA256SUMS")
    files = [name for name in names if (folder / name).is_file()]
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in files]
    (folder / "SHA256SUMS").write_text("".join(lines))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"The judge heard nine", b"The judge heard five"),
        (b"WARC-Target-URI: https://www.blog.example/post/a-d", b"WARC-Target-URI: https://www.blog.example/post/b-d"),
        (b"Server: Pepyaka", b"Server: Pepyako"),
        (b'ushrn-captured_at: "2021', b'ushrn-captured_at: "2011'),
        (b"GET /post/a-day", b"GET /post/b-day"),
    ],
)
def test_what_is_changed_in_the_captures_does_not_hold_though_the_digests_are_made_anew(
    signed: Path, tmp_path: Path, old: bytes, new: bytes
) -> None:
    folder = unpacked(built(signed), tmp_path / "exhibit")
    file = folder / "capture.warc.gz"
    plain = gzip.decompress(file.read_bytes())
    assert old in plain
    plain = re.sub(rb"WARC-(Block|Payload)-Digest: [^\r]*\r\n", b"", plain.replace(old, new))
    file.write_bytes(gzip.compress(plain))
    sealed_again(folder)
    found = checked(folder)
    assert found.returncode == 1
    assert "all 5 members have the digests" in found.stdout
    assert "DOES NOT HOLD" in found.stdout


PICTURE = "https://static.wixstatic.com/media/face~mv2.png"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de") + b"pixels"


@pytest.fixture
def pictured(signed: Path, archives: Any) -> Path:
    """A post more, with a picture that was kept."""
    extra = f'<figure><img src="{PICTURE}/v1/fill/w_9,h_9/face~mv2.png" alt="A <face>"></figure>'
    page = archives.page("Seen", "Words.", slug="pictured", extra=extra)
    archives.fill(signed, [
        archives.live("/post/pictured", "2021-12-29T00:00:00Z", page),
        archives.live("", "2021-12-29T00:00:01Z", PNG, url=PICTURE, kind="image", media_type="image/png", packed=False),
    ], confirm=False)  # fmt: skip
    return signed


def test_pictures_stand_on_the_page_each_with_its_digest(pictured: Path, tmp_path: Path) -> None:
    folder = unpacked(built(pictured, "https://www.blog.example/post/pictured"), tmp_path / "exhibit")
    sha256 = hashlib.sha256(PNG).hexdigest()
    assert (folder / f"pictures/{sha256}.png").read_bytes() == PNG
    page = (folder / "index.html").read_text()
    assert f'<img src="pictures/{sha256}.png" alt="A &lt;face&gt;">' in page
    assert f"SHA-256 <code>{sha256}</code>" in page
    found = checked(folder)
    assert found.returncode == 0, found.stdout
    (folder / f"pictures/{sha256}.png").write_bytes(PNG + b"!")
    sealed_again(folder)
    assert "pictures that no capture here has" in checked(folder).stdout


def test_the_posts_of_a_search_are_one_exhibit(pictured: Path, tmp_path: Path) -> None:
    out = tmp_path / "posts.zip"
    words = ["exhibit", "--where", "site=www.blog.example", "--query", "words OR court", "--db", str(pictured)]
    done = CliRunner().invoke(main, [*words, "--output", str(out)])
    assert done.exit_code == 0, done.output
    assert "2 posts" in done.output
    folder = unpacked(out.read_bytes(), tmp_path / "exhibit")
    page = (folder / "index.html").read_text()
    assert page.index("A Day in Court") > 0
    assert page.count("<article ") == 2
    assert (folder / "certificate.md").read_text().count("the answer recorded for") == 2
    found = checked(folder)
    assert found.returncode == 0, found.stdout
    assert found.stdout.count("is number") == 3, "both pages and the picture"


@pytest.mark.parametrize(
    "words", [[], ["--query", "nothingfindsthis"], [COURT, "https://www.blog.example/post/saved", "--revision", "ab"]]
)
def test_an_exhibit_of_nothing_or_of_a_revision_of_two_is_refused(
    signed: Path, tmp_path: Path, words: list[str]
) -> None:
    done = CliRunner().invoke(main, ["exhibit", *words, "--db", str(signed), "--output", str(tmp_path / "x.zip")])
    assert done.exit_code == 2
    assert not (tmp_path / "x.zip").exists()


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_every_python_from_the_oldest_named_says_the_same_in_a_second(
    signed: Path, tmp_path: Path, version: str
) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"Python {version} is not installed")
    folder = unpacked(built(signed), tmp_path / "exhibit")
    began = os.times().children_user
    found = subprocess.run(
        [python, "-I", "-S", "-B", "verify.py"], cwd=folder, capture_output=True, text=True, timeout=30
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert os.times().children_user - began < 1


def interpreter(version: str) -> str | None:
    """The path of that Python; None: it is not here, or does not start."""
    for name in (f"python{version}", *map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))):
        path = shutil.which(name)
        if path and subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:
            return path
    return None


@pytest.mark.parametrize("name", ["capture.warc.gz", "index.html", "proof.tlog-proof", "SHA256SUMS", "certificate.md"])
def test_a_member_taken_away_or_added_is_found(signed: Path, tmp_path: Path, name: str) -> None:
    folder = unpacked(built(signed), tmp_path / "exhibit")
    (folder / name).rename(folder / "elsewhere")
    found = checked(folder)
    assert found.returncode == 1
    assert "DOES NOT HOLD" in found.stdout


def test_what_a_post_page_says_of_its_proof(signed: Path) -> None:
    with Archive.open(signed, create=False, readonly=True) as archive:
        told = exhibit.details(archive.db, records(archive)[0])
        assert told == {"sealed_at": "2022-01-01T00:00:00Z", "checkpoint": 2, "existed_by": ()}
        assert exhibit.details(archive.db, "0" * 64) == {}
        assert sealing.index(archive.db, "0" * 64) is None


@pytest.mark.parametrize("kept", [0, 100])
def test_an_exhibit_whose_captures_were_cut_away_says_so_in_words(signed: Path, tmp_path: Path, kept: int) -> None:
    folder = unpacked(built(signed), tmp_path / "exhibit")
    file = folder / "capture.warc.gz"
    file.write_bytes(file.read_bytes()[:kept])
    found = checked(folder)
    assert found.returncode == 1
    assert "no capture could be read, so no proof could be held against one" in found.stdout
    assert "UnboundLocalError" not in found.stdout + found.stderr
