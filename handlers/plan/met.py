"""`/plan met Dana and Marcus yesterday: they want the API by May`: a meeting in one line, and what was agreed there.

The line records the meeting if the people, their account and the day are certain; else a form asks. Lines below it are
what was agreed: they open the form for several commitments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers import people as directory
from handlers.accounts.finding import Near, look_up
from handlers.commitments import several
from handlers.commitments.agreeing import NOT_AGREED
from handlers.commitments.forms import Filled
from handlers.commitments.one_liner import facts_for
from handlers.people import viewer
from handlers.plan import meetings, views
from handlers.slack import blocks as b
from handlers.slack import payloads, surfaces
from handlers.slack.payloads import Context, unescaped
from handlers.slack.refs import Ref, ViewName
from handlers.slack.replies import Form, Reply
from handlers.slack.words import either, escape, short_date, shortened
from store import accounts, people, stakeholders
from store.dates import frame
from store.errors import BadInputError, NotFoundError
from store.plan import section as verbs
from store.rules.line.past import split_day
from store.rules.names import fold_person
from store.rules.text import NAME_LIMIT, quoted
from store.tables import Held, Meeting, MeetingPerson, Subject, Way

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Asker, Command
    from store.tables import Account, Person, Stakeholder

_MET = re.compile(
    r"(?:(?:we|i)\s+)?(?:met|saw)(?:\s+with)?\s+(?P<en>.+)|(?:wir\s+haben\s+|ich\s+habe\s+)?getroffen:?\s+(?P<de>.+)"
    r"|(?:nous\s+avons\s+|j['’]ai\s+)?(?:rencontré|vu)\s+(?P<fr>.+)|(?:nos\s+)?(?:reunimos\s+con|vimos\s+a)\s+(?P<es>.+)",
    re.IGNORECASE | re.DOTALL,
)
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")
# The line stands behind a colon or a dash; a colon within a time or an address is none.
_LINE = re.compile(r"\s*(?::(?=\s|$)|\s[–—-]\s)\s*")
_AND = re.compile(r"\s*(?:[,;&+]|\b(?:and|with|und|mit|et|avec|y|con)\b)\s*", re.IGNORECASE)
_AT = re.compile(r"(?P<people>.+?)\s+(?:at|of|from|for|bei|von|chez|de)\s+(?P<account>.+)", re.IGNORECASE)
_EXAMPLE = "/plan met Dana and Marcus yesterday: they want the API by May"
# Rows in the form for what was agreed, beside those of the meeting's line.
_BLANK = 2


@dataclass(frozen=True)
class Matched:
    """The people of the client in a line, and the questions about those who are not certain."""

    account: Account
    people: tuple[Stakeholder, ...]
    questions: tuple[str, ...]


def line_in(text: str) -> str | None:
    """The rest of a line that begins like “met” or “we met”; None for another line."""
    found = _MET.fullmatch(text.strip())
    return next(one for one in found.groups() if one) if found else None


def answer_to(command: Command, context: BoltContext, rest: str) -> Reply | Form:
    """Record the meeting of the line, or ask."""
    mentioned = list(dict.fromkeys(_MENTION.findall(rest)))
    first, _, agreed = unescaped(_MENTION.sub(" , ", rest)).partition("\n")
    head, line = ([*_LINE.split(first, maxsplit=1), ""])[:2]
    directory.check(context, command.asker)
    directory.ensure_people(context["ledger"], context["slack"], command.asker.team_id, mentioned, context["now"])
    with context["ledger"].begin() as tx:
        person, now = viewer(tx, command.asker.team_id, command.asker.user_id), context["now"]
        said, day = _read(tx, person, head, now)
        met = _matched(tx, person, said, accounts.here(tx, person, command.channel))
        ours = list(dict.fromkeys([person.slack_id, *mentioned]))
        verbs.check_change(person, meetings.WORDS.section, met.account, now)
        view = Ref(Subject.MEETING, view=ViewName.SECTION, extra=str(met.account.id))
        if met.questions:
            return Form(_form(tx, person, met, day, line, ours, Context(ref=view, channel=command.channel)), view)
        given = {
            "stakeholders": ",".join(str(one.id) for one in met.people), "day": day.isoformat(), "state": Held.HELD,
            "name": shortened(line, NAME_LIMIT), "note": line if len(line) > NAME_LIMIT else "",
            "colleagues": ",".join(ours),
        }  # fmt: skip
        row = verbs.add(
            tx, person, meetings.WORDS.section, met.account, given, origin_key=command.origin_key, now=now
        )  # fmt: skip
        ref = Ref(view=ViewName.ROW, extra=str(met.account.id)).to(row, row.id)
        who = f"{escape(_names(row))} of {escape(met.account.name)}"
        recorded = f":white_check_mark: Recorded: met {who} on {_day(row)}."
    if agreed.strip():
        return Form(_agreed(context, command.asker, row, agreed, above=f"{recorded} What was agreed:"), ref)
    value = ref.encode()
    return Reply(
        [
            b.section(recorded + (f"\n> {escape(line)}" if line else "")),
            b.actions(
                b.button("What was agreed …", ids.MEETING_AGREED, value, style="primary"),
                b.button("Edit", ids.SECTION_EDIT, value),
                b.button("Details", ids.SECTION_SHOW, value),
            ),
        ],
        ref,
    )


def _names(row: Meeting) -> str:
    return meetings.names_of([one.name for one in row.stakeholders])


def _day(row: Meeting) -> str:
    return short_date(row.day)


def _read(tx: Session, person: Person, head: str, now: datetime) -> tuple[str, date]:
    """The people as they were written, and the day; a line without a day is about today."""
    facts = facts_for(tx, person, now)
    asked = frame(facts["today"], facts["locale"], frozenset(facts["working_week"]), facts["fiscal_year_start"])
    said, day = split_day(head.strip(" ,"), asked)
    return said, day or facts["today"]


def _matched(tx: Session, person: Person, said: str, here: Account | None) -> Matched:
    """The people whom the names mean, all of one account; none is guessed. Errors say what to write."""
    account = None
    if found := _AT.fullmatch(said):
        named = look_up(tx, person, found["account"])
        if not isinstance(named, Near):
            said, account = found["people"], named
    names = [name.lstrip("@") for name in _AND.split(said) if name.strip(" @")]
    if not names:
        raise BadInputError(f"Whom did you meet? Write it as in {_EXAMPLE}")
    candidates = {name: _candidates(tx, person, name, account) for name in names}
    account = account or _account_of(tx, person, candidates, here)
    certain: dict[int, Stakeholder] = {}
    questions = []
    for name, all_of_name in candidates.items():
        there = [one for one in all_of_name if one.account_id == account.id]
        exact = [one for one in there if fold_person(one.name) == fold_person(name)]
        meant = exact if len(exact) == 1 else there
        if len(meant) == 1:
            certain[meant[0].id] = meant[0]
        else:
            questions.append(_question(tx, person, account, name, meant))
    return Matched(account, tuple(certain.values()), tuple(questions))


def _candidates(tx: Session, person: Person, name: str, account: Account | None) -> list[Stakeholder]:
    """The people one or more words of whose name are these."""
    wanted = set(fold_person(name).split())
    found = stakeholders.matching(tx, person, name, account=account, limit=50)
    return [one for one in found if wanted <= set(fold_person(one.name).split())]


def _account_of(
    tx: Session, person: Person, candidates: dict[str, list[Stakeholder]], here: Account | None
) -> Account:  # fmt: skip
    """The one account that has all of the known people."""
    known = [{one.account_id for one in found} for found in candidates.values() if found]
    common = set.intersection(*known) if known else set()
    if here is not None and (here.id in common or not known):
        return here
    if len(common) == 1:
        return accounts.get(tx, person, common.pop())
    who = " and ".join(candidates)
    if not common:
        raise NotFoundError(f"No account has {quoted(who)}. Name it as in /plan met {who} at Acme yesterday: …")
    named = either([accounts.get(tx, person, one).name for one in sorted(common)[:5]])
    raise BadInputError(f"{quoted(who)} could be at {named}. Name it as in /plan met {who} at Acme yesterday: …")


def _question(tx: Session, person: Person, account: Account, name: str, meant: list[Stakeholder]) -> str:
    if meant:
        return f"{quoted(name)} could be {either([one.name for one in meant[:5]])}: please choose."
    near = [one.name for one in stakeholders.alike(tx, person, account, name)]
    like = f" Is it {either(near)}?" if near else ""
    return f"I don’t know {quoted(name)} at {account.name}.{like} Choose, or type the name to add them."


def _form(
    tx: Session, person: Person, met: Matched, day: date, line: str, ours: list[str], known: Context
) -> b.Json:  # fmt: skip
    """The form of the meeting as it was read, with the questions above."""
    colleagues = people.by_slack_ids(tx, person.workspace, ours)
    there = [MeetingPerson(stakeholder=one) for one in met.people]
    there += [MeetingPerson(person=one) for one in colleagues]
    first = Meeting(day=day, state=Held.HELD, name=line, people=there)
    view = views.form(meetings.WORDS, met.account, None, known, first=first)
    asked = b.section("\n".join(f":question: {escape(one)}" for one in met.questions))
    return {**view, "blocks": [*b.resolved([asked]), *view["blocks"]]}


# ---- what was agreed -----------------------------------------------------------------------------------


def ask_agreed(ack: Callable[..., Any], body: dict[str, Any], context: BoltContext) -> None:
    """The form for what was agreed at a meeting: several commitments of both sides."""
    press = payloads.press(body)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        row: Meeting = verbs.get(tx, person, meetings.WORDS.section, Ref.decode(press.value).id)
    above = f"Agreed with {escape(_names(row))} on {_day(row)}:"
    surfaces.open_view(context["slack"], press, _agreed(context, press.asker, row, row.name or "", above=above))
    ack()


def _agreed(context: BoltContext, asker: Asker, row: Meeting, text: str, *, above: str) -> b.Json:
    account, theirs = row.account, row.stakeholders
    # Of several people the first one is proposed: one of them agreed for all.
    one = (str(theirs[0].id), theirs[0].name) if theirs else None
    known = Context(
        ref=Ref(view=ViewName.SEVERAL, extra=f"/{account.id}"), serves=f"{row.subject_kind}:{row.id}"
    )  # fmt: skip
    agreed = Way.MEETING if one and row.state == Held.HELD else NOT_AGREED
    said = Filled(account=(str(account.id), account.name), stakeholder=one, agreed=agreed)
    view = several.form_for(context, asker, text, known, said, above=above, one=True, blank=_BLANK)
    if view is None:
        raise BadInputError("There is nothing to record. Please write what was agreed.")
    return view
