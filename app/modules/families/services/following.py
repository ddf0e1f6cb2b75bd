"""Variants follow their base: one change request over all that are behind, effective together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel.clock import accounting_date
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue import services as versions
from app.modules.catalogue.queries import first_drafts
from app.modules.changes.models import ChangeRequest
from app.modules.changes.services import Wanted, create_draft
from app.modules.families.models import TierFamily
from app.modules.families.queries import Member, due_to_follow, members_of
from app.modules.families.rules.sharing import followed
from app.modules.families.services.keeping import KEEP, note

NOTHING_DUE = N_("Every variant follows its base already.")


@dataclass(frozen=True)
class Followed:
    """What came of it: a request over the variants that were launched, and first drafts that were brought in line."""

    request: ChangeRequest | None
    drafts: Sequence[str]


def follow(uow: Session, family: TierFamily, *, reason: str, actor: Actor, now: datetime) -> Followed:
    """Bring every variant of a ``locked`` family in line with its base; ``reason``: why the request is made.

    Variants that were launched go into one drafted change request, to take effect together and
    not before the base does; a first draft needs none. 409 if nothing is due, or if a variant
    stands in another request (``rules/open_requests.dmn``).
    """
    base, *variants = members_of(uow, family.base_code, now)
    require(actor, KEEP, Facts(owner_department=base.product.owner_department))
    due = due_to_follow([base, *variants])
    if not due:
        raise Conflict(NOTHING_DUE, code="nothing_due")
    behind = [member for member in variants if member.code in due]
    concepts = first_drafts(uow, list(due))
    drafts = [member for member in behind if member.code in concepts]
    _edit(uow, base, drafts, actor, now)
    launched = [member for member in behind if member.code not in concepts]
    request = _propose(uow, base, launched, reason, actor, now)
    brought = [member.code for member in drafts]
    done = {"drafts": brought, "request": request.number if request else None}
    note(uow, family, "tier_family.followed", actor, now, base=base.version.number, **done)
    return Followed(request, brought)


def _edit(uow: Session, base: Member, drafts: Sequence[Member], actor: Actor, now: datetime) -> None:
    edits = [
        versions.Edit(member.version.id, followed(base.content, member.content, member.variant.own))
        for member in drafts
    ]
    if edits:
        versions.edit_drafts(uow, edits=edits, actor=actor, now=now)


def _propose(
    uow: Session, base: Member, behind: Sequence[Member], reason: str, actor: Actor, now: datetime
) -> ChangeRequest | None:
    wanted = [
        Wanted(member.code, content=followed(base.content, member.content, member.variant.own)) for member in behind
    ]
    details: dict[str, Any] = {
        "driver": {"kind": "internal", "department": base.product.owner_department, "reason": reason}
    }
    if base.version.valid_from is not None and base.version.valid_from > now:
        details["effective_on"] = accounting_date(base.version.valid_from)
    return create_draft(uow, wanted=wanted, details=details, actor=actor, now=now) if wanted else None
