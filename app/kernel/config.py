"""Settings, all from the environment."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any


def from_environment() -> dict[str, Any]:
    """The settings of this process; README lists the variables."""
    var = Path(os.environ.get("VAR_DIR", "var")).resolve()
    var.mkdir(parents=True, exist_ok=True)
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{var / 'tollgate.db'}"
    if url.startswith("postgres://"):  # as hosting platforms write it
        url = url.replace("postgres://", "postgresql://", 1)
    demo = os.environ.get("DEMO", "1") == "1"
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "DEMO": demo,
        "VAR_DIR": str(var),
        "SECRET_KEY": os.environ.get("SECRET_KEY") or _kept_secret(var / "secret_key"),
        "FIELD_KEYS": _field_key("FIELD_KEYS", var, demo=demo),
        "FIELD_INDEX_KEY": _field_key("FIELD_INDEX_KEY", var, demo=demo),
        "MAIL_URL": os.environ.get("MAIL_URL", ""),
        "PUBLIC_URL": os.environ.get("PUBLIC_URL", ""),
        "HTTPS": os.environ.get("HTTPS", "0") == "1",
    }


def _field_key(name: str, var: Path, *, demo: bool) -> str:
    """Keys of encrypted fields: a bank keeps them elsewhere than its data; a demo may keep them beside."""
    return os.environ.get(name) or (_kept_secret(var / name.lower()) if demo else "")


def more_product_types() -> list[Path]:
    """Folders with product types of the bank's own, besides those that come with the programme."""
    folders = os.environ.get("PRODUCT_TYPES", "")
    return [Path(folder).resolve() for folder in folders.split(os.pathsep) if folder]


def _kept_secret(path: Path) -> str:
    """A key that survives a restart, readable by this user only; processes that start at once agree on one."""
    if not path.exists():
        _keep(path, secrets.token_hex(32))
    return path.read_text()


def _keep(path: Path, text: str) -> None:
    """The file appears whole or not at all; whoever comes second leaves the first one's."""
    with NamedTemporaryFile("w", dir=path.parent) as file:  # mode 0600
        file.write(text)
        file.flush()
        with suppress(FileExistsError):
            os.link(file.name, path)
