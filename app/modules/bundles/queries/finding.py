"""Which bundles there are, in which versions, and which of them cannot do without a product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, not_, select
from sqlalchemy.orm import Session

from app.kernel.errors import Fault, NotFound
from app.kernel.i18n import N_
from app.modules.bundles.models import Bundle, BundleMember, BundleVersion
from app.modules.bundles.rules import composing, states
from app.modules.bundles.rules.description import members_of
from app.modules.bundles.rules.states import CURRENT, ON_SALE, standing
from app.modules.catalogue.models import Product
from app.modules.catalogue.rules.content import Content
from app.modules.catalogue.rules.values import is_clean

NO_BUNDLE = N_("There is no such bundle.")
NO_VERSION = N_("The bundle has no such version.")
NOT_IN_FORCE = N_("The bundle was not on sale then.")


def bundle(session: Session, code: str) -> BundleVersion:
    """What a bundle is: see ``states.standing``. 404 if there is none."""
    return standing(versions_of(session, code))


def bundle_at(session: Session, code: str, at: datetime) -> BundleVersion:
    """What was sold under the code then; 404 where nothing was."""
    found = states.in_force(versions_of(session, code), at)
    if found is None:
        raise NotFound(NOT_IN_FORCE)
    return found


def version(session: Session, code: str, number: int) -> BundleVersion:
    """404 where the bundle has none of that number."""
    found = next((each for each in versions_of(session, code) if each.number == number), None)
    if found is None:
        raise NotFound(NO_VERSION)
    return found


def versions_of(session: Session, code: str) -> Sequence[BundleVersion]:
    """All versions of a bundle, the latest first. 404 if there is none."""
    found = _versions(session, [code])[code] if is_clean(code) else []
    if not found:
        raise NotFound(NO_BUNDLE)
    return found


def standing_of(session: Session, codes: Collection[str]) -> dict[str, BundleVersion]:
    """Code → what the bundle is, of those that there are."""
    return {code: standing(versions) for code, versions in _versions(session, codes).items()}


def _versions(session: Session, codes: Collection[str]) -> Mapping[str, list[BundleVersion]]:
    found: dict[str, list[BundleVersion]] = defaultdict(list)
    rows = select(BundleVersion).where(BundleVersion.code.in_(codes)).order_by(BundleVersion.number.desc())
    for each in session.scalars(rows):
        found[each.code].append(each)
    return found


def bundles(
    session: Session, *, state: str | None = None, after: str | None = None, limit: int = 25
) -> Sequence[BundleVersion]:
    """At most ``limit`` + 1 by code: each in the version of that state; off sale only where asked for."""
    rows = select(Bundle.code).where(_in_state(state)).order_by(Bundle.code).limit(limit + 1)
    codes = session.scalars(rows.where(Bundle.code > after) if after is not None else rows).all()
    found = _versions(session, codes)
    return [_shown(found[code], state) for code in codes]


def _in_state(state: str | None) -> ColumnElement[bool]:
    wanted = {state} if state in CURRENT else CURRENT
    found = exists().where(BundleVersion.code == Bundle.code, BundleVersion.state.in_(wanted))
    return not_(found) if state == "withdrawn" else found


def _shown(versions: Sequence[BundleVersion], state: str | None) -> BundleVersion:
    return next((each for each in versions if each.state == state), standing(versions))


def holding(session: Session, *, product: str | None = None, part: str | None = None) -> Sequence[BundleVersion]:
    """The bundles that hold a product or another bundle as a member of their own, as they are sold or in work."""
    named = BundleMember.part_code == part if product is None else BundleMember.product_code == product
    rows = select(BundleVersion).join(BundleMember, BundleMember.version_id == BundleVersion.id)
    found = session.scalars(rows.where(named, BundleVersion.state.in_(CURRENT)).order_by(BundleVersion.code))
    by_code = {each.code: each for each in sorted(found, key=lambda each: each.state == ON_SALE)}
    return [by_code[code] for code in sorted(by_code)]


def requiring(session: Session, code: str) -> Iterator[Fault]:
    """The bundles on sale that cannot do without a product: why it cannot leave."""
    yield from _requiring(holding(session, product=code), code)


def requiring_part(session: Session, code: str) -> Iterator[Fault]:
    """The same of a bundle that is a member of others."""
    yield from _requiring(holding(session, part=code), code)


def _requiring(found: Sequence[BundleVersion], code: str) -> Iterator[Fault]:
    message = N_("The bundle %(code)s, %(name)s, which is on sale, cannot do without it.")
    for each in found:
        if each.state == ON_SALE and composing.depends_on(each.document, code):
            values = {"code": each.code, "name": each.names}
            yield Fault(f"/bundles/{each.code}", message, values, "in_a_bundle")


def names_of(session: Session, *documents: Content) -> dict[str, dict[str, str]]:
    """Code → names of the products and bundles that are members."""
    rows = [row for document in documents for row in members_of(document)]
    products = {row["product"] for row in rows if "product" in row}
    parts = {row["bundle"] for row in rows if "bundle" in row}
    found = session.execute(select(Product.code, Product.names).where(Product.code.in_(products))).all()
    return {code: names for code, names in found} | {
        code: each.names for code, each in standing_of(session, parts).items()
    }
