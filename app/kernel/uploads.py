"""Files as requests bring them and answers give them back."""

from __future__ import annotations

from io import BytesIO
from typing import Any, NamedTuple

from flask import Response, request, send_file
from werkzeug.datastructures import FileStorage

from app.kernel.errors import invalid
from app.kernel.files import MAX_FILE, KeptFile
from app.kernel.i18n import N_

NO_FILE = N_("Send a file in the member “file”.")
NONE_CHOSEN = N_("Choose a file first.")
UNTYPED = "application/octet-stream"
IN_PLACE = ("image/png", "image/jpeg", "application/pdf")
"""Kinds a browser may show itself; they hold no script of this site."""
FILE_TYPE = {"type": "string", "format": "binary"}


class Upload(NamedTuple):
    """A file as it was sent: not judged yet (see ``files.judged``)."""

    filename: str
    content: bytes


def file_body(media_type: str = UNTYPED) -> dict[str, Any]:
    """A body with one ``file``, as the OpenAPI document tells it."""
    schema = {"type": "object", "properties": {"file": FILE_TYPE}, "required": ["file"]}
    encoding = {"file": {"contentType": media_type}}
    return {"required": True, "content": {"multipart/form-data": {"schema": schema, "encoding": encoding}}}


def sent_file() -> Upload:
    """What a program sent as the multipart member ``file``."""
    upload = request.files.get("file")
    if upload is None:
        raise invalid("/file", NO_FILE)
    return _read(upload)


def chosen_files(name: str = "file") -> list[Upload]:
    """What was chosen in a field of a form; none if it was left alone."""
    return [_read(upload) for upload in request.files.getlist(name) if upload.filename]


def required_files() -> list[Upload]:
    """What was chosen in the field ``file``; 422 if it was left alone."""
    uploads = chosen_files()
    if not uploads:
        raise invalid("/file", NONE_CHOSEN)
    return uploads


def _read(upload: FileStorage) -> Upload:
    # One byte more than is kept tells that it is too large.
    return Upload(upload.filename or "", upload.read(MAX_FILE + 1))


def file_answer(file: KeptFile, *, in_place: bool = False) -> Response:
    """A file to be saved; ``in_place``: shown by the browser where it can do that safely."""
    shown = in_place and file.media_type in IN_PLACE
    answer = send_file(
        BytesIO(file.content),
        mimetype=file.media_type if shown else UNTYPED,
        as_attachment=not shown,
        download_name=file.filename,
        etag=file.sha256,
    )
    answer.headers["Cache-Control"] = "private, max-age=3600, immutable"
    return answer
