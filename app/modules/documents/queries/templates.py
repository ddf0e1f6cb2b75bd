"""Which templates there are, and which of their texts is in force on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.modules.documents.models import Template, TemplateVersion
from app.modules.documents.services.versions import NO_TEMPLATE, NO_VERSION


@dataclass(frozen=True)
class InForce:
    """A template with the version that is used on a day. Reads as the template does, for matching."""

    template: Template
    version: TemplateVersion

    @property
    def key(self) -> str:
        return self.template.key

    @property
    def families(self) -> list[str]:
        return self.template.families

    @property
    def types(self) -> list[str]:
        return self.template.types

    @property
    def change_types(self) -> list[str]:
        return self.template.change_types

    @property
    def holder(self) -> str:
        return self.template.holder


def in_force(session: Session, kind: str, day: date) -> list[InForce]:
    """Every template of a kind that has an approved text for ``day``, whatever happened to it since."""
    rows = session.execute(
        select(Template, TemplateVersion)
        .join(TemplateVersion, TemplateVersion.template_id == Template.id)
        .where(
            Template.kind == kind,
            TemplateVersion.approved_at.is_not(None),
            TemplateVersion.valid_from <= day,
            or_(TemplateVersion.valid_to.is_(None), TemplateVersion.valid_to > day),
        )
        .order_by(Template.key)
    )
    return [InForce(template, version) for template, version in rows]


def templates(
    session: Session, *, kind: str | None = None, after: str | None = None, limit: int = 25
) -> list[tuple[Template, Sequence[TemplateVersion]]]:
    """At most ``limit`` + 1 templates by key, each with all its versions, the latest first."""
    wanted = select(Template).order_by(Template.key).limit(limit + 1)
    wanted = wanted.where(Template.kind == kind) if kind else wanted
    found = session.scalars(wanted.where(Template.key > after) if after is not None else wanted).all()
    versions: dict[int, list[TemplateVersion]] = {template.id: [] for template in found}
    rows = select(TemplateVersion).where(TemplateVersion.template_id.in_(versions))
    for version in session.scalars(rows.order_by(TemplateVersion.number.desc())):
        versions[version.template_id].append(version)
    return [(template, versions[template.id]) for template in found]


def template(session: Session, key: str) -> Template:
    """404 if there is none."""
    found = session.scalar(select(Template).where(Template.key == key))
    if found is None:
        raise NotFound(NO_TEMPLATE)
    return found


def versions_of(session: Session, template_id: int) -> Sequence[TemplateVersion]:
    """All versions, the latest first."""
    rows = select(TemplateVersion).where(TemplateVersion.template_id == template_id)
    return session.scalars(rows.order_by(TemplateVersion.number.desc())).all()


def version_ids(template_id: int) -> Select[int]:
    return select(TemplateVersion.id).where(TemplateVersion.template_id == template_id)


def version(session: Session, key: str, number: int) -> TemplateVersion:
    """404 if there is none."""
    rows = select(TemplateVersion).join(Template, Template.id == TemplateVersion.template_id)
    found = session.scalar(rows.where(Template.key == key, TemplateVersion.number == number))
    if found is None:
        raise NotFound(NO_VERSION)
    return found


def holds(version: TemplateVersion, day: date) -> bool:
    """Whether an approved version is the one in use on ``day``."""
    used = version.approved_at is not None and version.valid_from <= day
    return used and (version.valid_to is None or day < version.valid_to)
