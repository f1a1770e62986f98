"""*Change or stop* of a weekly digest, and its form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.digests import weekly as views
from handlers.people import viewer
from handlers.slack import channels, listeners, payloads, surfaces
from handlers.slack.payloads import Context
from handlers.slack.refs import count
from store.digests import weekly
from store.errors import NotAllowedError
from store.tables import Subject

if TYPE_CHECKING:
    from slack_bolt import BoltContext

    from handlers.slack.payloads import Asker

Ack = Callable[..., Any]
Body = dict[str, Any]


def ask(ack: Ack, body: Body, context: BoltContext) -> None:
    """Open the form from the digest, or from the page of the account."""
    press = payloads.press(body)
    ref = listeners.subject_of(press, Subject.ACCOUNT)
    in_channel = _in_channel(context, press.asker, ref.id)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        row = weekly.get(tx, person, ref.id, context["now"])
        weekly.check_right(tx, person, row.account, in_channel=in_channel)
        known = replace(press.way_back, ref=replace(ref, version=row.version))
    surfaces.open_view(context["slack"], press, views.form(row, known))
    ack()


def submit(ack: Ack, body: Body, context: BoltContext) -> None:
    """Store the rhythm. The form turns into its words."""
    form = payloads.submission(body)
    ref = form.context.ref
    in_channel = _in_channel(context, form.asker, ref.id)
    with context["ledger"].begin() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        row = weekly.change(
            tx, person, ref.id, is_on=views.is_on(form.text(ids.RHYTHM)), weekday=count(form.text(ids.DAY) or ""),
            hour=count(form.text(ids.TIME) or ""), version=ref.version, in_channel=in_channel, now=context["now"],
            for_client=views.is_on(form.text(ids.FOR_CLIENT)),
        )  # fmt: skip
        blocks = views.saved(row)
    ack(response_action="update", view=surfaces.receipt_modal(blocks, Context()))


def _in_channel(context: BoltContext, asker: Asker, account_id: int) -> bool:
    """Whether Slack lists the person as a member of the account's channel. It is not asked about a person who is
    refused, nor about one who may change the digest anyway.
    """
    now = context["now"]
    with context["ledger"].read() as tx:
        person = viewer(tx, asker.team_id, asker.user_id)
        account = weekly.get(tx, person, account_id, now).account
        if weekly.is_its_own(tx, person, account):
            return False
    try:
        channels.check(
            context["ledger"], context["slack"], asker.team_id, asker.user_id, account.channel or "", now
        )  # fmt: skip
    except NotAllowedError:
        return False
    return True
