"""What may be done to products and versions. Each verb takes the unit of work, who acts, and when.

``publish``, ``open_pilot`` and the other verbs that change what is on sale are
for process handlers only: no API and no page calls them.
"""

from __future__ import annotations

from app.modules.catalogue.services.creating import create_product, describe_product
from app.modules.catalogue.services.demo import load_demo
from app.modules.catalogue.services.drafts import (
    Draft,
    Edit,
    draft_version,
    draft_versions,
    edit_draft,
    edit_drafts,
    reopen,
    submit,
    submit_all,
    versions_to_base_on,
)
from app.modules.catalogue.services.imports import Item, import_records
from app.modules.catalogue.services.jobs import run_jobs, start_import
from app.modules.catalogue.services.pilots import close_pilot, extend_pilot, open_pilot
from app.modules.catalogue.services.publishing import (
    Wave,
    approve,
    approve_all,
    publish,
    reject,
    reject_all,
    withdraw,
    withdraw_all,
)
from app.modules.catalogue.services.status import advance, take_off_sale
from app.modules.catalogue.services.stops import resume, suspend

__all__ = [
    "Draft",
    "Edit",
    "Item",
    "Wave",
    "advance",
    "approve",
    "approve_all",
    "close_pilot",
    "create_product",
    "describe_product",
    "draft_version",
    "draft_versions",
    "edit_draft",
    "edit_drafts",
    "extend_pilot",
    "import_records",
    "load_demo",
    "open_pilot",
    "publish",
    "reject",
    "reject_all",
    "reopen",
    "resume",
    "run_jobs",
    "start_import",
    "submit",
    "submit_all",
    "suspend",
    "take_off_sale",
    "versions_to_base_on",
    "withdraw",
    "withdraw_all",
]
