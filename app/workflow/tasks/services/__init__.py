"""Business verbs on tasks: claim 领取, release 退回待办池, complete, delegate 委派, transfer 转办,
send back 退回, comment.

Each locks the case first, so that two people on one case queue and two on one
task are told apart: the first succeeds, the second is told who was first.
"""

from app.workflow.tasks.services.answers import known_of, save_draft, values_for
from app.workflow.tasks.services.assigning import claim, delegate, release, transfer
from app.workflow.tasks.services.completing import complete_task
from app.workflow.tasks.services.locking import facts_of, locked, require_open
from app.workflow.tasks.services.speaking import comment, send_back

__all__ = [
    "claim",
    "comment",
    "complete_task",
    "delegate",
    "facts_of",
    "known_of",
    "locked",
    "release",
    "require_open",
    "save_draft",
    "send_back",
    "transfer",
    "values_for",
]
