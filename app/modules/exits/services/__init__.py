"""What may be done to exits outside of their case: propose, plan, answer, decide on exceptions, stop and resume."""

from __future__ import annotations

from app.modules.exits.services.answering import Answer, decide_exception, record_answers
from app.modules.exits.services.batches import run_batches
from app.modules.exits.services.delivering import Report, report
from app.modules.exits.services.migrating import hold, resume
from app.modules.exits.services.planning import Planned, write_plan
from app.modules.exits.services.proposing import propose, withdraw

__all__ = [
    "Answer",
    "Planned",
    "Report",
    "decide_exception",
    "hold",
    "propose",
    "record_answers",
    "report",
    "resume",
    "run_batches",
    "withdraw",
    "write_plan",
]
