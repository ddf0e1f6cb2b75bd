"""Every page that can be reached by links, as several people, in both languages.

Each answers 200, says what it is for, and speaks the language that was asked for:
no Latin word on a Chinese page, no Chinese character on an English one. Data typed
by people or imported stands in elements with ``translate="no"``, names for programs in
``code``; both are left out.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from app.demo import seed
from app.demo_exits import seed_exits
from app.demo_lives import seed_lives
from app.demo_requests import seed_requests
from app.demo_suspensions import seed_suspensions
from app.kernel.database import unit_of_work
from app.modules.customers.generating.demo import seed_customers
from tests.databases import TestDatabase
from tests.shell.conftest import sign_in

PEOPLE = ("lin.yue", "chen.rui", "wang.zhiyuan", "shen.dan", "jin.cheng", "lu.ming", "fang.yi", "tan.xue")
LANGUAGE_ON = {"sqlite": "en", "postgresql": "zh"}
PAGES_PER_VIEW = 4
"""Pages of one kind that are looked at: the hundredth product adds nothing."""

SPOKEN_ATTRIBUTES = ("aria-label", "placeholder", "title", "alt", "data-confirm")
SILENT = {"script", "style", "code", "pre", "kbd", "title", "template"}
OWN_NAMES = re.compile("English|简体中文|中文")
"""Languages are called by their own names in every language."""

SAME_IN_CHINESE = frozenset({"Tollgate", "OpenAPI", "If-Match", "ETag", "Bearer", "Excel", "Word"})
LATIN = re.compile(r"[A-Za-z0-9][\w.'’-]*[A-Za-z]")
CODE = re.compile(r"[_0-9]|\w\.\w")
CHINESE = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")


@pytest.fixture
def demo(filled: Callable[..., Flask]) -> Flask:
    """The whole demo bank, not its people only, with its requests under way."""
    return filled("demo", _fill)


def _fill() -> None:
    now = datetime.now(UTC)
    with unit_of_work() as uow:
        seed(uow, now)
    seed_customers(now)
    seed_requests(now)
    seed_suspensions(now)
    seed_lives(now)
    seed_exits(now)


@pytest.mark.slow
def test_every_page_answers_in_the_language_asked_for(demo: Flask, database: TestDatabase) -> None:
    """All people see all their pages in each language, and from each database."""
    language = LANGUAGE_ON[database.kind]
    places: dict[str, str] = {}
    for person in PEOPLE:
        for path, page in _pages(demo, person, language):
            for complaint in _complaints(page, language):
                places.setdefault(complaint, f"{person} {path}")
    assert not places, "\n".join(f"{place}: {complaint}" for complaint, place in places.items())


def _pages(app: Flask, person: str, language: str) -> Iterator[tuple[str, lxml.html.HtmlElement]]:
    """Each page that ``person`` can reach from the start page."""
    client = app.test_client()
    client.set_cookie("language", language)
    yield "/sign-in", lxml.html.fromstring(client.get("/sign-in").text)
    sign_in(client, person)
    queue, met, seen = deque(["/"]), {"/"}, Counter[str]()
    while queue:
        path = queue.popleft()
        page = _read(client, path)
        if page is None:
            continue
        yield path, page
        for link in _links(page, path):
            view = _view(app, link)
            if link not in met and view and seen[view] < PAGES_PER_VIEW:
                met.add(link)
                seen[view] += 1
                queue.append(link)


def _read(client: FlaskClient, path: str) -> lxml.html.HtmlElement | None:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200, f"{path} answers {answer.status_code}"
    return lxml.html.fromstring(answer.text) if answer.mimetype == "text/html" else None


def _links(page: lxml.html.HtmlElement, path: str) -> Iterator[str]:
    for href in page.xpath("//a/@href | //*/@hx-get"):
        parts = urlsplit(urljoin(path, href))
        if not parts.netloc and not href.startswith("#"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def _view(app: Flask, link: str) -> str:
    """The name of the view behind a link with the names of its arguments; empty if it is no page."""
    parts = urlsplit(link)
    if parts.path.startswith(("/static/", "/api/")):
        return ""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(parts.path, method="GET")
    except HTTPException:
        return f"nothing at {parts.path}"
    names = sorted({pair.split("=")[0] for pair in parts.query.split("&")})
    return f"{endpoint}?{'&'.join(names)}"


def _complaints(page: lxml.html.HtmlElement, language: str) -> Iterator[str]:
    foreign: Callable[[str], list[str]] = _latin if language == "zh" else CHINESE.findall
    for text in _spoken(page):
        found = foreign(OWN_NAMES.sub("", text))
        if found:
            yield f"{text.strip()[:80]!r} ({found[0]})"
    main = page.find_class("page-head")
    if main:
        if not "".join(part.text_content() for part in page.find_class("purpose")).strip():
            yield "does not say what it is for"
        if len(main[0].find_class("btn-primary")) > 1:
            yield "has more than one primary action"
    if len(page.xpath("//h1")) != 1 and page.xpath("//main"):
        yield "needs one heading of the first level"
    yield from _lost(page)


def _lost(page: lxml.html.HtmlElement) -> Iterator[str]:
    """Where a page says that it lies, and where the navigation shows it."""
    sections = page.xpath("//nav[@class='sections']/a[@class='open']")
    crumbs = page.xpath("//nav[@class='crumbs']//li")
    if sections and crumbs and crumbs[0].text_content() != sections[0].text_content().strip():
        yield f"begins with {crumbs[0].text_content()}, lies in {sections[0].text_content().strip()}"


def _latin(text: str) -> list[str]:
    """Words of a Latin script, but no abbreviations such as BPMN and no codes such as ``bonus_saver`` or P3M."""
    words = (w for w in LATIN.findall(text) if not w.isupper() and len(w) > 2 and w not in SAME_IN_CHINESE)
    return [w for w in words if not CODE.search(w)]


def _spoken(element: lxml.html.HtmlElement) -> Iterator[str]:
    """The texts a person sees or hears, without those that are data or code."""
    if not isinstance(element.tag, str) or element.tag in SILENT or element.get("translate") == "no":
        return
    yield from (element.get(name) for name in SPOKEN_ATTRIBUTES if element.get(name))
    if element.tag == "input" and element.get("type") in {"submit", "button"}:
        yield element.get("value", "")
    if element.tag != "textarea" and element.text:
        yield element.text
    for child in element:
        yield from _spoken(child)
        if child.tail:
            yield child.tail


@pytest.mark.parametrize(
    ("language", "html", "complains"),
    [
        ("zh", "<p>草稿 Draft</p>", True),
        ("zh", "<p>流程图 BPMN</p>", False),
        ("zh", '<p>产品 <b translate="no">Bonus Saver</b></p>', False),
        ("zh", '<p>产品 <b translate="no">Bonus</b> now</p>', True),
        ("zh", '<button aria-label="Close">关</button>', True),
        ("zh", "<p>见 <code>product_update</code></p>", False),
        ("en", "<p>草稿</p>", True),
        ("en", "<p>Draft，</p>", True),
        ("en", '<p translate="no">林悦</p>', False),
    ],
)
def test_the_crawl_hears_the_wrong_language(language: str, html: str, complains: bool) -> None:
    page = lxml.html.fromstring(f"<html><body>{html}</body></html>")
    assert bool(list(_complaints(page, language))) is complains
