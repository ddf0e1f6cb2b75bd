"""Two open requests on one product 同一产品的在途申请: said when drafting, decided by rule, refused at submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import Conflict, Fault
from app.kernel.i18n import N_
from app.modules.catalogue.models import ProductVersion
from app.modules.catalogue.queries import versions_in_force
from app.modules.catalogue.rules.difference import changed, difference
from app.modules.changes.models import ChangeRequest, ProposedVersion
from app.modules.changes.services.records import proposed
from app.workflow.decisions.services import decide, try_out

TABLE = "open_requests"
REFUSE = "refuse"
STANDS = N_("%(product)s stands in the open request %(number)s already.")
WAITS = N_("%(product)s stands in the open request %(number)s; this one can be submitted once that has ended.")


@dataclass(frozen=True)
class Clash:
    """A product of the request that stands in another open one."""

    position: int
    product: str
    number: str
    """Of the other request."""
    request_id: int
    state: str
    shared: bool
    """Whether both change the same attribute group."""
    outcome: str = ""
    """``refuse``: not even drafted; ``wait``: submitted once the other has ended."""

    @property
    def inputs(self) -> dict[str, Any]:
        return {"other_state": self.state, "groups_shared": self.shared}

    @property
    def message(self) -> str:
        return STANDS if self.outcome == REFUSE else WAITS

    @property
    def values(self) -> dict[str, str]:
        """What the sentence is filled with."""
        return {"product": self.product, "number": self.number}


def clashes(
    session: Session, request: ChangeRequest, now: datetime, contents: Mapping[str, Mapping[str, Any]] | None = None
) -> list[Clash]:
    """What the newest table says of each; nothing is recorded. ``contents``: as typed, by product."""
    found = _found(session, request, now, contents or {})
    return [_with(clash, try_out(session, key=TABLE, inputs=clash.inputs).output) for clash in found]


def refuse_or_wait(uow: Session, request: ChangeRequest, now: datetime) -> None:
    """On drafting: 409 if the rule refuses one of them; otherwise what it said is recorded, and the draft waits."""
    for clash in _found(uow, request, now, {}):
        said = _with(clash, decide(uow, key=TABLE, inputs=clash.inputs, now=now))
        if said.outcome == REFUSE:
            raise refused(said)


def refuse_at_submission(uow: Session, request: ChangeRequest, now: datetime) -> None:
    """409: a product stands in one open request at a time, whatever was drafted meanwhile."""
    for clash in clashes(uow, request, now):
        raise refused(clash)


def refused(clash: Clash) -> Conflict:
    place = Fault(f"/versions/{clash.position}/product", clash.message, clash.values, "product_in_request")
    return Conflict(clash.message, code="product_in_request", faults=[place], **clash.values)


def faults(found: Sequence[Clash]) -> list[Fault]:
    """The same for a page, as what stands in the way of submitting."""
    return [Fault(f"/versions/{c.position}", c.message, c.values, "product_in_request") for c in found]


def _with(clash: Clash, outcome: str) -> Clash:
    return replace(clash, outcome=outcome)


def _found(
    session: Session, request: ChangeRequest, now: datetime, typed: Mapping[str, Mapping[str, Any]]
) -> list[Clash]:
    mine = [version for _, version in proposed(session, request.id)]
    others = _others(session, request, [version.product_code for version in mine])
    if not others:
        return []
    live = versions_in_force(session, list(others), at=now)
    made = []
    for position, version in enumerate(mine):
        if version.product_code in others:
            other, content = others[version.product_code]
            before = live[version.product_code].content if version.product_code in live else {}
            own = _groups(before, typed.get(version.product_code, version.content))
            shared = bool(own & _groups(before, content))
            made.append(Clash(position, version.product_code, other.number, other.id, other.state, shared))
    return made


def _others(
    session: Session, request: ChangeRequest, codes: Sequence[str]
) -> dict[str, tuple[ChangeRequest, Mapping[str, Any]]]:
    rows = session.execute(
        select(ProposedVersion.product_code, ChangeRequest, ProductVersion.content)
        .join(ChangeRequest, ChangeRequest.id == ProposedVersion.change_request_id)
        .join(ProductVersion, ProductVersion.id == ProposedVersion.version_id)
        .where(ProposedVersion.open, ProposedVersion.product_code.in_(codes), ChangeRequest.id != request.id)
    )
    return {code: (other, content) for code, other, content in rows}


def _groups(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    return {change.group for change in changed(difference(old, new))}
