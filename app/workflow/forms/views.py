"""Brings the macro that renders forms: ``{% from "workflow/form.html" import fields %}``."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("workflow_forms", __name__, template_folder="templates")
