"""Real Chromium and the axe that looks at its pages, for the tests that need them; skipped where they cannot be had."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.outside import CHROMIUM, packaged

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
AXE = "axe-core@4.14.1"
#: WCAG 2.0 to 2.2, A and AA, and axe's own best practices.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

Axe = Callable[[Any], list[tuple[str, list[str]]]]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A running browser, by Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install '.[browser]' brings playwright")
    if not CHROMIUM:
        pytest.skip("there is no chromium: apt-get install chromium, or name it in CHROMIUM")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Axe:
    """A function that gives what axe finds wrong with a page: (rule, the start of three elements) each."""
    source = packaged(AXE, ["axe.min.js"], tmp_path_factory.mktemp("axe"))[0].decode()

    def inner(page: Any) -> list[tuple[str, list[str]]]:
        page.evaluate(source)
        found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", TAGS)
        return [(each["id"], [node["html"][:160] for node in each["nodes"]][:3]) for each in found["violations"]]

    return inner
