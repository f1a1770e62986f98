"""The messages of a conversation that show no subject: questions, the help page, the first words to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.settings import views as settings_views
from handlers.settings.views import Part
from handlers.slack import blocks as b
from handlers.slack.refs import NOWHERE, Ref, ViewName, outdated
from handlers.slack.replies import Lacks
from handlers.slack.words import render
from store.settings import weekdays

if TYPE_CHECKING:
    from slackblocks import Block, Button

    from handlers.slack.payloads import Place
    from store.tables import Workspace

_NOT_YET = "Nothing is recorded yet."
_ASKS = {
    Lacks.DAY: f"I found no date in it. {_NOT_YET} If it is a promise: *by when?*",
    Lacks.ONE_DAY: f"*Which day is it?* I am not sure how to read the date. {_NOT_YET}",
    Lacks.ACCOUNT: f"*Which account is it?* The name fits several. {_NOT_YET}",
    Lacks.MORE: f"*One question is open.* You find it in the form. {_NOT_YET}",
    Lacks.AGAIN: f"*The same words were recorded lately*, for the same account and owner. {_NOT_YET}",
    Lacks.SENSE: "I did not understand that. Is it a promise? Then I record it. Or look at what you have promised.",
}


def asks_about(lacks: Lacks, place: Place) -> Ref:
    """The reference to the question about the message at `place`."""
    return Ref(view=ViewName.ASKS, extra=f"{lacks}/{place.encode()}")


def asks(ref: Ref) -> list[Block]:
    lacks, _, place = ref.extra.partition("/")
    try:
        words = _ASKS[Lacks(lacks)]
    except ValueError:
        raise outdated() from None
    record = b.button("Record it as a commitment", ids.OPEN_LINE, Ref(view=ViewName.ASKS, extra=place).encode(),
                      style="primary")  # fmt: skip
    return [b.section(words), b.actions(record, *_looking())]


def opens_form(ref: Ref) -> list[Block]:
    """The button above a commitment that opens the form of a change with the words of a message, whose place is the
    `extra` of the reference.
    """
    button = b.button("Open the form", ids.OPEN_LINE, Ref(view=ViewName.ASKS, extra=ref.extra).encode(),
                      style="primary")  # fmt: skip
    return [b.section("*Nothing is changed yet.* What you wrote is in the form.", accessory=button)]


def proposes(place: Place, link: str = "") -> Ref:
    """The reference to the proposal to record the message at `place`. `link`: the address of the message."""
    return Ref(view=ViewName.PROPOSAL, extra=f"{place.encode()}/{link}")


def proposal(ref: Ref) -> list[Block]:
    ts, thread_ts, link = (*ref.extra.split("/", 2), "", "")[:3]
    message = f"<{link}|the message that you marked>" if link else "the message that began this thread"
    place = Ref(view=ViewName.PROPOSAL, extra=f"{ts}/{thread_ts}").encode()
    record = b.button("Make it a commitment", ids.OPEN_MESSAGE, place, style="primary")
    return [b.section(f"Shall I keep track of {message}? You choose its owner and the date."), b.actions(record)]


def help_page() -> list[Block]:
    return [b.section(render("help.j2"))]


def settings() -> list[Block]:
    button = b.button("Settings", ids.OPEN_SETTINGS, Ref(view=ViewName.HOME).encode())
    return [b.section("When your brief comes, your working days, holidays, the language of dates:"), b.actions(button)]


def welcome() -> list[Block]:
    new = b.button("New commitment", ids.OPEN_FORM, NOWHERE.encode(), style="primary")
    return [b.section(render("welcome.j2")), b.actions(new, *_looking())]


def setup(workspace: Workspace) -> list[Block]:
    button = settings_views.part_button(Part.DAYS, "Country and working week", is_first=True)
    words = render("setup.j2", workspace=workspace, week=weekdays(workspace.working_week))
    return [b.section(words), b.actions(button)]


def _looking() -> tuple[Button, Button]:
    return (
        b.button("My commitments", ids.RUN, Ref(extra="mine").encode()),
        b.button("Help", ids.OPEN_HELP, NOWHERE.encode()),
    )
