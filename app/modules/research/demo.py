"""What the demo bank gathered for the product that it plans; banks and figures are invented."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.clock import accounting_date
from app.modules.research import services
from app.modules.research.schemas import FINDS, NewAnswers, NewQuestionnaire

DATA = Path(__file__).parent / "data" / "demo.json"
A_MONTH = timedelta(days=30)


def load_demo_research(uow: Session, product_code: str, *, actor: Actor, now: datetime) -> None:
    """A questionnaire that is being answered, interviews, competitors and trends, as its manager enters them."""
    described, today = json.loads(DATA.read_text("utf-8")), accounting_date(now)
    days = {"opens_on": today.isoformat(), "closes_on": (today + A_MONTH).isoformat()}
    told: dict[str, Any] = {"product_code": product_code, "actor": actor, "now": now}
    found = services.write(uow, written=NewQuestionnaire().load({**described["questionnaire"], **days}), **told)
    services.open_it(uow, found, actor=actor, now=now)
    services.answer(uow, found, **NewAnswers().load({"answers": described["answers"]}), actor=actor, now=now)
    for name, (kind, schema) in FINDS.items():
        for find in described[name]:
            services.gather(uow, kind, given=schema().load({"day": today.isoformat(), **find}), **told)
