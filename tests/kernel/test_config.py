"""Settings of processes that start together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from app.kernel.config import _keep, _kept_secret


def test_processes_that_start_at_once_keep_one_secret(tmp_path: Path) -> None:
    path, together = tmp_path / "secret_key", Barrier(8)

    def start(number: int) -> str:
        together.wait()
        _keep(path, f"{number}" * 64)  # what each does that found no file
        return _kept_secret(path)

    with ThreadPoolExecutor(8) as processes:
        found = set(processes.map(start, range(8)))
    assert len(found) == 1
    assert len(found.pop()) == 64
    assert [p.name for p in tmp_path.iterdir()] == ["secret_key"]
    assert path.stat().st_mode & 0o777 == 0o600
