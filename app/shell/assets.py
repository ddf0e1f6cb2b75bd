"""Static files: addressed by content, kept by browsers, sent compressed.

``static_url("app.css")`` carries the hash of the content, so that such an address
may be kept for a year. Text is compressed here because the platform must be light
without a proxy before it; a proxy that does it leaves ``Accept-Encoding`` out.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

from app.kernel.web import COMPRESSED

YEAR = 365 * 24 * 3600
SMALLEST = 1024
"""Bytes below which compression costs more than it saves."""

TEXT = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/json",
        "application/problem+json",
        "application/xml",
        "image/svg+xml",
    }
)


def install(app: Flask) -> None:
    app.jinja_env.globals["static_url"] = static_url
    app.after_request(_finish)


def static_url(name: str) -> str:
    """The address of a static file with the hash of its content."""
    return url_for("static", filename=name, v=_version(_path(name), _stamp(name)))


def _path(name: str) -> str:
    return str(Path(current_app.static_folder or "") / name)


def _stamp(name: str) -> int:
    return Path(_path(name)).stat().st_mtime_ns


@lru_cache(maxsize=256)
def _version(path: str, stamp: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def _finish(response: Response) -> Response:
    if request.endpoint != "static":
        # An answer belongs to who asked: no shared or offline copy of it.
        response.headers.setdefault("Cache-Control", "private, no-store")
    elif response.status_code == 200:
        _keep(response)
    return _compress(response)


def _keep(response: Response) -> None:
    if request.args.get("v"):
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"


def _compress(response: Response) -> Response:
    if response.mimetype not in TEXT or response.status_code in {204, 304} or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings.quality("gzip") or (response.is_streamed and not response.direct_passthrough):
        return response
    if request.endpoint == "static" and request.method == "GET" and "Range" not in request.headers:
        return _compress_file(response)
    if not response.direct_passthrough and (response.content_length or 0) >= SMALLEST:
        response.set_data(gzip.compress(response.get_data(), 5, mtime=0))
        _label(response)
    return response


def _compress_file(response: Response) -> Response:
    name = (request.view_args or {}).get("filename", "")
    if (response.content_length or 0) < SMALLEST:
        return response
    response.direct_passthrough = False
    response.response.close()  # type: ignore[union-attr]
    response.set_data(_compressed(_path(name), _stamp(name)))
    _label(response)
    return response


def _label(response: Response) -> None:
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag:
        # The compressed form is another representation, with a tag of its own.
        response.set_etag(tag + COMPRESSED)


@lru_cache(maxsize=256)
def _compressed(path: str, stamp: int) -> bytes:
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)
