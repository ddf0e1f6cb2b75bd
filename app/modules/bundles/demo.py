"""Bundles of the demo bank: two on sale, and one that holds one of them and waits for approval."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.demo import demo_actor
from app.modules.bundles import services
from app.modules.bundles.models import Bundle
from app.modules.bundles.services import Written

DATA = Path(__file__).parent / "data" / "demo.json"
ON_SALE, APPROVER = frozenset({"BU-SALARY", "BU-FAMILY"}), "wang.zhiyuan"


def load_demo_bundles(uow: Session, now: datetime) -> None:
    """Written, submitted and approved as the bank's people would, once."""
    if uow.scalar(select(Bundle.code).limit(1)) is not None:
        return
    for described in json.loads(DATA.read_text("utf-8")):
        code, author = described["code"], demo_actor(uow, described["author"])
        written = Written(described["names"], described["document"])
        bundle = services.create(uow, code=code, written=written, actor=author, now=now)
        services.submit(uow, code=code, actor=author, now=now)
        if code in ON_SALE:
            approver = demo_actor(uow, APPROVER)
            services.approve(uow, code=code, shown=bundle.content_hash, actor=approver, now=now)
