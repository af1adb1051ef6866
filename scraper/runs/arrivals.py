"""Captures that came from elsewhere, in any order: what only all of a run tell of each other is judged at its end."""

from scraper import sites
from scraper.decide import OWN_TEXT, WHY_ONE_TEXT, Judgement, OneText, behind_missing, marked
from scraper.numbers import plural
from scraper.records import Problem
from scraper.runs.session import Session
from scraper.store import arrivals
from scraper.vocabulary import Stage


def judge_arrivals(session: Session, by: str) -> None:
    """Judge what a run of the command *by* brought as a crawl does: marked answers of 404 are walls where pages of
    posts lacked the mark, and one text in place of those of several posts is held back.
    """
    _judge_absences(session, by)
    held: set[str] = set()
    while found := _hold_one_text(session, by):
        held |= found
    if held:
        session.alarm(
            f"one text in place of those of {plural(len(held), 'post')}: held back, nothing overwritten. It is "
            f"{WHY_ONE_TEXT}: `ushrn accept --list` lists the captures, `ushrn accept` accepts them"
        )


def _judge_absences(session: Session, by: str) -> None:
    archive = session.archive
    for number, url, at in arrivals.absences_of_run(archive.db, session.run.crawl_id):
        answer = archive.capture(number)
        if marked(answer) is None:
            continue
        page = arrivals.page_before(archive.db, sites.site_for(url).id, at)
        wall = None if page is None else behind_missing(answer, archive.capture(page))
        if wall is not None:
            session.judge(number, Judgement.BLOCKED, wall, by=by)


def _hold_one_text(session: Session, by: str) -> set[str]:
    """Hold versions with the same text; of which posts. What they hid may be another such version."""
    texts = OneText()
    for versions in arrivals.texts_of_run(session.archive.db, session.run.crawl_id):
        texts.see(versions)
    found = texts.found()
    for shown in found:
        message = f"expected {OWN_TEXT}, found that of several posts; held back: `ushrn accept` accepts it"
        session.judge(shown.capture_id, Judgement.HELD, "the same text as at other posts", by=by)
        session.note(Problem(stage=Stage.DRIFT, kind="layout-changed", field=OWN_TEXT, url=shown.url, message=message))
    return {shown.url for shown in found}
