"""Checking a bundle offline: nothing but the bundle itself is asked.

What is checked: each member is what the manifest says; each audit chain computes
to its head; the contents, the parts of the file and the evidence have the hashes
that stand beside them; what was decided is what is there; and each signature
stands in the chain of the case, by that person, for that task.

Whoever can write the bundle can compute all of it anew; only a seal kept
elsewhere (``flask audit seal``) tells that. Its heads are compared when given.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from app.kernel import audit
from app.kernel.audit import GENESIS, Entry
from app.modules.catalogue.rules.content import content_hash
from app.modules.changes.exporting.bundle import CHAINS, FILE, MANIFEST
from app.modules.changes.rules import matter
from app.modules.changes.rules.file import part_hash

MOST_BYTES = 2_000_000_000
"""Of all members unpacked; the platform writes far smaller ones."""
SIGNED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "department_review": (("reviewer", "task_id"), ("signed_by", "sign_task_id")),
    "executive_decision": (("by", "task_id"),),
    "committee_vote": (("member", "task_id"),),
}
"""Table → who signed, and in which task."""
Json = Mapping[str, Any]


def faults(path: Path, seal: Json | None = None) -> Iterator[str]:
    """One sentence for each thing that does not hold; nothing when all does."""
    try:
        members = _members(path)
        listed = json.loads(members.pop(MANIFEST))["members"]
        whole = json.loads(members[FILE])
        chains = [json.loads(body) for name, body in sorted(members.items()) if name.startswith(CHAINS)]
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        yield f"this is no bundle of an approver's file: {error}"
        return
    yield from _manifest(members, listed)
    try:
        links = [link for chain in chains for link in chain["links"] if link["payload"]]
        for chain in chains:
            yield from chain_faults(chain, seal)
        yield from _contents(whole, links)
        yield from _evidence(whole, members)
        yield from _signatures(whole, links)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        yield f"a member of the file is missing or of another kind: {error!r}"


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        if sum(info.file_size for info in archive.infolist()) > MOST_BYTES:
            raise ValueError("it is too large")
        return {info.filename: archive.read(info) for info in archive.infolist()}


def _manifest(members: Mapping[str, bytes], listed: Json) -> Iterator[str]:
    for name in sorted(listed.keys() | members.keys()):
        if name not in members:
            yield f"{name} is missing"
        elif name not in listed:
            yield f"{name} does not stand in the manifest"
        elif hashlib.sha256(members[name]).hexdigest() != listed[name]["sha256"]:
            yield f"{name} is not what the manifest says"


def chain_faults(chain: Json, seal: Json | None = None) -> Iterator[str]:
    """The first place where a chain does not compute, and whether it holds what was sealed."""
    name, previous = chain["stream"], GENESIS
    hashes = [GENESIS.hex()]
    for expected, link in enumerate(chain["links"], 1):
        entry = Entry(link["action"], link["actor"], datetime.fromisoformat(link["at"]))
        previous = audit.link(previous, name, expected, entry, _committed(link))
        if link["number"] != expected or previous.hex() != link["hash"]:
            yield f"{name} #{expected}: altered"
            return
        hashes.append(previous.hex())
    if len(chain["links"]) != chain["length"] or previous.hex() != chain["head"]:
        yield f"{name}: the head is not the last link"
    sealed = (seal or {}).get("heads", {}).get(name)
    if sealed and (len(hashes) <= sealed[0] or hashes[sealed[0]] != sealed[1]):
        yield f"{name}: not what was sealed"


def _committed(link: Json) -> bytes:
    if link["payload"] is None and link["commitment"]:
        return bytes.fromhex(link["commitment"])
    return audit.commitment(link["payload"], bytes.fromhex(link["salt"]))


def _contents(whole: Json, links: Sequence[Json]) -> Iterator[str]:
    for version in whole["versions"]:
        if content_hash(version["content"]) != version["content_hash"]:
            yield f"{version['product']} version {version['new']}: the content does not have its hash"
    files = {file["id"]: file["sha256"] for file in whole["evidence"]}
    rows = {row["part"]: row for row in whole["records"].get("file_part", ())}
    for part, row in rows.items():
        if part_hash(part, row["text"], files.get(row["attachment_id"])) != row["content_hash"]:
            yield f"the part {part} does not have its hash"
    if {part: row["content_hash"] for part, row in rows.items()} != whole["plan"].get(matter.FILE, {}):
        yield "the parts of the file are not those of the plan"
    frozen = whole["file"]["content_hash"]
    hashes = {version["product"]: version["content_hash"] for version in whole["versions"]}
    # The day may move after the approval (rule 10), so the plan counts as the chain has it from the submission.
    plans = [p["plan"] for p in _payloads(links, "change.designed") if p.get("content_hash") == frozen and "plan" in p]
    if frozen is not None and matter.whole(hashes, plans[-1] if plans else whole["plan"]) != frozen:
        yield "what is proposed is not what was shown for approval"


def _payloads(links: Sequence[Json], action: str) -> list[Json]:
    return [link["payload"] for link in links if link["action"] == action]


def _evidence(whole: Json, members: Mapping[str, bytes]) -> Iterator[str]:
    for file in whole["evidence"]:
        found = members.get(file["member"])
        if found is None or hashlib.sha256(found).hexdigest() != file["sha256"]:
            yield f"the evidence {file['filename']} does not have its hash"


def _signatures(whole: Json, links: Sequence[Json]) -> Iterator[str]:
    """Who signed did complete that task, and signed something that had been frozen."""
    done = {(link["payload"].get("task"), link["actor"]) for link in links if link["action"] == "task.complete"}
    frozen = {payload.get("content_hash") for payload in _payloads(links, "change.designed")}
    for table, signatures in SIGNED.items():
        for row in whole["records"].get(table, ()):
            where = f"{table} {row['id']}"
            if row["content_hash"] not in frozen:
                yield f"{where}: given on a content that was never submitted"
            for who, task in signatures:
                if row.get(task) is not None and (row[task], row.get(who)) not in done:
                    yield f"{where}: the chain knows no signature of {row.get(who)}"
