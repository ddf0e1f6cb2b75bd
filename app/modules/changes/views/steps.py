"""The steps of a proposal: what each reads from its form, and what it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from app.kernel import clock
from app.kernel.errors import Fault, Invalid
from app.kernel.i18n import N_
from app.modules.catalogue.schemas.content import load_content
from app.modules.catalogue.schemas.kinds import NOT_INTEGER
from app.modules.catalogue.types import AVAILABILITY, product_type
from app.modules.catalogue.views import typed
from app.modules.catalogue.views.grids import Section, lists_of, sections
from app.modules.catalogue.views.typed import Form
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules.pilots import named as scopes_of
from app.modules.changes.services.outlook import Compared
from app.modules.changes.views.base import SOURCES

__all__ = ["CRITERIA", "LENGTH", "PROMPTS", "SCOPES", "SOURCES", "STEPS", "Typed", "editor", "stored"]
STEPS: Mapping[str, str] = {
    "driver": N_("Driver"),
    "plan": N_("Function plan"),
    "versions": N_("New version"),
    "launch": N_("Day and scope"),
    "file": N_("Approver's file"),
    "check": N_("Check and submit"),
}
PROMPTS: Mapping[str, str] = {
    "driver": N_("What makes the change necessary? Say who or what drives it, and why."),
    "plan": N_("What changes for the customer, and what should it bring the bank?"),
    "versions": N_("Edit the new version beside the live one. Only what you change is reviewed."),
    "launch": N_("From which day, where and to whom? Say whether you wish a pilot first."),
    "file": N_("What must an approver know besides? What is demanded must stand here before the design is submitted."),
    "check": N_("Read what you propose as the reviewers will see it, then submit."),
}
SCOPES = AVAILABILITY.attribute("scopes")
CRITERIA: Mapping[str, str] = {
    "min_sales": N_("Contracts sold, at least"),
    "max_complaints": N_("Complaints, at most"),
    "max_incidents": N_("Incidents, at most"),
}
LENGTH = (7, 180)
"""Days that a pilot lasts, as in the form of the pilot plan."""


def groups_of(step: str, type_key: str) -> list[str]:
    """Which attribute groups of a product type a step edits."""
    keys = [group.key for group in product_type(type_key).groups]
    if step == "launch":
        return [key for key in keys if key == "availability"]
    return [key for key in keys if key != "availability"] if step == "versions" else []


@dataclass(frozen=True)
class Typed:
    """The form of a step as it was sent, read against the versions it edits."""

    step: str
    form: Form
    edited: Sequence[Compared]
    """The products this form edits, in its order."""

    def contents(self) -> dict[str, dict[str, Any]]:
        """Product code → the whole content as typed."""
        return {c.product.code: self._content(n, c) for n, c in enumerate(self.edited)}

    def _content(self, place: int, compared: Compared) -> dict[str, Any]:
        content = dict(compared.proposed)
        found = product_type(content["type"])
        for key in groups_of(self.step, found.key):
            value = typed.group_content(
                self.form, f"versions/{place}/content/{key}", found.group(key), content.get(key) or {}
            )
            content.pop(key, None)
            if value:
                content[key] = value
        return content

    def faults(self) -> list[Fault]:
        """What the checks of the documents say, pointing to the page's fields."""
        found: list[Fault] = []
        for place, compared in enumerate(self.edited):
            content = self._content(place, compared)
            try:
                load_content(content, pointer=f"/versions/{place}/content", base=compared.live)
            except Invalid as error:
                found += error.faults
        return found

    def valid(self) -> dict[str, dict[str, Any]]:
        """The canonical contents of the products without faults."""
        found = {}
        for place, compared in enumerate(self.edited):
            try:
                found[compared.product.code] = load_content(self._content(place, compared), base=compared.live)
            except Invalid:
                continue
        return found

    def places(self) -> dict[str, list[int]]:
        """List name → the page's numbers of its rows in which something stands."""
        found = {}
        for place, compared in enumerate(self.edited):
            of_type = product_type(compared.proposed["type"])
            for path, attribute in lists_of(of_type, groups_of(self.step, of_type.key)):
                name = f"versions/{place}/content/{path}"
                found[name] = typed.filled_places(self.form, name, attribute)
        if self.step == "launch":
            for name in ("pilot_plan/scopes", "pilot_plan/comparison"):
                found[name] = typed.filled_places(self.form, name, SCOPES)
        return found

    def details(self) -> dict[str, Any]:
        """The members of the request that the step saves; ``Invalid`` for what cannot be read."""
        if self.step == "driver":
            return {"driver": _driver(self.form)}
        if self.step == "plan":
            names = ("function_plan", "expected_benefit")
            return {name: self.form.get(name, "").replace("\r\n", "\n").strip() or None for name in names}
        return _launch(self.form) if self.step == "launch" else {}


def _driver(form: Form) -> dict[str, Any]:
    kind = form.get("driver/kind", "")
    names = {"internal": ("kind", "department", "reason"), "external": ("kind", "source", "reason")}.get(kind, ())
    texts = {name: form.get(f"driver/{name}", "").replace("\r\n", "\n").strip() for name in names or ("reason",)}
    return {name: text for name, text in texts.items() if text}


def _launch(form: Form) -> dict[str, Any]:
    faults: list[Fault] = []
    day = _day(form.get("effective_on", "").strip(), faults)
    wish = form.get("pilot_wish") == "true"
    plan = _pilot_plan(form, wish, faults) if "pilot_plan/length_days" in form else None
    if faults:
        raise Invalid(N_("Some of what was entered is not right."), faults=faults)
    return {"effective_on": day, "pilot_wish": wish, "pilot_plan": plan}


def _day(text: str, faults: list[Fault]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        faults.append(Fault("/effective_on", N_("Must be a day.")))
        return None


def _pilot_plan(form: Form, wish: bool, faults: list[Fault]) -> dict[str, Any] | None:
    scopes, beside = (typed.rows_of(form, f"pilot_plan/{part}", SCOPES) for part in ("scopes", "comparison"))
    length = form.get("pilot_plan/length_days", "").strip()
    texts = {key: form.get(f"pilot_plan/criteria/{key}", "").strip() for key in CRITERIA}
    if not (scopes or beside or length or any(texts.values())):
        return None
    plan: dict[str, Any] = {
        "scopes": scopes,
        "length_days": _whole(length, "/pilot_plan/length_days", faults, *LENGTH),
        "criteria": {key: _whole(text, f"/pilot_plan/criteria/{key}", faults) for key, text in texts.items()},
    }
    if beside:
        plan["comparison"] = beside
    if not scopes:
        faults.append(Fault("/pilot_plan/scopes", N_("A pilot needs a scope: units, channels or customer groups.")))
    return plan


def _whole(text: str, pointer: str, faults: list[Fault], low: int = 0, high: int = 100_000_000) -> int:
    plain = typed.number(text)
    if not text:
        faults.append(Fault(pointer, N_("This is required."), code="required"))
    elif not (plain.isascii() and plain.isdigit() and len(plain) < 10 and low <= int(plain) <= high):
        message = N_("Must be a whole number from %(low)s to %(high)s.")
        faults.append(Fault(pointer, message if high < 1_000_000 else NOT_INTEGER, {"low": low, "high": high}))
    else:
        return int(plain)
    return 0


def stored(found: ChangeRequest) -> Form:
    """What is saved, as the fields of the forms hold it."""
    fields: list[tuple[str, str]] = [(f"driver/{key}", value) for key, value in (found.driver or {}).items()]
    fields += [("function_plan", found.function_plan or ""), ("expected_benefit", found.expected_benefit or "")]
    if found.effective_at:
        fields.append(("effective_on", clock.accounting_date(found.effective_at).isoformat()))
    if found.pilot_wish:
        fields.append(("pilot_wish", "true"))
    plan = found.pilot_plan or {}
    if plan:
        fields.append(("pilot_plan/length_days", str(plan.get("length_days") or "")))
        fields += [(f"pilot_plan/criteria/{key}", str(n)) for key, n in (plan.get("criteria") or {}).items()]
    for pointer, scope in scopes_of(plan):
        fields += [(f"pilot_plan{pointer}/{key}", code) for key, codes in scope.items() for code in codes]
    return MultiDict(fields)


def editor(
    step: str, edited: Sequence[Compared], contents: Mapping[str, Mapping[str, Any]], *,
    columns: Mapping[str, set[str]], blank_rows: Mapping[str, int],
) -> list[tuple[Compared, list[Section]]]:  # fmt: skip
    """The editable sections of each product, showing ``contents`` where they were typed."""
    made = []
    for place, compared in enumerate(edited):
        found = product_type(compared.proposed["type"])
        shown = contents.get(compared.product.code, compared.proposed)
        made.append(
            (
                compared,
                sections(
                    found,
                    f"versions/{place}/content",
                    shown,
                    compared.live,
                    groups=groups_of(step, found.key),
                    columns=columns,
                    blank_rows=blank_rows,
                ),
            )
        )
    return made


def marks(sent: Typed) -> list[str]:
    """Pointers of the fields that differ from the live version, as typed."""
    made = editor(sent.step, sent.edited, sent.contents(), columns={}, blank_rows={})
    found = []
    for _, parts in made:
        for section in parts:
            cells = [*section.fields, *(c for g in section.grids for r in g.rows for c in r.cells)]
            found += [cell.pointer for cell in cells if cell.changed]
    return found
