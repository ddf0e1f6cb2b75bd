"""The bundle: file.json, the evidence, the audit chains, the paper, and a manifest of what each is."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.audit import AuditEvent
from app.modules.changes.exporting.document import document, member_of
from app.modules.changes.models import ChangeRequest
from app.modules.changes.queries.file import Chain, chains_of, evidence_of
from app.workflow.models import ProcessInstance

MANIFEST, FILE, PAPER = "manifest.json", "file.json", "file.pdf"
FORMAT = "tollgate.bundle.v1"
CHAINS = "chains/"


def bundle(
    session: Session,
    request: ChangeRequest,
    instance: ProcessInstance | None,
    *,
    now: datetime,
    exported_by: str,
    paper: bytes | None = None,
) -> bytes:
    """A zip that can be checked without the platform; see ``verify``. ``paper``: the file as PDF."""
    members: dict[str, bytes] = {FILE: _json(document(session, request, now, exported_by))}
    if paper is not None:
        members[PAPER] = paper
    for chain in chains_of(session, request, instance):
        members[f"{CHAINS}{chain.stream.replace(':', '-')}.json"] = _json(chain_json(chain))
    for file, _ in evidence_of(session, request):
        members[member_of(file)] = file.content
    members[MANIFEST] = _json(manifest(members))
    return _zipped(members, now)


def manifest(members: Mapping[str, bytes]) -> dict[str, Any]:
    """Size and SHA-256 of each member."""
    listed = {name: {"size": len(b), "sha256": hashlib.sha256(b).hexdigest()} for name, b in sorted(members.items())}
    return {"format": FORMAT, "members": listed}


def chain_json(chain: Chain) -> dict[str, Any]:
    """A chain with all that is needed to compute it again."""
    links = [_link_json(link) for link in chain.links]
    return {"stream": chain.stream, "length": chain.length, "head": bytes(chain.head).hex(), "links": links}


def _link_json(link: AuditEvent) -> dict[str, Any]:
    return {
        "number": link.number,
        "at": link.at.isoformat(),
        "actor": link.actor,
        "action": link.action,
        "payload": link.payload,
        "salt": bytes(link.salt).hex(),
        "commitment": bytes(link.commitment).hex() if link.commitment else None,
        "hash": bytes(link.hash).hex(),
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _zipped(members: Mapping[str, bytes], now: datetime) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()
