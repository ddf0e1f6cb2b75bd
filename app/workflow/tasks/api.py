"""Tasks for programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import g, request
from flask.views import MethodView

from app.identity.permissions import allowed
from app.identity.web import current_actor, who
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session
from app.kernel.errors import NotFound, invalid
from app.kernel.i18n import N_, language
from app.kernel.input import Blueprint
from app.kernel.uploads import file_body, sent_file
from app.kernel.web import document_problems, idempotent, in_unit_of_work, page_size
from app.workflow.forms import form_named
from app.workflow.models import ProcessInstance, Task
from app.workflow.presenting import instance_json, moment, task_json
from app.workflow.schemas import (
    AttachmentOut,
    CommentIn,
    CommentOut,
    Completed,
    CompleteTask,
    HandOver,
    SendBack,
    TaskDetail,
    TaskOut,
    TaskQuery,
    Tasks,
)
from app.workflow.tasks import attachments, chasing, queries, services
from app.workflow.tasks.queries import FILTERS, SORTS, Wish

blueprint = Blueprint("tasks", __name__, description="Task inboxes")
ID = "<int:task_id>"


def wish_of(query: dict[str, Any]) -> Wish:
    """``?filter=mine|group|all&sort=due|created&process=&product=&limit=&cursor=``."""
    return Wish(
        filter=query["filter"],
        sort=query["sort"],
        process=query.get("process") or None,
        product=query.get("product") or None,
        after=_after(),
        limit=page_size(),
    )


def wish_from_query() -> Wish:
    """The same for a page, whose address people edit: other members are left alone."""
    query = {"filter": request.args.get("filter", "group"), "sort": request.args.get("sort", "due")}
    for name, choices in (("filter", FILTERS), ("sort", SORTS)):
        if query[name] not in choices:
            raise invalid(f"/{name}", N_("Must be one of: %(choices)s."), choices=", ".join(choices))
    return wish_of({**request.args, **query})


def _after() -> tuple[datetime, int] | None:
    values = decode_cursor(datetime, int)
    return (values[0], values[1]) if values else None


@blueprint.route("/tasks")
class TaskList(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(TaskQuery, location="query")
    @blueprint.response(200, Tasks)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Open tasks: mine, my groups', or all that I may see."""
        actor, wish = current_actor(), wish_of(query)
        tasks, after = queries.open_tasks(session(), actor, wish)
        cursor = encode_cursor(*after) if after else None
        return {"items": [task_json(t, t.instance, actor) for t in tasks], "next": cursor}


@blueprint.route(f"/tasks/{ID}")
class TaskItem(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, TaskDetail)
    def get(self, task_id: int) -> dict[str, Any]:
        """A task with its form and what was typed so far."""
        task, instance = visible_task(task_id)
        known = services.known_of(session(), task, instance, g.now)
        form = form_named(task.form).with_options(known.options)
        values = services.values_for(task, instance, current_actor(), known.values)
        components = form.as_components(language(), values, {**instance.variables, **known.facts})
        return {
            **task_json(task, instance, current_actor()),
            "form": {"key": form.key, "components": components},
            "values": values,
        }


def visible_task(task_id: int) -> tuple[Task, ProcessInstance]:
    """A task for reading; hidden ones are not there."""
    found = queries.task_with_case(session(), task_id)
    if found is None or not allowed(current_actor(), "task.see", services.facts_of(found[1], found[0])):
        raise NotFound("There is no such task.")
    return found


@blueprint.route(f"/tasks/{ID}/complete")
class Complete(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(CompleteTask)
    @blueprint.response(200, Completed)
    @idempotent(who)
    def post(self, body: dict[str, Any], task_id: int) -> Any:
        """Complete a task: 409 if somebody was first or the version is old."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            step = services.complete_task(
                uow, task_id=task_id, version=body["version"], data=body["data"], actor=actor, now=g.now
            )
            task = uow.get(Task, task_id)
            active = sorted({t.element_id for t in step.still_open})
            return 200, {
                "task": task_json(task, step.instance, actor),
                "instance": instance_json(step.instance, step.bundle.version, active),
                "opened": [task_json(t, step.instance, actor) for t in step.opened],
            }

        return in_unit_of_work(act)


def _answer(act: Callable[[Any], Task]) -> Any:
    actor = current_actor()

    def run(uow: Any) -> tuple[int, Any]:
        task = act(uow)
        return 200, task_json(task, uow.get(ProcessInstance, task.instance_id), actor)

    return in_unit_of_work(run)


@blueprint.route(f"/tasks/{ID}/claim")
class Claim(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.response(200, TaskOut)
    @idempotent(who)
    def post(self, task_id: int) -> Any:
        """Take the task."""
        return _answer(lambda uow: services.claim(uow, task_id=task_id, actor=current_actor(), now=g.now))


@blueprint.route(f"/tasks/{ID}/release")
class Release(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.response(200, TaskOut)
    @idempotent(who)
    def post(self, task_id: int) -> Any:
        """Put the task back for the group."""
        return _answer(lambda uow: services.release(uow, task_id=task_id, actor=current_actor(), now=g.now))


@blueprint.route(f"/tasks/{ID}/remind")
class Remind(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.response(200, TaskOut)
    @idempotent(who)
    def post(self, task_id: int) -> Any:
        """As whoever began the case, ask those with whom the task lies to deal with it; once a day."""
        return _answer(lambda uow: chasing.ask(uow, task_id=task_id, actor=current_actor(), now=g.now))


@blueprint.route(f"/tasks/{ID}/delegate")
class Delegate(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(HandOver)
    @blueprint.response(200, TaskOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], task_id: int) -> Any:
        """Have somebody work on it; it comes back."""
        return _answer(
            lambda uow: services.delegate(uow, task_id=task_id, to=body["to"], actor=current_actor(), now=g.now)
        )


@blueprint.route(f"/tasks/{ID}/transfer")
class Transfer(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(HandOver)
    @blueprint.response(200, TaskOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], task_id: int) -> Any:
        """Hand it to somebody for good."""
        return _answer(
            lambda uow: services.transfer(uow, task_id=task_id, to=body["to"], actor=current_actor(), now=g.now)
        )


@blueprint.route(f"/tasks/{ID}/send-back")
class SendTaskBack(MethodView):
    @document_problems(blueprint, 403, 409)
    @blueprint.arguments(SendBack)
    @blueprint.response(200, TaskOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], task_id: int) -> Any:
        """Send the case back to an earlier step; live work after it is cancelled."""

        def act(uow: Any) -> Task:
            services.send_back(uow, task_id=task_id, actor=current_actor(), now=g.now, **body)
            task: Task = uow.get(Task, task_id)
            return task

        return _answer(act)


@blueprint.route(f"/tasks/{ID}/comments")
class Comments(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(CommentIn)
    @blueprint.response(201, CommentOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], task_id: int) -> Any:
        """A remark for all who take part."""

        def act(uow: Any) -> tuple[int, Any]:
            found = services.comment(uow, task_id=task_id, text=body["text"], actor=current_actor(), now=g.now)
            return 201, {"id": found.id, "author": found.author, "at": moment(found.at), "text": found.text}

        return in_unit_of_work(act)


@blueprint.route(f"/tasks/{ID}/attachments")
class Attachments(MethodView):
    @document_problems(blueprint, 403, 413)
    @blueprint.doc(requestBody=file_body())
    @blueprint.response(201, AttachmentOut)
    @idempotent(who)
    def post(self, task_id: int) -> Any:
        """Evidence, as the multipart member ``file``."""
        file = sent_file()

        def act(uow: Any) -> tuple[int, Any]:
            found = attachments.attach(
                uow, task_id=task_id, filename=file.filename, content=file.content, actor=current_actor(), now=g.now
            )
            return 201, {"id": found.id, "sha256": found.sha256, "filename": found.filename, "size": found.size}

        return in_unit_of_work(act)
