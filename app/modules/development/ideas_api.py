"""Ideas for programs."""

from __future__ import annotations

from typing import Any

from flask import g, jsonify
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import IF_MATCH, check_if_match, document_problems, etag, idempotent, in_unit_of_work, page_size
from app.modules.development.models import Idea
from app.modules.development.presenting import comment_json, idea_json
from app.modules.development.queries import ideas as queries
from app.modules.development.schemas import ideas as schemas
from app.modules.development.services import ideas

blueprint = Blueprint("ideas", __name__, description="Ideas that anybody at the bank may submit")
SEE = "idea.see"


def idea_tag(idea: Idea) -> str:
    return etag("idea", idea.id, idea.state)


@blueprint.route("/ideas")
class Ideas(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(schemas.IdeaQuery, location="query")
    @blueprint.response(200, schemas.IdeaPage)
    def get(self, query: dict[str, Any]) -> Any:
        """Ideas, the latest first; ``?kind=`` and ``?state=`` narrow them."""
        require(current_actor(), SEE)
        limit, after = page_size(), decode_cursor(int)
        wanted = {name: query.get(name) for name in ("kind", "state")}
        rows = queries.ideas_of(session(), **wanted, after=after[0] if after else None, limit=limit)
        more = cursor_beyond([row.id for row in rows], limit)
        return {"items": [idea_json(row) for row in rows[:limit]], "next": more}

    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.NewIdea)
    @blueprint.response(201, schemas.IdeaOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """Submit an idea."""
        actor = current_actor()
        return in_unit_of_work(lambda uow: (201, idea_json(ideas.submit(uow, **body, actor=actor, now=g.now))))


@blueprint.route("/ideas/<int:idea_id>")
class OneIdea(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schemas.IdeaDetail)
    def get(self, idea_id: int) -> Any:
        """One idea with what was said of it, and its ETag."""
        require(current_actor(), SEE)
        idea = queries.idea_by_id(session(), idea_id)
        said = [comment_json(row) for row in queries.comments_on(session(), idea.id)]
        response = jsonify({**idea_json(idea), "comments": said})
        response.headers["ETag"] = idea_tag(idea)
        return response


@blueprint.route("/ideas/<int:idea_id>/comments")
class IdeaComments(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(schemas.NewComment)
    @blueprint.response(201, schemas.IdeaCommentOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], idea_id: int) -> Any:
        """Say something of an idea."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            return 201, comment_json(ideas.comment(uow, idea_id=idea_id, **body, actor=actor, now=g.now))

        return in_unit_of_work(act)


@blueprint.route("/ideas/<int:idea_id>/judge")
class IdeaJudgement(MethodView):
    @document_problems(blueprint, 403, 409, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.Judgement)
    @blueprint.response(200, schemas.IdeaOut)
    @idempotent(who)
    def post(self, body: dict[str, Any], idea_id: int) -> Any:
        """Take an idea into consideration or decline it, with the reason."""
        actor = current_actor()

        def act(uow: Any) -> tuple[int, Any]:
            idea = ideas.locked(uow, idea_id)
            check_if_match(idea_tag(idea))
            verb, reason = body["verdict"], body["reason"]
            return 200, idea_json(ideas.judge(uow, idea, verb=verb, reason=reason, actor=actor, now=g.now))

        return in_unit_of_work(act)
