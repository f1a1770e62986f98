"""The page of one of the client's people in Slack: its modal, and the proposals that came from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import Mrkdwn, escape, full_date, plural, quotation, short_date, shortened
from store.clients import links
from store.rules.calendar.brief_times import local_day
from store.rules.names import given_name
from store.rules.text import REASON_LIMIT, quoted
from store.tables import ProposalKind, ProposalState, Side, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slackblocks import Block, ConfirmationDialogue, Element

    from handlers.slack.payloads import Context
    from store.clients.links import Opens
    from store.tables import ClientLink, Person, Proposal, Stakeholder

# Days of opening, proposals in the modal, and characters of each text.
_DAYS, _PROPOSALS, _TEXT = 7, 8, 300
# People in a menu: Slack's limit of options. In a sentence and in a dialog, with the characters of each.
_READERS = 100
_NAMES, _IN_DIALOG, _NAME = 20, 3, 40
# Links in a form.
_LINKS = 3
NO_ADDRESS = (
    "This server has no web address yet, so nobody outside of Slack can open a page. The person who runs Makegood sets"
    " `PUBLIC_URL`; then press the button again."
)
# After a proposal's colon.
_SAYS = {
    ProposalKind.DONE: "says that it is done",
    ProposalKind.DATE: "proposes another date",
    ProposalKind.QUESTION: "asks a question",
    ProposalKind.LINK: "asks for a new link to their page",
}


# ---- the modal -----------------------------------------------------------------------------------------


def title_of(person: Stakeholder) -> str:
    return f"Page for {shortened(given_name(person.name), 14)}"


def page(
    person: Stakeholder, link: ClientLink | None, opens: Opens | None, waiting: Sequence[Proposal], viewer: Person,
    *, address: str = "", sharing: Sequence[Stakeholder] = (), lost: Sequence[Stakeholder] = (),
) -> list[Block]:  # fmt: skip
    """“Page for Dana”. `address`: of a link that was made right now; it can be shown this once. `sharing`: the others
    who have the same link. `lost`: the others whose link ended when this one was made.
    """
    name = given_name(person.name)
    blocks: list[Block] = [b.section(_about(person))]
    if address:
        blocks.append(
            b.section(
                f"Copy this address, and send it to {escape(name)} yourself. It is shown only now:\n```{address}```"
            )
        )
    if lost:
        blocks.append(b.section(f":warning: The earlier link has ended for *{escape(_named(lost))}* too."))
    if link is not None:
        said = f"The link works until *{full_date(local_day(link.expires_at, viewer.zone))}*."
        if sharing:
            said += f" It is shared with *{escape(_named(sharing))}*; each chooses their name there."
        blocks.append(b.section(said))
        blocks.append(_opened(opens))
    else:
        blocks.append(b.section("There is no link to the page now."))
    view = Ref(Subject.STAKEHOLDER, person.id, person.version, ViewName.CLIENT, extra=str(person.id))
    make = "New link" if link is not None else f"Make the page for {shortened(name, 20)}"
    row: list[Element] = [
        b.button(make, ids.CLIENT_LINK, view.encode(), style=None if link else "primary",
                 confirm=_sure(f"New link for {name} alone?", "Make it", name, sharing)),
        b.button("Preview", ids.CLIENT_PREVIEW, view.encode()),
        b.button("For several …", ids.CLIENT_SEVERAL, view.encode()),
    ]  # fmt: skip
    if link is not None:
        sure = _sure("End the link?", "End it", name, sharing)
        row.append(b.button("End the link", ids.CLIENT_END, view.encode(), confirm=sure))
    blocks.append(b.actions(*row))
    for one in waiting[:_PROPOSALS]:
        blocks += blocks_of(one, Ref(view=ViewName.CLIENT, extra=str(person.id)))
    blocks.append(
        b.context(
            "They see what is marked *Also the client*, and nothing else: no notes, no reasons, no figures, no stances."
            " The link ends after 180 days, and when they leave or the account is archived. A new one ends the old one."
        )
    )
    return blocks


def _named(people: Sequence[Stakeholder], most: int = _NAMES) -> str:
    """“Marcus Reed, Priya Nair and 3 others”"""
    names = [shortened(one.name, _NAME) for one in people[:most]]
    more = len(people) - len(names)
    return ", ".join(names) + (f" and {plural(more, 'other')}" if more else "")


def _sure(title: str, yes: str, name: str, sharing: Sequence[Stakeholder]) -> ConfirmationDialogue | None:
    """The question before a link ends that others share; nobody is asked where it is the person's own."""
    if not sharing:
        return None
    said = (
        f"{shortened(name, 30)} shares the present link with {_named(sharing, _IN_DIALOG)}. It ends for them too, at"
        " once. “For several …” makes one link for all of them."
    )
    return b.confirmation(title, said, yes, "Keep it")


def several_form(
    person: Stakeholder, others: Sequence[Stakeholder], shared: Sequence[Sequence[Stakeholder]], context: Context
) -> b.Json:
    """The form that chooses the `others` who share a link with this person, the most important first. `shared`: the
    people of each link that several of them share now; those of this person are chosen already.
    """
    now = {one.id for one in links.beside(shared, [person])}
    offered = sorted(others, key=lambda one: one.id not in now)[:_READERS]
    choices = [(str(one.id), one.name) for one in offered]
    fields: list[Block] = [
        b.section(
            f"One link for *{escape(person.name)}* and others of *{escape(person.account.name)}*. Each"
            " chooses their own name there, and reads and does what is theirs. Earlier links of all of these end."
        )
    ]
    if shared:
        lines = "\n".join(f"• {escape(_named(one))}" for one in shared[:_LINKS])
        fields.append(
            b.section(f":warning: A link that is shared ends for all of its people, also for those who are not chosen"
                      f" here. Shared now:\n{lines}")
        )  # fmt: skip
    if len(others) > len(offered):
        fields.append(b.context(
            f"The menu has room for {len(offered)} of {plural(len(others), 'person', 'people')}: those with the most"
            " influence are there. Begin with another person’s page to have them on the link."
        ))  # fmt: skip
    menu = f.several(ids.SHARED_WITH, choices, {str(one) for one in now})
    fields.append(f.field("Also for", menu, ids.SHARED_WITH, hint="It ends for all as soon as one of them leaves."))
    return b.modal("One link for several", fields, callback_id=ids.FORM_CLIENT_SEVERAL, metadata=context.encode(),
                   submit="Make the link")  # fmt: skip


def _about(person: Stakeholder) -> str:
    account = person.account
    said = f"*{escape(person.name)}* at *{escape(account.name)}* reads and answers here what you both agreed."
    if account.restricted:
        said += " The account is restricted: its team decides about this page, and it goes on working."
    return said


def _opened(opens: Opens | None) -> Block:
    if opens is None or not opens.days:
        return b.section("It was not opened yet.")
    days = ", ".join(
        short_date(day) + (f" ({plural(count, 'device')})" if count > 1 else "") for day, count in opens.days[:_DAYS]
    )
    more = f" and {len(opens.days) - _DAYS} more days" if len(opens.days) > _DAYS else ""
    said = f"Opened on {days}{more}."
    if opens.devices > 1:
        said += (
            f"\n:warning: It was opened on *{opens.devices} devices*. If the link was passed on, *New link* ends it."
        )
    return b.section(said)


def line(link: ClientLink, opens: Opens, viewer: Person) -> Mrkdwn:
    """The page in one line, below the details of its person."""
    until = short_date(local_day(link.expires_at, viewer.zone))
    seen = f"last opened {short_date(opens.days[0][0])}" if opens.days else "not opened yet"
    devices = f", :warning: {opens.devices} devices" if opens.devices > 1 else ""
    return Mrkdwn(f"*Their page*  ·  {seen}{devices}  ·  works until {until}")


# ---- a proposal ----------------------------------------------------------------------------------------


def is_told(one: Proposal) -> bool:
    """Whether a colleague still has to hear of it: it waits for an answer, or needs none."""
    return one.state == ProposalState.OPEN or one.kind == ProposalKind.AGREED


def told(one: Proposal) -> Mrkdwn:
    """The proposal with what it is about, and the answer of a colleague."""
    who = f"*{escape(one.stakeholder.name)}* of {escape(one.account.name)}"
    lines = [f":incoming_envelope: {who}, on their page, {_says(one)}:" if one.text or one.commitment else
             f":incoming_envelope: {who}, on their page, {_says(one)}."]  # fmt: skip
    if one.commitment is not None:
        lines.append(f"#{one.commitment.number} {escape(shortened(one.commitment.action, _TEXT))}")
    if one.text:
        lines.append(quotation(shortened(one.text, _TEXT)))
    if not is_told(one):
        name = escape(one.answerer.name) if one.answerer else "A colleague"
        lines.append(
            f":white_check_mark: {name} confirmed it."
            if one.state == ProposalState.CONFIRMED
            else f":speech_balloon: {name} answered: {escape(quoted(one.answer or '', _TEXT))}"
        )
    return Mrkdwn("\n".join(lines))


def title(one: Proposal) -> str:
    """The proposal as plain text, for a notification."""
    return f"{one.stakeholder.name} {_says(one)}"


def _says(one: Proposal) -> str:
    if one.kind == ProposalKind.COMMITMENT:
        whose = "we" if one.side == Side.OURS else "they"
        return f"proposes that {whose} do this by {short_date(one.due_on)}" if one.due_on else "proposes a commitment"
    if one.kind == ProposalKind.DATE and one.due_on is not None:
        now = f" instead of {short_date(one.commitment.due_on)}" if one.commitment else ""
        return f"proposes {short_date(one.due_on)}{now}"
    if one.kind == ProposalKind.AGREED:
        return "agrees to what " + ("we expect of them" if one.side == Side.OURS else "they expect of us")
    return _SAYS[one.kind]


def blocks_of(one: Proposal, view: Ref) -> list[Block]:
    """The proposal in that view, with the buttons that answer it."""
    said = b.section(told(one))
    if one.state != ProposalState.OPEN:
        return [said]
    ref = view.to(one, one.id).encode()
    answer = b.button("Answer …", ids.PROPOSAL_ANSWER, ref, label=f"Answer {one.stakeholder.name}")
    is_hidden = one.commitment_id is not None and one.commitment is None
    if one.kind == ProposalKind.QUESTION or is_hidden:
        return [said, b.actions(answer)]
    if one.kind == ProposalKind.LINK:
        page = Ref(Subject.STAKEHOLDER, one.stakeholder_id, one.stakeholder.version, ViewName.CLIENT).encode()
        return [said, b.actions(b.button("Make a new link", ids.CLIENT_PAGE, page, style="primary"), answer)]
    yes = b.button("Confirm", ids.PROPOSAL_CONFIRM, ref, style="primary", label=f"Confirm: {title(one)}")
    return [said, b.actions(yes, answer)]


def answer_form(one: Proposal, context: Context) -> b.Json:
    fields: list[Block] = [
        b.section(told(one)),
        f.field("Your answer", f.text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON,
                hint=f"{given_name(one.stakeholder.name)} reads it on their page. Nothing else changes."),
    ]  # fmt: skip
    return b.modal("Answer", fields, callback_id=ids.FORM_PROPOSAL, metadata=context.encode(), submit="Answer")
