"""Bring the browser assets of ``app/static/vendor`` from their npm packages.

``lock.json`` names each package, its version and licence, and the SHA-256 of each
file we ship. Run without arguments to fetch every package again with ``npm pack``
and verify it; with ``--update`` to take a new version or file that was written
into the lock by hand and record its hashes.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent.parent / "app" / "static" / "vendor"
LOCK = VENDOR / "lock.json"


def main(update: bool) -> int:
    """The number of files that are not what the lock says."""
    lock: list[dict[str, Any]] = json.loads(LOCK.read_text(encoding="utf-8"))
    wrong = [problem for entry in lock for problem in _refresh(entry, update)]
    if update:
        LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write("".join(f"{line}\n" for line in wrong) or "all vendored files are as locked\n")
    return len(wrong)


def _refresh(entry: dict[str, Any], update: bool) -> list[str]:
    wrong = []
    with tempfile.TemporaryDirectory() as folder, _packed(entry, Path(folder)) as archive:
        for name, expected in entry["files"].items():
            content = archive.extractfile(f"package/{name}")
            if content is None:
                raise FileNotFoundError(name)
            data = content.read()
            digest = hashlib.sha256(data).hexdigest()
            if update:
                entry["files"][name] = digest
            elif digest != expected:
                wrong.append(f"{entry['package']} {name}: {digest} instead of {expected}")
                continue
            _write(VENDOR / entry["folder"] / name, data)
    return wrong


def _packed(entry: dict[str, Any], folder: Path) -> tarfile.TarFile:
    wanted = f"{entry['package']}@{entry['version']}"
    run = subprocess.run(
        ["npm", "pack", "--silent", "--pack-destination", str(folder), wanted],
        check=True,
        capture_output=True,
        text=True,
    )
    return tarfile.open(folder / run.stdout.strip().splitlines()[-1])


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


if __name__ == "__main__":
    sys.exit(min(main(update="--update" in sys.argv[1:]), 1))
