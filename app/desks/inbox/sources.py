"""Which feature tells of the matter of which process."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.desks.inbox.matters import Matter, shows
from app.identity.actors import Actor
from app.modules.catalogue.models import Product
from app.modules.changes.views import matter as changes
from app.modules.exits import views as exits
from app.modules.lifecycle import views as lives
from app.modules.suspensions import views as suspensions
from app.workflow.models import ProcessInstance


@shows("product_update", "new_product_approval")
def change(session: Session, instance: ProcessInstance, actor: Actor) -> Matter | None:
    """The change request: difference, opinions and conditions, pilot, rollout, rules applied."""
    context = changes.context_of(session, instance, actor)
    return Matter(changes.TEMPLATE, context, brief="inbox/_change_brief.html") if context else None


@shows("condition_follow_up", "post_launch_review")
def after_launch(session: Session, instance: ProcessInstance, actor: Actor) -> Matter:
    """The condition that is owed or the review, and the change that was launched."""
    return Matter(changes.AFTERWARDS, changes.context_after(session, instance, actor), brief=changes.AFTERWARDS)


@shows("emergency_suspension")
def emergency_suspension(session: Session, instance: ProcessInstance, actor: Actor) -> Matter:
    """The suspension: product, scope, reason, and what was said so far."""
    return Matter(suspensions.TEMPLATE, suspensions.context_of(session, instance, actor), brief=suspensions.TEMPLATE)


@shows("product_planning")
def planning(session: Session, instance: ProcessInstance, actor: Actor) -> Matter | None:
    """What was gathered of the market: what the plan rests on; and what it may aim at."""
    product = session.get(Product, instance.business_key or "")
    return Matter(lives.PLANNING, lives.planning_of(session, product, actor), whole=False) if product else None


@shows("product_development", "marketing_preparation")
def on_its_way(session: Session, instance: ProcessInstance, actor: Actor) -> Matter | None:
    """What was aimed at, and what is open in the requests over the product."""
    product = session.get(Product, instance.business_key or "")
    return Matter(lives.ON_ITS_WAY, lives.on_its_way(session, product, actor), whole=False) if product else None


@shows("performance_evaluation")
def evaluation(session: Session, instance: ProcessInstance, actor: Actor) -> Matter:
    """What was aimed at, beside what was measured, and how it was evaluated before."""
    return Matter(lives.EVALUATION, lives.evaluation_of(session, instance, actor), whole=False)


@shows("exit_migration")
def exit_migration(session: Session, instance: ProcessInstance, actor: Actor) -> Matter:
    """The exit: evaluation, plan and map, opinions and decisions."""
    return Matter(exits.TEMPLATE, exits.context_of(session, instance, actor), brief=exits.TEMPLATE)


@shows("exit_untold")
def exit_untold(session: Session, instance: ProcessInstance, actor: Actor) -> Matter:
    """The holdings that were moved before their customers were told, and their exit."""
    return Matter("exits/_untold.html", exits.untold_context(session, instance, actor))
