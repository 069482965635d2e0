"""What is to be said to a customer, as the step that asks for it."""

from datetime import datetime

from shared.casework.said import Where
from shared.casework.steps import Agent, ReplyAsked
from shared.projection.talks import Talk
from shared.replying import Draft


def asked(
    talk: Talk, draft: Draft, *, step_id: str, at: datetime, by: Agent, why: str = "", case: str | None = None
) -> ReplyAsked:
    """Return the step by which something is to be said in a conversation, about a case or not."""
    there = talk.conversation
    return ReplyAsked(
        id=step_id,
        identity=there.identity,
        at=at,
        by=by,
        why=why,
        channel=there.channel,
        account=there.account,
        thread=there.thread,
        text=draft.text,
        template=draft.template,
        privately=draft.privately,
        reply_to=talk.reply_to,
        escalation_id=case,
    )


def is_the_same(there: ReplyAsked, draft: Draft, where: Where, why: str) -> bool:
    """Return whether it was asked for before what is asked for now, as far as a place is named."""
    named = {name: wanted for name, wanted in where._asdict().items() if wanted is not None}
    content = {"text": draft.text, "template": draft.template, "privately": draft.privately, "why": why}
    return all(getattr(there, name) == wanted for name, wanted in {**content, **named}.items())
