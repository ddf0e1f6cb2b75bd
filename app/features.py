"""The list of features and what each brings: API, pages, handlers, commands."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from app.identity import api as identity_api
from app.identity import views as identity_views
from app.shell import views as shell_views


def install_features(app: Flask, api: Api, prefix: str) -> None:
    for feature in (identity_api,):
        api.register_blueprint(feature.blueprint, url_prefix=prefix)
    for views in (identity_views, shell_views):
        app.register_blueprint(views.pages)
