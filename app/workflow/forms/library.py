"""The forms of a folder, read once and again only when a file changes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from app.kernel.errors import NotFound
from app.workflow.engine.errors import DrawingRefused, Finding
from app.workflow.forms.form import Form, form_of

FOLDER = Path(__file__).resolve().parents[3] / "forms"
"""The forms that ship with the platform."""
SUFFIX = ".form"

_cached: dict[Path, tuple[tuple[int, int], Form]] = {}


def load_forms(folder: Path) -> dict[str, Form]:
    """The forms of a folder by key. A file's name is its form's id; ``DrawingRefused`` otherwise."""
    return {path.stem: _load(path) for path in sorted(folder.glob(f"*{SUFFIX}"))}


forms_in = load_forms


def form_keys(folder: Path = FOLDER) -> set[str]:
    """The keys of the forms there are."""
    return set(load_forms(folder))


def form_named(key: str, folder: Path = FOLDER) -> Form:
    """One form; ``NotFound`` when there is none of that key."""
    path = folder / f"{key}{SUFFIX}"
    if not key.replace("_", "").isalnum() or not path.is_file():
        raise NotFound("There is no form %(key)s.", key=key[:100])
    return _load(path)


def _load(path: Path) -> Form:
    facts = path.stat()
    stamp = (facts.st_mtime_ns, facts.st_size)
    kept = _cached.get(path)
    if kept is None or kept[0] != stamp:
        kept = _cached[path] = (stamp, _named(_compiled(path.read_bytes()), path.stem))
    return kept[1]


@lru_cache(maxsize=500)
def _compiled(content: bytes) -> Form:
    return form_of(content)


def _named(form: Form, stem: str) -> Form:
    if form.key != stem:
        message = "The form's id %(id)s differs from the name of its file, %(name)s."
        raise DrawingRefused([Finding("error", "wrong_form_id", message, form.key, 1, {"id": form.key, "name": stem})])
    return form
