"""The blueprint, and what its views and templates share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, g, redirect, request
from werkzeug.wrappers import Response

from app.identity.directory import departments, names_of
from app.identity.permissions import Facts, allowed
from app.identity.roles import role_word
from app.identity.web import current_actor
from app.kernel.database import session
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, invalid
from app.kernel.i18n import N_, gettext, pick
from app.modules.catalogue.rules.content import as_fraction
from app.modules.catalogue.rules.difference import Change
from app.modules.catalogue.types import FAMILIES, PRODUCT_TYPES, Group, product_type
from app.modules.catalogue.types.description import label
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules.file import PARTS
from app.modules.changes.rules.states import EDITABLE
from app.modules.changes.services.records import NO_REQUEST, facts_of
from app.workflow.models import ProcessInstance

pages = Blueprint("changes_pages", __name__, template_folder="../templates")
REQUEST = "/requests/<int:request_id>"
EXPLAINED = (Conflict, Forbidden, Invalid, TooLarge)
"""Refusals that a page tells beside what was typed."""
MOST_TEXT = 4_000


def to(path: str) -> Response:
    """Go on to ``path``, by GET."""
    return redirect(path, 303)


def now() -> Any:
    return g.now


def visible(request_id: int) -> tuple[ChangeRequest, ProcessInstance | None]:
    """A request and its case, if the person may see it: otherwise it is not there."""
    found = session().get(ChangeRequest, request_id)
    instance = session().get(ProcessInstance, found.instance_id) if found and found.instance_id else None
    if found is None or not allowed(current_actor(), "change.see", facts_of(found, instance)):
        raise NotFound(NO_REQUEST)
    return found, instance


def may_edit(found: ChangeRequest) -> bool:
    """Whether the person may still change what is proposed."""
    return found.state in EDITABLE and allowed(current_actor(), "change.edit", Facts(initiator=found.initiator))


def text_of(name: str, *, most: int = MOST_TEXT) -> str:
    """A required text of the form that was sent; what is wrong stands at ``/name``."""
    found = request.form.get(name, "").replace("\r\n", "\n").strip()
    if not found:
        raise invalid(f"/{name}", N_("This is required."), code="required")
    if len(found) > most:
        raise invalid(f"/{name}", "Longer than %(most)s characters.", most=most)
    return found


class Words:
    """People, departments and groups by their names, for one page."""

    def __init__(self, usernames: Iterable[str | None] = ()):
        self._people = names_of(session(), usernames)
        self.departments: Mapping[str, Mapping[str, str]] = departments(session())

    def person(self, username: str | None) -> str:
        return pick(self._people.get(username or ""), username or "")

    def group(self, group: str | None) -> str:
        """``risk`` → Risk management; ``risk:officer`` → Risk management · Officer."""
        first, _, role = (group or "").partition(":")
        name = pick(self.departments.get(first)) or role_word(first)
        return f"{name} · {role_word(role)}" if role else name

    def rule_word(self, value: object) -> str:
        """A key that a rule was given or gave: a department, a class of change, an attribute group."""
        key = str(value)
        if key in self.departments:
            return self.group(key)
        return pick(_RULE_WORDS.get(key)) or key

    def driver(self, driver: Mapping[str, str]) -> tuple[str, str]:
        """Internal or external, and the department or the source."""
        if driver.get("kind") == "internal":
            return gettext(N_("Internal")), self.group(driver.get("department"))
        if driver.get("kind") == "external":
            return gettext(N_("External")), gettext(SOURCES.get(driver.get("source", ""), ""))
        return gettext(N_("Not said yet")), ""


SOURCES: Mapping[str, str] = {
    "regulation": N_("Regulation"),
    "technology": N_("Technology"),
    "market": N_("Market"),
    "competitor": N_("Competitor"),
}
"""What drives a change from outside."""


_RULE_WORDS: Mapping[str, Mapping[str, str]] = {
    **{part.key: part.names for part in PARTS.values()},
    **{group.key: group.labels for found in PRODUCT_TYPES.values() for group in found.groups},
    **FAMILIES,
    "kept": label("Ceiling kept", "未突破上限"),
    "information": label("Information only", "仅作提示"),
    "refuse": label("Refused", "不予受理"),
    "wait": label("Waits for the other request", "待前一申请办结"),
    "minor": label("Minor", "一般变更"),
    "material": label("Material", "重大变更"),
    "new_product": label("New product", "新产品"),
    "rate": label("Rate", "利率"),
    "fee": label("Fee", "费用"),
    "feature": label("Feature", "功能"),
    "other": label("Other", "其他"),
    "new": label("New customers", "新客户"),
    "existing": label("Existing holders", "存量客户"),
    "announcement": label("Announcement", "公告"),
    "individual": label("Individual notice", "逐户通知"),
    "proceed": label("Goes to the decision-maker", "提交决策"),
    "reject": label("Rejected", "否决"),
    "send_back": label("Sent back", "退回"),
    "delegated": label("Under delegated authority", "授权决策"),
    "executive": label("Vice president", "分管行领导"),
    "committee": label("Product committee", "产品委员会"),
    "board": label("Board", "董事会"),
    "pass": label("Passed", "通过"),
    "extend": label("Extended", "延期"),
    "fail": label("Failed", "未通过"),
    "none": label("None", "无"),
    "filing": label("Filing", "备案"),
    "registration": label("Registration", "登记"),
    "approve": label("Approved", "批准"),
    "rejected": label("Rejected", "否决"),
    "reclass": label("Classed again", "重新分级"),
    "no_quorum": label("No quorum", "未达法定人数"),
}
"""Words for what stands in decision tables."""


@pages.app_template_filter("basis_points")
def basis_points(change: Change) -> Decimal:
    """By how much a rate moves, in hundredths of a percentage point."""
    return ((as_fraction(change.new) - as_fraction(change.old)) * 10_000).normalize()


@pages.app_template_filter("type_groups")
def type_groups(type_key: str) -> tuple[Group, ...]:
    """The attribute groups of a product type, in its order."""
    return product_type(type_key).groups


@pages.app_template_test("in_section")
def in_section(pointer: str, prefix: str) -> bool:
    """Whether a fault points into a section of a page."""
    return pointer == prefix or pointer.startswith(f"{prefix}/")
