"""Is it alive, can it serve, how is it doing: for load balancers and Prometheus."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import func, select, text

from app.kernel import clock
from app.kernel.database import end_read, session
from app.kernel.outbox import OutboxMessage
from app.workflow.models import Incident, Timer

blueprint = Blueprint("health", __name__)
REGISTRY = CollectorRegistry()
REQUESTS = Counter("tollgate_requests_total", "Requests answered", ["method", "endpoint", "status"], registry=REGISTRY)
SECONDS = Histogram("tollgate_request_seconds", "Time to answer", ["endpoint"], registry=REGISTRY)
OVERDUE_TIMERS = Gauge("tollgate_timers_overdue", "Timers due and not yet fired", registry=REGISTRY)
PENDING_MESSAGES = Gauge("tollgate_outbox_pending", "Outbox messages not yet delivered", registry=REGISTRY)
OPEN_INCIDENTS = Gauge("tollgate_incidents_open", "Cases that could not go on by themselves", registry=REGISTRY)


@blueprint.get("/healthz")
@blueprint.get("/api/v1/healthz")
def alive() -> Any:
    """200 as long as this process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
@blueprint.get("/api/v1/readyz")
def ready() -> Any:
    """200 when the database answers, 503 otherwise."""
    try:
        session().execute(text("SELECT 1"))
        end_read()
    except Exception:
        return jsonify({"status": "database unreachable"}), 503
    return jsonify({"status": "ready"})


@blueprint.get("/metrics")
@blueprint.get("/api/v1/metrics")
def metrics() -> Response:
    """Counters and gauges in the Prometheus text format."""
    now = clock.now()
    OVERDUE_TIMERS.set(_count(Timer.id, Timer.due_at <= now))
    PENDING_MESSAGES.set(_count(OutboxMessage.id, OutboxMessage.delivered_at.is_(None)))
    OPEN_INCIDENTS.set(_count(Incident.id, Incident.resolved_at.is_(None)))
    end_read()
    return Response(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _count(column: Any, where: Any) -> int:
    return session().scalar(select(func.count(column)).where(where)) or 0


def install(app: Flask) -> None:
    """Count and time every request."""
    app.register_blueprint(blueprint)

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        REQUESTS.labels(request.method, endpoint, response.status_code).inc()
        SECONDS.labels(endpoint).observe(time.perf_counter() - g.get("began", time.perf_counter()))
        return response
