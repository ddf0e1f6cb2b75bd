"""The only wiring: settings, database, features, and domain error → HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, g, request
from flask_migrate import Migrate
from flask_smorest import Api
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.identity import web as identity_web
from app.kernel import config, crypto, database, i18n, openapi
from app.kernel.errors import DomainError, Fault, Unavailable
from app.kernel.i18n import N_
from app.kernel.input import refuse_unkeepable_address
from app.kernel.outages import is_outage
from app.kernel.validation_messages import recognise
from app.kernel.web import WholeNumber, problem
from app.shell import frame

API = "/api/v1"
MAX_REQUEST = 16 * 1024 * 1024
CSP = {
    "default-src": "'self'",
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'", "data:"],
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application; ``settings`` override the environment."""
    app = Flask("app", static_folder="static", template_folder="shell/templates")
    app.config.update(config.from_environment())
    app.config.update(
        API_TITLE="Tollgate",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=API,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "security": [{"bearer": []}],
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        },
        MAX_CONTENT_LENGTH=MAX_REQUEST,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # A working day, counted from the sign-in.
        PERMANENT_SESSION_LIFETIME=12 * 3600,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    app.config.update(settings or {})
    app.config["SESSION_COOKIE_SECURE"] = app.config["HTTPS"]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.converters["int"] = WholeNumber

    crypto.install(app)
    database.install(app)
    i18n.install(app)
    identity_web.install(app)
    frame.install(app)
    Migrate(app, database.db, directory="migrations", render_as_batch=True)
    _protect(app)
    _answer_errors(app)
    _register_features(app)
    return app


def _protect(app: Flask) -> None:
    Talisman(
        app,
        force_https=app.config["HTTPS"],
        session_cookie_secure=app.config["HTTPS"],
        strict_transport_security=app.config["HTTPS"],
        content_security_policy=CSP,
        frame_options="DENY",
    )
    csrf = CSRFProtect(app)

    @app.before_request
    def identify_and_guard() -> None:
        if request.endpoint == "static" or request.blueprint == "health":
            return
        identity_web.resolve_actor()
        if _asks_for_somebody():
            identity_web.current_actor()
        refuse_unkeepable_address(forms=not request.path.startswith(API))
        if _needs_csrf_token():
            csrf.protect()


CSRF_EXEMPT = {"auth.Token", "demo.Clock"}
OPEN_TO_ALL = CSRF_EXEMPT | {"demo.Demo", "api-docs.openapi_json"}


def _asks_for_somebody() -> bool:
    """Who asks is told before what is asked: a stranger learns nothing about what would have been a right value."""
    return request.path.startswith(API) and request.endpoint is not None and request.endpoint not in OPEN_TO_ALL


def _needs_csrf_token() -> bool:
    """A bearer token is sent on purpose; a cookie is sent by the browser unasked."""
    if request.headers.get("Authorization") or request.endpoint in CSRF_EXEMPT:
        return False
    return g.actor is not None or not request.path.startswith(API)


def _wants_problem() -> bool:
    return request.path.startswith(API) or "application/json" in request.headers.get("Accept", "")


def _answer_errors(app: Flask) -> None:
    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> Any:
        return problem(error) if _wants_problem() else _error_page(app, error)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if isinstance(error, CSRFError):
            return refused(_domain_error(error, 403, "csrf", N_("The form is too old; load the page again.")))
        if error.code is None or error.code < 400:
            return error
        faults = list(_validation_faults(getattr(error, "data", None)))
        message = HTTP_MESSAGES.get(error.code, N_("This request cannot be answered."))
        if faults:
            message = HTTP_MESSAGES[422]
        answer = refused(_domain_error(error, error.code, f"http_{error.code}", message, faults))
        if error.code == 405 and isinstance(answer, Response) and getattr(error, "valid_methods", None):
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
        return answer

    @app.errorhandler(DBAPIError)
    def refused_by_the_database(error: DBAPIError) -> Any:
        if not is_outage(error):
            return crashed(error)
        app.logger.error("the database is out of reach: %s", error.orig)
        answer = app.make_response(refused(Unavailable(OUT_OF_REACH)))
        answer.headers["Retry-After"] = str(RETRY_AFTER)
        return answer

    @app.errorhandler(Exception)
    def crashed(error: Exception) -> Any:
        app.logger.exception("unexpected error")
        return refused(
            _domain_error(error, 500, "unexpected", N_("Something went wrong on our side. Nothing was changed."))
        )


OUT_OF_REACH = N_("The records cannot be reached or written just now. Nothing was changed; try again in a while.")
RETRY_AFTER = 30
"""Seconds."""
HTTP_MESSAGES = {
    400: N_("The request cannot be read."),
    401: N_("Please sign in."),
    403: N_("You may not do this."),
    404: N_("There is nothing here, or not for you."),
    405: N_("This cannot be done here."),
    413: N_("This is larger than the platform accepts."),
    415: N_("Send JSON with the media type application/json."),
    422: N_("Some of what was entered is not right."),
    429: N_("Too many attempts; wait a little."),
}


def _domain_error(
    cause: BaseException, status: int, code: str, message: str, faults: list[Fault] | None = None
) -> DomainError:
    error = DomainError(message, code=code, faults=faults or [])
    error.status = status
    error.__cause__ = cause
    return error


def _validation_faults(data: Any, pointer: str = "") -> Any:
    """Each message of a marshmallow error, with a JSON pointer to the member."""
    messages = (data or {}).get("messages") if isinstance(data, dict) and "messages" in data else data
    if isinstance(messages, dict):
        for key, value in messages.items():
            # webargs names the place (json, query) first; a pointer begins inside it.
            step = "" if pointer == "" and key in {"json", "query", "form", "files"} else f"/{key}"
            yield from _validation_faults(value, pointer + step if key != "_schema" else pointer)
    elif isinstance(messages, list):
        for message in messages:
            if isinstance(message, str):
                template, values = recognise(message)
                yield Fault(pointer=pointer, message=template, values=values)


def _error_page(app: Flask, error: DomainError) -> Any:
    from flask import redirect, render_template, url_for

    if error.status == 401 and request.method == "GET":
        return redirect(url_for("identity_pages.sign_in", next=request.full_path.rstrip("?")))
    return render_template("error.html", error=error), error.status


class _Api(Api):  # type: ignore[misc]
    """flask-smorest without its own error documents: ours are problem details."""

    def _register_error_handlers(self) -> None:
        pass


def _register_features(app: Flask) -> None:
    from app.features import install_features

    install_features(app, _Api(app, spec_kwargs={"marshmallow_plugin": openapi.Plugin()}), API)
