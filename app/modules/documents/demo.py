"""Templates of the demo bank. Bank policy, to be confirmed: each bank writes its own."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.demo import demo_actor
from app.kernel.clock import accounting_date
from app.modules.documents import services
from app.modules.documents.models import Template

DATA = Path(__file__).parent / "data" / "demo.json"
AUTHOR, APPROVER = "zhao.heng", "dong.li"


def load_demo_templates(uow: Session, now: datetime) -> None:
    """Written and approved as the bank's people would, once."""
    if uow.scalar(select(Template.id).limit(1)) is not None:
        return
    for described in json.loads(DATA.read_text("utf-8")):
        _load(uow, described, now)


def _load(uow: Session, described: dict[str, Any], now: datetime) -> None:
    texts = services.Texts(described.pop("texts"), accounting_date(now))
    purpose = services.Purpose(**described)
    version = services.create(uow, purpose=purpose, written=texts, actor=demo_actor(uow, AUTHOR), now=now)
    services.approve(
        uow,
        key=purpose.key,
        number=version.number,
        shown=version.content_hash,
        actor=demo_actor(uow, APPROVER),
        now=now,
    )
