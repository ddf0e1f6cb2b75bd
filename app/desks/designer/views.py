"""The pages of process designers: list, view, check, deploy, approve."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request

from app.desks.designer import queries
from app.identity.directory import names_of
from app.identity.permissions import allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.database import session, unit_of_work
from app.kernel.errors import DomainError, invalid
from app.kernel.i18n import N_, gettext, language
from app.kernel.web import demo_mode
from app.workflow.deployments import pictures, services
from app.workflow.deployments import queries as deployments
from app.workflow.deployments.library import drawing_of
from app.workflow.engine.drawing import MAX_BYTES
from app.workflow.second_person_pages import answer_word

pages = Blueprint("designer_pages", __name__, template_folder="templates")
VERSION = "/processes/<string:key>/versions/<int(max=2147483647):number>"
SEEN_BY_ALL = "process.see"


@pages.app_template_filter("steps")
def steps(drawing: Any) -> Any:
    return pictures.steps(drawing)


@pages.app_template_filter("kind_word")
def kind_word(element: Any) -> str:
    """What an element is, in words for those who do not read BPMN."""
    return gettext(pictures.KINDS.get(element.kind, ""))


@pages.get("/processes")
@signed_in
def processes() -> Any:
    """The drawings the bank works by."""
    require(current_actor(), SEEN_BY_ALL)
    newest, waiting = deployments.newest_of_each(session()), deployments.waiting(session())
    return render_template(
        "designer/processes.html",
        processes=newest,
        waiting=waiting,
        people=names_of(session(), [d.deployed_by for d in (*newest, *waiting)]),
        designs=_designs(),
    )


def _designs() -> bool:
    return allowed(current_actor(), "process.deploy")


@pages.get("/processes/<string:key>")
@signed_in
def process(key: str) -> Any:
    """The newest version."""
    newest = deployments.versions(session(), key)[0]
    return redirect(f"/processes/{key}/versions/{newest.version}")


@pages.get(VERSION)
@signed_in
def version(key: str, number: int) -> Any:
    """One version: the drawing, the procedure in words, what changed, what is to be remarked."""
    return _version(key, number)


def _version(key: str, number: int, error: DomainError | None = None) -> Any:
    require(current_actor(), SEEN_BY_ALL)
    page = queries.version_page(session(), key, number, findings=_designs())
    rendered = render_template("designer/version.html", page=page, designs=_designs(), error=error)
    return rendered, error.status if error else 200


@pages.get(f"{VERSION}/diagram.bpmn")
@signed_in
def diagram(key: str, number: int) -> Response:
    """The drawing with its elements named in the reader's language. A version never changes."""
    require(current_actor(), SEEN_BY_ALL)
    definition = deployments.version(session(), key, number)
    wanted = request.args.get("lang")
    xml = pictures.localised_xml(drawing_of(definition), wanted if wanted in {"en", "zh"} else language())
    answer = Response(xml, mimetype="application/xml")
    if wanted:
        answer.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


@pages.get("/processes/check")
@signed_in
def check() -> Any:
    """Where a drawing is brought to be checked."""
    require(current_actor(), "process.deploy")
    return render_template("designer/check.html", result=None, error=None)


@pages.post("/processes/check")
@signed_in
def check_drawing() -> Any:
    """The findings on what was brought, whatever it is."""
    require(current_actor(), "process.deploy")
    xml = _brought()
    return render_template("designer/check.html", result=queries.checked(session(), xml), error=None)


@pages.post("/processes/deploy")
@signed_in
def deploy() -> Any:
    """Deploy the drawing that was checked; outside demo mode it waits for a second person."""
    xml = _brought()
    try:
        with unit_of_work() as uow:
            definition = services.deploy(uow, xml=xml, actor=current_actor(), now=g.now, second_person=not demo_mode())
    except DomainError as error:
        if error.status == 403:
            raise
        result = queries.checked(session(), xml)
        return render_template("designer/check.html", result=result, error=error), error.status
    flash(_said_of(definition.state), "success")
    return redirect(f"/processes/{definition.key}/versions/{definition.version}", 303)


def _said_of(state: str) -> str:
    if state == "waiting":
        return gettext("Deployed; it takes effect when a second person approves it.")
    return gettext("Deployed: new cases run on this version.")


@pages.post(f"{VERSION}/approve")
@signed_in
def approve(key: str, number: int) -> Any:
    """The second person's word."""
    return _decide(services.approve_deployment, key, number, N_("Approved: new cases run on this version."))


@pages.post(f"{VERSION}/refuse")
@signed_in
def refuse(key: str, number: int) -> Any:
    """The second person says no; the version never takes effect."""
    return _decide(services.refuse_deployment, key, number, N_("Refused: the version does not take effect."))


def _decide(verb: Any, key: str, number: int, done: str) -> Any:
    return answer_word(
        verb,
        key=key,
        version=number,
        done=done,
        address=f"/processes/{key}/versions/{number}",
        shown=lambda error: _version(key, number, error),
    )


def _brought() -> bytes:
    """The bytes of the file, or those that were checked before and came back with the page."""
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        content: bytes = upload.read(MAX_BYTES + 1)
        return content
    try:
        kept = base64.b64decode(request.form.get("content", ""), validate=True)
    except (binascii.Error, ValueError):
        raise invalid("/content", "This cannot be read.") from None
    if not kept and "xml" in request.form:
        return request.form["xml"].encode("utf-8", "surrogatepass")
    return kept
