"""A partner of the demo bank, admitted before the platform was: an opening load, audited as such."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM
from app.kernel.clock import accounting_date
from app.modules.agency.models import Partner, PartnerAdmission
from app.modules.agency.rules import POINTS
from app.modules.agency.services import note

KEY = "HUAYUE-LIFE"
NAMES = {"en": "Huayue Life Insurance", "zh": "华岳人寿保险股份有限公司"}
FINDINGS = {
    "licence": "经营保险业务许可证有效，涵盖人寿保险。",
    "capital": "核心偿付能力充足率162%，综合偿付能力充足率214%，最近一期风险综合评级A类。",
    "complaints": "近三年无重大行政处罚，亿元保费投诉量低于行业均值。",
    "systems": "已与本行代销系统对接，数据加密传输。",
    "agreement": "代理协议AG-2025-017，有效期三年，约定退出与客户安排。",
}


def load_demo_partners(uow: Session, now: datetime) -> None:
    """One partner with an admission that holds for two more years, once."""
    if uow.scalar(select(Partner.key).limit(1)) is not None:
        return
    since = accounting_date(now) - timedelta(days=300)
    uow.add(
        Partner(
            key=KEY,
            names=NAMES,
            kind="insurer",
            licence_number="L10011VIR000001",
            entered_by=SYSTEM.username,
            entered_at=now,
        )
    )
    uow.flush()
    row = PartnerAdmission(
        partner_key=KEY,
        state="admitted",
        findings={point: {"finding": "in_order", "note": FINDINGS[point]} for point in POINTS},
        evidence=[],
        examined_by="tang.wei",
        opinion={"verdict": "support", "text": "资质齐备，同意准入。", "by": "zhou.ting"},
        decided_by="wang.zhiyuan",
        valid_from=since,
        valid_to=since + timedelta(days=1095),
        opened_at=now,
    )
    uow.add(row)
    uow.flush()
    note(uow, KEY, "partner.loaded", SYSTEM, now, admission=row.number, names=NAMES)
