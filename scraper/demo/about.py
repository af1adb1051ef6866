"""What the archive of the demonstration says of itself, so that nobody takes its posts for real ones."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from scraper.demo.scene import NAME
from scraper.records import Setting
from scraper.runs import open_run
from scraper.store import keep_setting

SETTINGS = {
    Setting.NAME: "A demonstration archive",
    Setting.PUBLISHER: f"the pretend {NAME}",
    Setting.INTRODUCTION: (
        f"**The {NAME}** does not exist. It is a pretend blog: ushrn demo served it on this machine and crawled it "
        "three times, as if 45 and 20 days ago and today. Its posts, people, numbers and pictures are made up.\n\n"
        "**Between the crawls** one post was edited, one was added and one was taken down, so that there is something "
        "to see in Changes and in the history of a post."
    ),
}


def describe(path: Path, now: Callable[[], datetime]) -> None:
    """Keep these settings in the archive at *path*."""
    with open_run(path, now=now, create=False) as run, run.archive.sealed() as db:
        for key, words in SETTINGS.items():
            keep_setting(db, key, words)
