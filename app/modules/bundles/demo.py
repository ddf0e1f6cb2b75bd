"""Bundles of the demo bank: two on sale, one that holds one of them, and a change of the other, both for approval."""

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
APPROVER = "wang.zhiyuan"


def load_demo_bundles(uow: Session, now: datetime) -> None:
    """Written, submitted and approved as the bank's people would, once."""
    if uow.scalar(select(Bundle.code).limit(1)) is not None:
        return
    for described in json.loads(DATA.read_text("utf-8")):
        code, author = described["code"], demo_actor(uow, described["author"])
        written = Written(described["names"], described["document"])
        begin = services.revise if uow.get(Bundle, code) else services.create
        version = begin(uow, code=code, written=written, actor=author, now=now)
        services.submit(uow, code=code, actor=author, now=now)
        if described.get("approved"):
            approver = demo_actor(uow, APPROVER)
            services.approve(uow, code=code, shown=version.content_hash, actor=approver, now=now)
