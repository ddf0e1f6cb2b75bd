"""Decision tables for reading: what the bank decides by, and where each row comes from."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from app.identity.directory import names_of
from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session
from app.kernel.i18n import N_
from app.kernel.web import page_size
from app.workflow.decisions.presenting import detail_json
from app.workflow.decisions.queries import latest, latest_page, table_of, versions

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


@pages.get("/rules")
@signed_in
def all_tables() -> Any:
    """The newest version of each table."""
    require(current_actor(), "process.see")
    limit, after = page_size(), decode_cursor(str)
    rows, more = latest_page(session(), after=after[0] if after else "", limit=limit)
    tables = [(definition, table_of(definition)) for definition in rows]
    return render_template("decisions/list.html", tables=tables, next=encode_cursor(more) if more else None)


@pages.get("/rules/<string:key>")
@signed_in
def one_table(key: str) -> Any:
    """One table, row by row."""
    require(current_actor(), "process.see")
    definition = latest(session(), key)
    table = detail_json(definition)
    for rule in table["rules"]:
        columns = zip(table["inputs"], rule["conditions"], strict=True)
        rule["when"] = [(column, text) for column, text in columns if text != "-"]
    meaning = AGGREGATIONS.get(table["aggregation"] or "") or POLICIES[table["hit_policy"]]
    kept = versions(session(), key)
    return render_template(
        "decisions/table.html",
        definition=definition,
        table=table,
        meaning=meaning,
        versions=kept,
        people=names_of(session(), (version.deployed_by for version in kept)),
    )
