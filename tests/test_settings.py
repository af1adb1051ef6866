"""What the owner says of an archive travels in the file."""

from pathlib import Path

from scraper import schema
from scraper.records import Setting
from scraper.store import Settings, keep_setting, settings_of


def test_settings_are_kept_and_taken_away(tmp_path: Path) -> None:
    db = schema.open_archive(tmp_path / "archive.db", create=True).conn
    assert settings_of(db) == Settings()
    keep_setting(db, Setting.NAME, " Harbour papers ")
    keep_setting(db, Setting.PUBLIC_URL, "https://papers.example.org/")
    keep_setting(db, Setting.INTRODUCTION, "**The Harbour** was.\n\nIt is.")
    keep_setting(db, Setting.SOURCES, "https://a.example/ https://b.example/")
    said = settings_of(db)
    assert (said.name, said.public_url) == ("Harbour papers", "https://papers.example.org")
    assert said.introduction == ("**The Harbour** was.", "It is.")
    assert said.sources == ("https://a.example/", "https://b.example/")
    keep_setting(db, Setting.NAME, "")
    assert settings_of(db).name == ""
    db.close()
