"""A template's texts: written by product managers, approved by the head whose matter they are.

Contracts are legal's, everything else consumer protection's or compliance's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import audit, clock
from app.kernel.errors import Conflict, Fault, Forbidden, Invalid, NotFound, invalid
from app.kernel.i18n import N_
from app.kernel.moves import PROCESS
from app.modules.catalogue.rules.content import content_hash
from app.modules.catalogue.types import FAMILIES, PRODUCT_TYPES
from app.modules.documents.models import Template, TemplateVersion
from app.modules.documents.rules.fields import fields_of_template
from app.modules.documents.rules.merging import wrong_in
from app.modules.documents.rules.states import LANGUAGES, LONGEST, USUAL_LENGTH, WRITE, move, permission_of

NO_TEMPLATE = N_("There is no such template.")
NO_VERSION = N_("There is no such version.")


@dataclass(frozen=True)
class Purpose:
    """What a template is for. Empty lists stand for all families, all kinds of change."""

    key: str
    kind: str
    names: Mapping[str, str]
    families: Sequence[str] = ()
    types: Sequence[str] = ()
    change_types: Sequence[str] = ()
    holder: str = "any"


@dataclass(frozen=True)
class Texts:
    """The text in each language, and the first day on which it may be used."""

    texts: Mapping[str, str]
    valid_from: date


def stream(template: Template) -> str:
    return f"text_template:{template.key}"


def create(uow: Session, *, purpose: Purpose, written: Texts, actor: Actor, now: datetime) -> TemplateVersion:
    """A new template with its first draft. 409 where the key is taken; 422 for a text that cannot be filled."""
    require(actor, WRITE)
    _require_types_of(purpose)
    _require_right(written, purpose, now)
    if uow.scalar(select(Template.id).where(Template.key == purpose.key)) is not None:
        raise Conflict(N_("There is a template with this key already."), code="key_taken")
    template = Template(
        key=purpose.key, kind=purpose.kind, names=dict(purpose.names), families=list(purpose.families),
        types=list(purpose.types), change_types=list(purpose.change_types), holder=purpose.holder,
        created_by=actor.username, created_at=now,
    )  # fmt: skip
    uow.add(template)
    uow.flush()
    version = _drafted(uow, template, 1, written, actor, now)
    made = {"names": template.names, "kind": template.kind, "new": told(version)}
    audit.record(uow, stream(template), [audit.Entry("template.created", actor.username, now, made)])
    return version


def draft(uow: Session, *, key: str, written: Texts, actor: Actor, now: datetime) -> TemplateVersion:
    """The draft of a further version. 409 while another draft is open."""
    template = _locked(uow, key)
    require(actor, WRITE)
    _require_right(written, template, now)
    if _with_state(uow, template, "draft"):
        raise Conflict(N_("Another draft of this template is open."), code="draft_open")
    last = uow.scalar(select(func.max(TemplateVersion.number)).where(TemplateVersion.template_id == template.id)) or 0
    version = _drafted(uow, template, last + 1, written, actor, now)
    note(uow, template, "template.drafted", actor, now, old=None, new=told(version))
    return version


def edit(uow: Session, *, key: str, number: int, written: Texts, actor: Actor, now: datetime) -> TemplateVersion:
    """Change a draft, as the one who wrote it: whoever approves it must be somebody else."""
    template, version = locked_version(uow, key, number)
    _allow(template, version, "edit", actor)
    if version.author != actor.username:
        raise Forbidden(N_("A draft is changed by whoever wrote it."), code="not_the_author")
    _require_right(written, template, now)
    before = told(version)
    version.texts, version.valid_from, version.written_at = _ordered(written), written.valid_from, now
    version.content_hash = content_hash(version.texts)
    note(uow, template, "template.edited", actor, now, old=before, new=told(version))
    return version


def approve(uow: Session, *, key: str, number: int, shown: str, actor: Actor, now: datetime) -> TemplateVersion:
    """Put a draft into use from its day on, as somebody who did not write it; ``shown``: the hash that was read.

    It replaces the approved versions before it from that day on. A day that has passed becomes today.
    """
    template, version = locked_version(uow, key, number)
    _allow(template, version, "approve", actor)
    if shown != version.content_hash:
        raise Conflict(N_("The text changed after it was shown for approval."), code="approval_void")
    version.valid_from = max(version.valid_from, clock.accounting_date(now))
    for earlier in _with_state(uow, template, "approved"):
        earlier.state = move(earlier.state, "supersede").to
        earlier.valid_to = max(earlier.valid_from, version.valid_from)
    version.state = move(version.state, "approve").to
    version.approved_by, version.approved_at = actor.username, now
    note(uow, template, "template.approved", actor, now, old="draft", new=told(version))
    return version


def withdraw(uow: Session, *, key: str, number: int, reason: str, actor: Actor, now: datetime) -> TemplateVersion:
    """Drop a draft, as a product manager; take an approved text out of use from today on, as who may approve it."""
    template, version = locked_version(uow, key, number)
    left = version.state
    _allow(template, version, "withdraw", actor)
    version.state = move(left, "withdraw").to
    version.withdrawn_by, version.withdrawn_at, version.reason = actor.username, now, reason
    if version.approved_at is not None:
        version.valid_to = max(version.valid_from, clock.accounting_date(now))
    note(uow, template, "template.withdrawn", actor, now, old=left, new=told(version), reason=reason)
    return version


def told(version: TemplateVersion) -> dict[str, Any]:
    """What the audit chain keeps of a version: enough to show that its texts are the ones approved."""
    names = ("number", "state", "content_hash", "author", "approved_by")
    return {**{name: getattr(version, name) for name in names}, "valid_from": version.valid_from.isoformat()}


def facts_of(version: TemplateVersion) -> Facts:
    """What the permissions on a version depend on."""
    return Facts(initiator=version.author)


def locked_version(uow: Session, key: str, number: int) -> tuple[Template, TemplateVersion]:
    """A version under the lock of its template."""
    template = _locked(uow, key)
    wanted = select(TemplateVersion).where(TemplateVersion.template_id == template.id, TemplateVersion.number == number)
    version = uow.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    if version is None:
        raise NotFound(NO_VERSION)
    return template, version


def _allow(template: Template, version: TemplateVersion, verb: str, actor: Actor) -> None:
    permission = permission_of(template.kind, move(version.state, verb))
    assert permission != PROCESS
    require(actor, permission, facts_of(version))


def _locked(uow: Session, key: str) -> Template:
    template = uow.scalars(select(Template).where(Template.key == key).with_for_update()).one_or_none()
    if template is None:
        raise NotFound(NO_TEMPLATE)
    return template


def _with_state(uow: Session, template: Template, state: str) -> Sequence[TemplateVersion]:
    wanted = select(TemplateVersion).where(TemplateVersion.template_id == template.id, TemplateVersion.state == state)
    return uow.scalars(wanted.order_by(TemplateVersion.number)).all()


def _require_types_of(purpose: Purpose) -> None:
    """The types named belong to the families named."""
    families = set(purpose.families) or set(FAMILIES)
    wrong = [n for n, key in enumerate(purpose.types) if PRODUCT_TYPES[key].family not in families]
    if wrong:
        faults = [Fault(f"/types/{n}", N_("This type belongs to another family."), {}, "other_family") for n in wrong]
        raise Invalid(N_("Some of what was entered is not right."), faults=faults)


def _require_right(written: Texts, purpose: Purpose | Template, now: datetime) -> None:
    fields = fields_of_template(purpose.families, purpose.types)
    most = LONGEST.get(purpose.kind, USUAL_LENGTH)
    faults = [f for name in LANGUAGES for f in wrong_in(f"/texts/{name}", written.texts[name], fields)]
    faults += [
        Fault(f"/texts/{n}", N_("Longer than %(most)s characters."), {"most": most}, "too_long")
        for n, text in written.texts.items()
        if len(text) > most
    ]
    faults += [
        Fault(f"/texts/{n}", N_("This is required."), {}, "required") for n, t in written.texts.items() if not t.strip()
    ]
    if faults:
        raise Invalid(N_("Some of what was entered is not right."), faults=faults)
    if not clock.accounting_date(now) <= written.valid_from <= date(clock.LAST_YEAR, 12, 31):
        raise invalid("/valid_from", N_("Must be today or later."), code="past")


def _ordered(written: Texts) -> dict[str, str]:
    return {language: written.texts[language] for language in LANGUAGES}


def _drafted(
    uow: Session, template: Template, number: int, written: Texts, actor: Actor, now: datetime
) -> TemplateVersion:
    texts = _ordered(written)
    version = TemplateVersion(
        template_id=template.id, number=number, state="draft", texts=texts, content_hash=content_hash(texts),
        valid_from=written.valid_from, author=actor.username, written_at=now,
    )  # fmt: skip
    uow.add(version)
    uow.flush()
    return version


def note(uow: Session, template: Template, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    uow.flush()
    audit.record(uow, stream(template), [audit.Entry(action, actor.username, now, payload)])
