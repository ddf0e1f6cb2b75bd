"""Where a person can go: one table, filtered by what the person may and what exists.

Entries name paths. An entry whose path no feature serves, or which the person may
not open, is left out, so that no link dangles and nobody is shown a locked door.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flask import Flask, current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.identity.actors import Actor
from app.identity.permissions import allowed
from app.kernel.i18n import N_


@dataclass(frozen=True)
class Entry:
    """A place in the navigation. Without a permission, everybody signed in sees it."""

    label: str
    path: str
    permission: str | None = None
    children: tuple[Entry, ...] = ()
    open: bool = False
    """Whether the page being shown lies here."""


NAVIGATION: tuple[Entry, ...] = (
    Entry(N_("Inbox"), "/inbox"),
    Entry(
        N_("My requests"),
        "/requests",
        None,
        (Entry(N_("My requests"), "/requests"), Entry(N_("Launch calendar"), "/requests/calendar")),
    ),
    Entry(
        N_("Products"),
        "/products",
        "product.see",
        (
            Entry(N_("Find products"), "/products", "product.see"),
            Entry(N_("What is on sale"), "/products/on-sale", "product.see"),
            Entry(N_("Customer tiers"), "/products/tiers", "tier.see"),
            Entry(N_("Bundles"), "/bundles", "bundle.see"),
            Entry(N_("Create a product"), "/products/new", "product.create"),
            Entry(N_("Propose a change"), "/requests/new", "change.propose"),
            Entry(N_("Import"), "/products/import", "product.import"),
        ),
    ),
    Entry(
        N_("R&D"),
        "/development/ideas",
        None,
        (
            Entry(N_("Ideas"), "/development/ideas", "idea.see"),
            Entry(N_("Questionnaires"), "/questionnaires", "research.see"),
            Entry(N_("Initiatives"), "/development/initiatives", "initiative.see"),
            Entry(N_("Costing"), "/development/costing", "costing.see"),
        ),
    ),
    Entry(
        N_("Control"),
        "/products/risk",
        None,
        (
            Entry(N_("Risk"), "/products/risk", "risk.see"),
            Entry(N_("Rate ceilings"), "/products/rate-ceilings", "ceiling.see"),
            Entry(N_("Suspensions"), "/suspensions", "suspension.see"),
            Entry(N_("Exits"), "/exits", "product.see"),
            Entry(N_("Partners"), "/products/partners", "partner.see"),
        ),
    ),
    Entry(
        N_("Documents"),
        "/documents",
        None,
        (
            Entry(N_("Documents"), "/documents", "document.see"),
            Entry(N_("Text templates"), "/templates", "template.see"),
        ),
    ),
    Entry(N_("Customers and holdings"), "/customers", "customer.find"),
    Entry(
        N_("Processes"),
        "/processes",
        "process.see",
        (
            Entry(N_("Processes"), "/processes", "process.see"),
            Entry(N_("Decision tables"), "/rules", "process.see"),
            Entry(N_("Delegated authority"), "/authorities", "authority.see"),
        ),
    ),
    Entry(N_("Reports"), "/reports"),
    Entry(
        N_("Administration"),
        "/admin",
        "administration.see",
        (
            Entry(N_("Incidents and audit trail"), "/admin", "administration.see"),
            Entry(N_("Business days"), "/admin/calendar", "administration.see"),
        ),
    ),
)


def navigation(actor: Actor, path: str) -> list[Entry]:
    """The entries for ``actor``, with the ones that ``path`` lies under marked open."""
    visible = list(_visible(actor, NAVIGATION))
    here = _deepest(visible, path)
    return [_marked(entry, here) for entry in visible]


def section(actor: Actor, path: str) -> Entry | None:
    """The entry that the page at ``path`` lies under, if ``actor`` is shown one."""
    return next((entry for entry in navigation(actor, path) if entry.open), None)


def may_visit(actor: Actor, path: str) -> bool:
    """Whether the navigation shows ``path`` to ``actor``; for links outside of it."""
    return any(path in (e.path, *(c.path for c in e.children)) for e in _visible(actor, NAVIGATION))


def _visible(actor: Actor, entries: Iterable[Entry]) -> Iterable[Entry]:
    for entry in entries:
        if (entry.permission is None or allowed(actor, entry.permission)) and served(entry.path):
            children = tuple(_visible(actor, entry.children))
            if children or not entry.children:
                yield replace(entry, path=_way_in(entry, children), children=children)


def _way_in(entry: Entry, children: Sequence[Entry]) -> str:
    """A section leads to its own page, or else to the first of its pages that may be opened."""
    return entry.path if not children or any(c.path == entry.path for c in children) else children[0].path


def served(path: str) -> bool:
    """Whether some feature answers GET on ``path``."""
    app: Flask = current_app
    known: dict[str, bool] = app.extensions.setdefault("served_paths", {})
    if path not in known:
        known[path] = _matches(app, path)
    return known[path]


def _matches(app: Flask, path: str) -> bool:
    try:
        app.url_map.bind("localhost").match(path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def _deepest(entries: Iterable[Entry], path: str) -> str:
    """The longest path of the table that ``path`` lies under."""
    paths = [p for e in entries for p in (e.path, *(c.path for c in e.children))]
    return max((p for p in paths if path == p or path.startswith(p + "/")), key=len, default="")


def _marked(entry: Entry, here: str) -> Entry:
    children = tuple(replace(c, open=c.path == here) for c in entry.children)
    inside = any(c.open for c in children) or entry.path == here
    return replace(entry, children=children, open=bool(here) and inside)
