"""What may be done to products and versions. Each verb takes the unit of work, who acts, and when.

``publish``, ``open_pilot`` and the other verbs that change what is on sale are
for process handlers only: no API and no page calls them.
"""

from __future__ import annotations

from app.modules.catalogue.services.demo import load_demo
from app.modules.catalogue.services.drafts import (
    create_product,
    describe_product,
    draft_version,
    edit_draft,
    reopen,
    submit,
)
from app.modules.catalogue.services.imports import Item, import_records
from app.modules.catalogue.services.jobs import run_jobs, start_import
from app.modules.catalogue.services.pilots import close_pilot, extend_pilot, open_pilot
from app.modules.catalogue.services.publishing import approve, publish, reject, withdraw
from app.modules.catalogue.services.status import advance, resume, suspend, take_off_sale

__all__ = [
    "Item",
    "advance",
    "approve",
    "close_pilot",
    "create_product",
    "describe_product",
    "draft_version",
    "edit_draft",
    "extend_pilot",
    "import_records",
    "load_demo",
    "open_pilot",
    "publish",
    "reject",
    "reopen",
    "resume",
    "run_jobs",
    "start_import",
    "submit",
    "suspend",
    "take_off_sale",
    "withdraw",
]
