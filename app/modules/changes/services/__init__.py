"""What may be done to change requests. Each verb takes the unit of work, who acts, and when.

Approving, piloting, scheduling and launching are for process handlers only: no
API and no page calls them.
"""

from __future__ import annotations

from app.modules.changes.services.drafts import Wanted, create_draft, save_step
from app.modules.changes.services.file_parts import Written, write_parts
from app.modules.changes.services.launching import close_condition
from app.modules.changes.services.piloting import add_observation, stop_pilot
from app.modules.changes.services.returning import withdraw
from app.modules.changes.services.submission import earliest_day, submit

__all__ = [
    "Wanted",
    "Written",
    "add_observation",
    "close_condition",
    "create_draft",
    "earliest_day",
    "save_step",
    "stop_pilot",
    "submit",
    "withdraw",
    "write_parts",
]
