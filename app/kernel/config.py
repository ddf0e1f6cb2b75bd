"""Settings, all from the environment."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any


def from_environment() -> dict[str, Any]:
    """The settings of this process; README lists the variables."""
    var = Path(os.environ.get("VAR_DIR", "var")).resolve()
    var.mkdir(parents=True, exist_ok=True)
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{var / 'tollgate.db'}"
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "DEMO": os.environ.get("DEMO", "1") == "1",
        "VAR_DIR": str(var),
        "SECRET_KEY": os.environ.get("SECRET_KEY") or _kept_secret(var / "secret_key"),
        "MAIL_URL": os.environ.get("MAIL_URL", ""),
        "PUBLIC_URL": os.environ.get("PUBLIC_URL", ""),
        "HTTPS": os.environ.get("HTTPS", "0") == "1",
    }


def _kept_secret(path: Path) -> str:
    """A key that survives a restart, readable by this user only."""
    if not path.exists():
        descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text()
