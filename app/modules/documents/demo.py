"""Templates and documents of the demo bank. Bank policy, to be confirmed: each bank writes its own."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.demo import demo_actor
from app.kernel.clock import accounting_date, start_of_day
from app.modules.documents import services
from app.modules.documents.models import Template
from app.modules.documents.rules.states import CONTRACT, LANGUAGES
from app.modules.documents.services import making

DATA = Path(__file__).parent / "data" / "demo.json"
AUTHOR, APPROVER, LEGAL = "zhao.heng", "dong.li", "feng.lei"
OFFICE_HOURS = timedelta(hours=9)
BROCHURE, BROUGHT_OUT = "deposit-brochure", date(2024, 11, 1)
"""Printed in the days of an earlier version, with a bonus that was typed in, and not replaced since."""
CONTRACTS = (
    ("lin.yue", "contract-deposit", "CN-TD", 2),
    ("lin.yue", "contract-loan", "CN-HOUSING", 2),
    ("guo.min", "contract-wealth", "CN-MIXED-R3", 1),
    ("he.jia", "contract-card", "CN-CARD-STD", 1),
)
"""Who makes it, from which template, for which product and version."""


def load_demo_templates(uow: Session, now: datetime) -> bool:
    """Written and approved as the bank's people would, once; whether there were none before."""
    if uow.scalar(select(Template.id).limit(1)) is not None:
        return False
    for described in json.loads(DATA.read_text("utf-8")):
        since = described.pop("since", None)
        _load(uow, described, _hours_of(date.fromisoformat(since)) if since else now)
    return True


def load_demo_documents(uow: Session, now: datetime) -> None:
    """Contracts of today's terms, and the brochure of a deposit that has had another rate since."""
    _make(uow, "lin.yue", BROCHURE, "CN-TD", 1, _hours_of(BROUGHT_OUT))
    for maker, template, product, version in CONTRACTS:
        _make(uow, maker, template, product, version, now)


def _hours_of(day: date) -> datetime:
    return start_of_day(day) + OFFICE_HOURS


def _load(uow: Session, described: dict[str, Any], now: datetime) -> None:
    texts = services.Texts(described.pop("texts"), accounting_date(now))
    purpose = services.Purpose(**described)
    version = services.create(uow, purpose=purpose, written=texts, actor=demo_actor(uow, AUTHOR), now=now)
    services.approve(
        uow,
        key=purpose.key,
        number=version.number,
        shown=version.content_hash,
        actor=demo_actor(uow, LEGAL if purpose.kind == CONTRACT else APPROVER),
        now=now,
    )


def _make(uow: Session, maker: str, template: str, product: str, version: int, now: datetime) -> None:
    wanted = making.Wanted(template, version, LANGUAGES, accounting_date(now))
    making.make(uow, product_code=product, wanted=wanted, actor=demo_actor(uow, maker), now=now)
