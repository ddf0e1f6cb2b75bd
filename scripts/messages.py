"""Keep the translations in step with the code.

    python scripts/messages.py            collect the texts, update messages.po, list what lacks a translation
    python scripts/messages.py --check    change nothing; fail if a text is missing, stale, fuzzy or untranslated

Then write the ``msgstr`` of what is listed in
``app/translations/zh_Hans_CN/LC_MESSAGES/messages.po``.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.shell import translations  # noqa: E402


def main(check: bool) -> int:
    """The number of texts that need a translator."""
    problems = translations.problems()
    if check:
        sys.stdout.write("".join(f"{p}\n" for p in problems) or "every text is translated\n")
        return len(problems)
    catalogue = translations.updated()
    translations.write(catalogue)
    missing = list(translations.untranslated(catalogue))
    sys.stdout.write("".join(f"untranslated: {text!r}\n" for text in missing) or "every text is translated\n")
    return len(missing)


if __name__ == "__main__":
    sys.exit(min(main("--check" in sys.argv[1:]), 1))
