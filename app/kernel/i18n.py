"""English and Simplified Chinese, chosen by the person or the browser.

Texts of the programme go through gettext. Texts that are data (a department's
name, an element of a drawing, a form's label) carry both languages and are
picked with ``pick``.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale
from flask_babel import gettext as _gettext
from flask_babel import lazy_gettext as _

LANGUAGES = {"en": "English", "zh": "简体中文"}
_TAGS = {"en": "en", "zh": "zh_Hans_CN"}

__all__ = ["LANGUAGES", "N_", "_", "force_locale", "gettext", "install", "language", "pick"]


def N_(message: str) -> str:
    """Marks a template for translation without translating it yet."""
    return message


def install(app: Flask) -> None:
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(app, locale_selector=_select, timezone_selector=lambda: "Asia/Shanghai")
    app.jinja_env.globals.update(pick=pick, language=language)


def _select() -> str:
    return _TAGS[_chosen()]


def _chosen() -> str:
    """The person's own choice, a choice in the session, then the browser's."""
    if not has_request_context():
        return "en"
    chosen = getattr(g, "language", None) or request.cookies.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    best = request.accept_languages.best_match(["en", "zh", "zh-CN", "zh-Hans", "zh-Hans-CN", "zh-SG"])
    return "zh" if (best or "en").startswith("zh") else "en"


def language() -> str:
    """``en`` or ``zh``: the language of whoever is being answered."""
    locale = get_locale()
    return "zh" if locale is not None and locale.language == "zh" else "en"


def gettext(message: str, values: Mapping[str, object] | None = None) -> str:
    """The translation of a template, filled with ``values``.

    A value in both languages is picked from. The values ``reason`` and ``state`` are
    themselves texts of the programme (a sentence, a key such as ``on_sale``) and are translated.
    """
    text = str(_gettext(message)) if message else ""
    return text % {name: _said(name, value) for name, value in values.items()} if values else text


def _said(name: str, value: object) -> object:
    if isinstance(value, Mapping):
        return pick(value)
    if not isinstance(value, str) or name not in {"reason", "state"}:
        return value
    words = value.replace("_", " ") if name == "state" else value
    # States are listed as words of their own, with a capital.
    text = str(_gettext(words.capitalize() if name == "state" else words)) if words else ""
    return words if text == words.capitalize() else text


def pick(names: Mapping[str, str] | None, fallback: str = "") -> str:
    """The text in the current language out of ``{"en": ..., "zh": ...}``."""
    if not names:
        return fallback
    return names.get(language()) or names.get("en") or names.get("zh") or fallback
