"""The weight of pages: their own HTML, CSS and JavaScript, compressed as sent."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from app.identity.demo import DEMO_PASSWORD
from bench.results import Result
from bench.world import World

PAGES = ("/", "/inbox", "/products", "/requests", "/processes", "/help")
_ASSET = re.compile(r"""<(?:script[^>]+src|link[^>]+rel="stylesheet"[^>]+href|link[^>]+href)="([^"]+)\"""")
LEFT_ASIDE = ("bpmn-js", "dmn-js", "form-js", "echarts")
"""Diagrams, charts and editors have no part in the budget."""


def measure(world: World) -> Iterator[Result]:
    client = world.app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    form = {"username": "lin.yue", "password": DEMO_PASSWORD, "csrf_token": token[1] if token else ""}
    client.post("/sign-in", data=form)
    weights: dict[str, int] = {}
    foreign: set[str] = set()
    for path in PAGES:
        answer = client.get(path, follow_redirects=True)
        if answer.status_code != 200:
            continue
        html = answer.get_data()
        weights[path] = len(gzip.compress(html))
        for asset in set(_ASSET.findall(html.decode())):
            if urlsplit(asset).netloc:
                foreign.add(asset)
            elif asset.split("?")[0].endswith((".css", ".js")) and not any(part in asset for part in LEFT_ASIDE):
                weights[path] += len(gzip.compress(client.get(urljoin(path, asset)).get_data()))
    heaviest = max(weights, key=weights.__getitem__)
    detail = f"{heaviest} is the heaviest of {len(weights)} pages; third-party origins: {len(foreign)}"
    yield Result("page_bytes", world.kind, weights[heaviest], 200_000, "bytes", detail)
