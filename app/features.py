"""The list of features and what each brings: API, pages, handlers, commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_smorest import Api

from app import demo, health
from app.desks.calendar import api as calendar_api
from app.desks.calendar import views as calendar_views
from app.desks.designer import views as designer_views
from app.desks.inbox import views as inbox_views
from app.desks.notices import api as notices_api
from app.desks.notices import views as notices_views
from app.desks.operations import commands as operations_commands
from app.desks.operations import views as operations_views
from app.identity import api as identity_api
from app.identity import views as identity_views
from app.kernel import openapi
from app.modules.agency import api as agency_api
from app.modules.agency import handlers as agency_handlers  # noqa: F401  (registers what drawings may call)
from app.modules.agency import views as agency_views
from app.modules.agency import wording as agency_wording  # noqa: F401  (registers what the history says)
from app.modules.bundles import api as bundles_api
from app.modules.bundles import views as bundles_views
from app.modules.bundles import wording as bundles_wording  # noqa: F401  (registers what the history says)
from app.modules.bundles.rules.description import BUNDLE
from app.modules.catalogue import api as catalogue_api
from app.modules.catalogue import views as catalogue_views
from app.modules.catalogue.schemas import described as content
from app.modules.catalogue.schemas.templates import check_templates
from app.modules.changes import api as changes_api
from app.modules.changes import authority_api as changes_authority_api
from app.modules.changes import handlers as changes_handlers  # noqa: F401  (registers what drawings may call)
from app.modules.changes import sheet_api as changes_sheet_api
from app.modules.changes import views as changes_views
from app.modules.changes import wording as changes_wording  # noqa: F401  (registers what the history says)
from app.modules.customers import api as customers_api
from app.modules.customers import commands as customers_commands
from app.modules.customers import views as customers_views
from app.modules.customers import wording as customers_wording  # noqa: F401  (registers what the history says)
from app.modules.development import costing_api as development_costing_api
from app.modules.development import ideas_api as development_ideas_api
from app.modules.development import initiatives_api as development_initiatives_api
from app.modules.development import views as development_views
from app.modules.development import wording as development_wording  # noqa: F401  (registers what the history says)
from app.modules.documents import api as documents_api
from app.modules.documents import products_api as documents_products_api
from app.modules.documents import views as documents_views
from app.modules.documents import wording as documents_wording  # noqa: F401  (registers what the history says)
from app.modules.exits import api as exits_api
from app.modules.exits import handlers as exits_handlers  # noqa: F401  (registers what drawings may call)
from app.modules.exits import views as exits_views
from app.modules.exits import wording as exits_wording  # noqa: F401  (registers what the history says)
from app.modules.families import api as families_api
from app.modules.families import views as families_views
from app.modules.families import wording as families_wording  # noqa: F401  (registers what the history says)
from app.modules.lifecycle import api as lifecycle_api
from app.modules.lifecycle import handlers as lifecycle_handlers  # noqa: F401  (registers what drawings may call)
from app.modules.lifecycle import views as lifecycle_views
from app.modules.lifecycle import wording as lifecycle_wording  # noqa: F401  (registers what the history says)
from app.modules.pricing import api as pricing_api
from app.modules.pricing import views as pricing_views
from app.modules.research import api as research_api
from app.modules.research import views as research_views
from app.modules.research import wording as research_wording  # noqa: F401  (registers what the history says)
from app.modules.risk import api as risk_api
from app.modules.risk import views as risk_views
from app.modules.risk import wording as risk_wording  # noqa: F401  (registers what the history says)
from app.modules.suspensions import api as suspensions_api
from app.modules.suspensions import handlers as suspensions_handlers  # noqa: F401  (registers what drawings may call)
from app.modules.suspensions import views as suspensions_views
from app.modules.suspensions import wording as suspensions_wording  # noqa: F401  (registers what the history says)
from app.shell import views as shell_views
from app.workflow.decisions import api as decisions_api
from app.workflow.decisions import views as decisions_views
from app.workflow.deployments import api as deployments_api
from app.workflow.forms import views as forms_views
from app.workflow.instances import api as instances_api
from app.workflow.messages import api as messages_api
from app.workflow.tasks import api as tasks_api

APIS = (
    identity_api,
    demo,
    deployments_api,
    decisions_api,
    instances_api,
    messages_api,
    tasks_api,
    notices_api,
    catalogue_api,
    documents_api,
    documents_products_api,
    customers_api,
    pricing_api,
    bundles_api,
    risk_api,
    development_costing_api,
    development_ideas_api,
    development_initiatives_api,
    suspensions_api,
    exits_api,
    lifecycle_api,
    research_api,
    families_api,
    agency_api,
    changes_api,
    changes_sheet_api,
    changes_authority_api,
    calendar_api,
)
PAGES = (
    identity_views,
    shell_views,
    catalogue_views,
    documents_views,
    customers_views,
    pricing_views,
    bundles_views,
    risk_views,
    development_views,
    research_views,
    forms_views,
    decisions_views,
    inbox_views,
    notices_views,
    designer_views,
    operations_views,
    calendar_views,
    families_views,
    agency_views,
    changes_views,
    suspensions_views,
    lifecycle_views,
    exits_views,
)


def _components() -> dict[str, Mapping[str, Any]]:
    return {**openapi.COMPONENTS, **content.components(), "BundleDocument": content.alone(BUNDLE)}


def install_features(app: Flask, api: Api, prefix: str) -> None:
    check_templates()
    health.install(app)
    operations_commands.install(app)
    customers_commands.install(app)
    app.url_map.converters["table"] = decisions_api.TableKey
    for name, described in _components().items():
        api.spec.components.schema(name, dict(described))
    for feature in APIS:
        api.register_blueprint(feature.blueprint, url_prefix=prefix)
    for views in PAGES:
        app.register_blueprint(views.pages)
