"""The parts of the approver's file 审批档案: what each is, and when it is there.

Which of them a request must have is said by ``rules/file_parts.dmn``; here stand
their names. A part is written by the initiator, told by the proposed versions,
or comes out of the process itself: tests, opinions, the pilot.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Texts = Mapping[str, str]
Contents = Sequence[Mapping[str, Any]]
KEY_OF_FIELD = "file_"
"""How the fields of the design form begin that ask for a part."""
LONGEST = 8_000
"""Characters of one part."""
DESIGN = "design"
"""The form in which the initiator writes."""
BY_STEP: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "new_product_approval": {
        "risk_assessment": ("risk_rating", "risk_assessment"),
        "costing": ("costing", "accounting_tax"),
    }
}
"""Process → form → the parts that another department writes in it, instead of the initiator."""
TABLE = "file_parts"
"""The decision table that says which parts are demanded."""
_TERMS = frozenset({"terms", "contract", "prospectus"})


@dataclass(frozen=True)
class Part:
    """One part of the file."""

    key: str
    names: Texts
    asks: Texts
    """What must stand in it."""
    written: bool = True
    """By the initiator; otherwise a step of the process brings it."""


def _part(key: str, en: str, zh: str, asks_en: str, asks_zh: str, *, written: bool = True) -> Part:
    return Part(key, {"en": en, "zh": zh}, {"en": asks_en, "zh": asks_zh}, written)


_ALL = (
    _part("target_market", "Target market", "目标市场",
          "For whom the product is, which need it meets, and for whom it is not.",
          "产品适合哪些客户、满足何种需求，以及不适合哪些客户。"),
    _part("risk_rating", "Risk rating", "风险等级",
          "The rating with its identification: the bank's own and the issuer's or another outside one.",
          "风险等级及其识别依据：本行评级与发行人或其他外部评级。"),
    _part("risk_assessment", "Risk assessment", "风险评估",
          "Quantitative and qualitative assessment, limits, and the risk that remains.",
          "定量与定性评估、限额安排及剩余风险。"),
    _part("costing", "Costing and price", "成本核算与定价",
          "Cost of funds, operations and capital, the price that follows, and the expected margin.",
          "资金、运营与资本成本，据此确定的价格及预期收益。"),
    _part("terms", "Terms and disclosures", "条款与信息披露",
          "The terms as customers read them, and what is disclosed to them before they sign.",
          "客户所见条款，以及签约前向客户披露的内容。"),
    _part("readiness", "Readiness", "上线准备",
          "People trained, procedures written, systems and channels ready.",
          "人员培训、操作规程、系统与渠道准备情况。"),
    _part("aml", "Money-laundering risk assessment", "洗钱风险评估",
          "How the product could be misused, and what stands against it.",
          "产品可能被如何利用洗钱，以及控制措施。"),
    _part("personal_information", "Personal information assessment", "个人信息保护影响评估",
          "Which personal information is handled, why, on which ground, and how it is protected.",
          "处理哪些个人信息、目的与合法性基础，以及保护措施。"),
    _part("accounting_tax", "Accounting and tax", "会计与税务",
          "Accounts, recognition and measurement, taxes and invoices.",
          "会计科目、确认与计量、税务处理与发票。"),
    _part("filing", "Regulatory filing or registration", "监管备案或登记",
          "Which filing or registration is due, where and when; the receipt once it is there.",
          "需办理何种备案或登记、受理机构与时间；取得后附回执。"),
    _part("monitoring", "Monitoring indicators", "监测指标",
          "What is watched after launch, with thresholds for watch and alert.",
          "上线后的监测指标及关注、预警阈值。"),
    _part("first_review", "First review", "首次后评价",
          "The day of the first review after launch, and who does it.",
          "上线后首次后评价的日期与负责人。"),
    _part("exit_plan", "Exit plan", "退出方案",
          "When the product would be given up, and what then becomes of its holders.",
          "在何种情况下退出，以及届时对存量客户的安排。"),
    _part("test_evidence", "Test evidence", "测试证据",
          "The reports of the stability and the security test.", "稳定性测试与安全测试报告。", written=False),
    _part("consumer_protection", "Consumer-protection review", "消保审查",
          "The opinion of consumer protection.", "消费者权益保护部门的审查意见。", written=False),
)  # fmt: skip
PARTS: Mapping[str, Part] = {part.key: part for part in _ALL}
WRITTEN: tuple[str, ...] = tuple(part.key for part in _ALL if part.written)
"""The parts that the initiator writes, in the order of the file."""


def told_by(contents: Contents) -> frozenset[str]:
    """The parts that the proposed versions themselves tell, every one of them."""
    tells = {"target_market": _tells_market, "risk_rating": _tells_rating, "terms": _tells_terms}
    return frozenset(part for part, told in tells.items() if contents and all(told(c) for c in contents))


def _tells_market(content: Mapping[str, Any]) -> bool:
    return bool(content.get("target_market")) and bool((content.get("risk") or {}).get("not_for"))


def _tells_rating(content: Mapping[str, Any]) -> bool:
    return bool((content.get("risk") or {}).get("seller_rating"))


def _tells_terms(content: Mapping[str, Any]) -> bool:
    documents = (content.get("documents") or {}).get("documents") or ()
    return any(document.get("kind") in _TERMS for document in documents)


def to_write(demanded: Sequence[str], contents: Contents) -> list[str]:
    """What of the demanded the initiator must write, in the order of the file: what the versions tell is there."""
    told = told_by(contents)
    return [part for part in WRITTEN if part in demanded and part not in told]


def asked_in(form: str, process: str, wanted: Sequence[str]) -> list[str]:
    """Of the ``wanted`` parts, those that this form of this process asks for."""
    steps = BY_STEP.get(process, {})
    if form in steps:
        return [part for part in wanted if part in steps[form]]
    elsewhere = {part for parts in steps.values() for part in parts}
    return [part for part in wanted if part not in elsewhere]


def part_hash(part: str, text: str, attachment_hash: str | None) -> str:
    """SHA-256 of one part as it was written."""
    value = {"part": part, "text": text, "attachment": attachment_hash}
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
