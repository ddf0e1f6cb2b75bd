"""A tier family of the demo bank. Corridors are bank policy, to be confirmed: each bank enters its own."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.demo import demo_actor
from app.kernel.clock import accounting_date
from app.modules.families.models import TierFamily
from app.modules.families.services import keeping, planning

DATA = Path(__file__).parent / "data" / "demo.json"
MANAGER = "lin.yue"
A_YEAR = timedelta(days=365)


def load_demo_families(uow: Session, now: datetime) -> None:
    """A family of three with a plan for its private tier, as the product manager would enter it, once."""
    if uow.scalar(select(TierFamily.base_code).limit(1)) is not None:
        return
    described, actor = json.loads(DATA.read_text("utf-8")), demo_actor(uow, MANAGER)
    base = {name: described[name] for name in ("base", "tier", "names")}
    family = keeping.found(uow, **base, actor=actor, now=now)
    offers = [(base["base"], {"own": [], "services": described["services"], "corridors": []})]
    for variant in described["variants"]:
        named = {name: variant[name] for name in ("product", "tier", "own")}
        keeping.add_variant(uow, family, **named, actor=actor, now=now)
        offers.append((variant["product"], {name: variant[name] for name in ("own", "services", "corridors")}))
    for product, offer in offers:
        keeping.describe_variant(uow, family, product=product, **offer, actor=actor, now=now)
    today = accounting_date(now)
    plan = planning.Agreed(**described["plan"], valid_from=today, valid_to=today + A_YEAR)
    planning.agree(uow, family, plan=plan, actor=actor, now=now)
