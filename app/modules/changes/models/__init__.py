"""The tables of change requests: the matter of a case, kept beside it."""

from __future__ import annotations

from app.modules.changes.models.deciding import (
    CommitteeMeeting,
    CommitteeVote,
    DelegatedAuthority,
    ExecutiveDecision,
    RegulatoryReceipt,
)
from app.modules.changes.models.launching import (
    CustomerNotice,
    Pilot,
    PilotObservation,
    PostLaunchReview,
    Rollout,
    RolloutMaterial,
)
from app.modules.changes.models.request import ChangeCounter, ChangeRequest, FilePart, ProposedVersion
from app.modules.changes.models.reviewing import Condition, DepartmentReview, RateCheck

__all__ = [
    "ChangeCounter",
    "ChangeRequest",
    "CommitteeMeeting",
    "CommitteeVote",
    "Condition",
    "CustomerNotice",
    "DelegatedAuthority",
    "DepartmentReview",
    "ExecutiveDecision",
    "FilePart",
    "Pilot",
    "PilotObservation",
    "PostLaunchReview",
    "ProposedVersion",
    "RateCheck",
    "RegulatoryReceipt",
    "Rollout",
    "RolloutMaterial",
]
