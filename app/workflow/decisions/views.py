"""Decision tables for reading: what the bank decides by, and where each row comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, url_for

from app.identity.directory import names_of
from app.identity.permissions import allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session
from app.kernel.errors import DomainError
from app.kernel.i18n import N_
from app.kernel.web import page_size
from app.workflow.decisions import services
from app.workflow.decisions.comparing import difference
from app.workflow.decisions.models import DecisionDefinition
from app.workflow.decisions.presenting import detail_json
from app.workflow.decisions.queries import latest, latest_or_none, latest_page, table_of, version, versions, waiting
from app.workflow.second_person_pages import answer_word

pages = Blueprint("decision_pages", __name__, template_folder="templates")

POLICIES = {
    "UNIQUE": N_("At most one row may hit."),
    "FIRST": N_("The first row that hits decides."),
    "ANY": N_("Several rows may hit if they agree."),
    "PRIORITY": N_("Of the rows that hit, the strongest result decides."),
    "COLLECT": N_("All rows that hit count, each result once."),
    "RULE ORDER": N_("All rows that hit count, in their order."),
}
"""What a hit policy means, in words."""
AGGREGATIONS = {
    "SUM": N_("The results are added up."),
    "MIN": N_("The least result counts."),
    "MAX": N_("The greatest result counts."),
    "COUNT": N_("The rows that hit are counted."),
}


VERSION = "/rules/<string:key>/versions/<int:number>"


@pages.get("/rules")
@signed_in
def all_tables() -> Any:
    """Each table as it is in effect, and what waits for a second person."""
    require(current_actor(), "process.see")
    limit, after = page_size(), decode_cursor(str)
    rows, more = latest_page(session(), after=after[0] if after else "", limit=limit)
    queue = waiting(session())
    return render_template(
        "decisions/list.html",
        tables=[(definition, table_of(definition)) for definition in rows],
        waiting=queue,
        people=names_of(session(), (definition.deployed_by for definition in queue)),
        next=encode_cursor(more) if more else None,
    )


@pages.get("/rules/<string:key>")
@signed_in
def one_table(key: str) -> Any:
    """One table as it is in effect, row by row."""
    require(current_actor(), "process.see")
    return _shown(latest(session(), key))


@pages.get(VERSION)
@signed_in
def one_version(key: str, number: int) -> Any:
    """One version, row by row, beside the one in effect."""
    require(current_actor(), "process.see")
    return _shown(version(session(), key, number))


def _shown(definition: DecisionDefinition, error: DomainError | None = None) -> Any:
    table, in_effect = detail_json(definition), latest_or_none(session(), definition.key)
    for rule in table["rules"]:
        columns = zip(table["inputs"], rule["conditions"], strict=True)
        rule["when"] = [(column, text) for column, text in columns if text != "-"]
    kept = versions(session(), definition.key)
    rendered = render_template(
        "decisions/table.html",
        definition=definition,
        table=table,
        meaning=AGGREGATIONS.get(table["aggregation"] or "") or POLICIES[table["hit_policy"]],
        versions=kept,
        in_effect=in_effect,
        compared=difference(table_of(in_effect), table_of(definition)) if in_effect else None,
        designs=allowed(current_actor(), "process.deploy"),
        people=names_of(session(), (name for each in kept for name in (each.deployed_by, each.approved_by) if name)),
        error=error,
    )
    return rendered, error.status if error else 200


@pages.post(f"{VERSION}/approve")
@signed_in
def approve(key: str, number: int) -> Any:
    """The second person's word."""
    return _decided(services.approve_table, key, number, N_("Approved: the bank decides by this version."))


@pages.post(f"{VERSION}/refuse")
@signed_in
def refuse(key: str, number: int) -> Any:
    """The second person says no; the version never takes effect."""
    return _decided(services.refuse_table, key, number, N_("Refused: the version does not take effect."))


def _decided(verb: Callable[..., object], key: str, number: int, done: str) -> Any:
    return answer_word(
        verb,
        key=key,
        version=number,
        done=done,
        address=url_for("decision_pages.one_version", key=key, number=number),
        shown=lambda error: _shown(version(session(), key, number), error),
    )
