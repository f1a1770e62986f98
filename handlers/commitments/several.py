"""Several commitments at once: minutes pasted after /commit or into the form, reviewed and recorded together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers import people as directory
from handlers.accounts import menus as account_fields
from handlers.commitments import several_views as views
from handlers.commitments.agreeing import agreed_in
from handlers.commitments.forms import Filled, recorded_already
from handlers.commitments.one_liner import as_plain, facts_for, protect_brackets, understand, unknown_account
from handlers.people import viewer
from handlers.plan import serving
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.payloads import Context, escaped
from handlers.slack.refs import Ref, ViewName
from store import commitments, people
from store.commitments import Draft
from store.errors import BadInputError
from store.rules.calendar.brief_times import local_day
from store.rules.line import read_line
from store.rules.line.minutes import Minutes, read_minutes
from store.rules.rhythm import Rhythm
from store.tables import Meeting, Sharing, Side

if TYPE_CHECKING:
    from datetime import date, datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack import blocks as b
    from handlers.slack.payloads import Asker, Submission
    from store.tables import Commitment, Person

Ack = Callable[..., Any]
Body = dict[str, Any]
_NOTHING = Filled()


@dataclass(frozen=True)
class Listed:
    """Lines that were read: the rows of the form, and the lines that come after them."""

    rows: tuple[views.Row, ...]
    rest: str
    # Slack ids of people whom the ledger does not know yet; Slack may.
    unknown_users: tuple[str, ...] = ()


def understand_all(
    tx: Session, person: Person, minutes: Minutes, facts: dict[str, Any], now: datetime, *, start: int = 0,
    said: Filled = _NOTHING, channel: str = "", asked_slack: bool = False,
) -> Listed:  # fmt: skip
    """The rows of these lines, numbered from `start`. `said`: what a form says for lines that do not say it."""
    rows: list[views.Row] = []
    seen: dict[tuple[str, ...], int] = {}
    unknown: list[str] = []
    left = len(minutes.pieces)
    blocks = 0
    for index, piece in enumerate(minutes.pieces):
        read = read_line(piece.text, **facts)
        # A row has no field for an agreement: the words stay, and the form asks once for all lines.
        line = read.otherwise or read
        parsed = understand(
            tx, person, line, piece.text, today=facts["today"], channel=channel, asked_slack=asked_slack
        )  # fmt: skip
        unknown += parsed.unknown_users
        asked = dict(parsed.asked)
        if parsed.unknown_account and line.account_phrase:
            asked[ids.ACCOUNT] = unknown_account(line.account_phrase)
        filled = _completed(parsed.filled, said, asked, has_owner=bool(line.owners or line.perhaps_owner))
        if piece.promise and (repeated := _repeated(tx, person, filled, seen, index, facts["today"], now)):
            asked.setdefault(ids.ACTION, repeated)
        row = views.Row(start + index, filled, not piece.promise, asked)
        blocks += len(views.row_blocks(row))
        if blocks > views.MOST_BLOCKS:
            left = index
            break
        rows.append(row)
    later = [as_plain(tx, person, piece.text) for piece in minutes.pieces[left:]]
    rest = "\n".join(filter(None, [*later, as_plain(tx, person, minutes.rest)]))
    return Listed(tuple(rows), rest, tuple(dict.fromkeys(unknown)))


def _repeated(
    tx: Session, person: Person, filled: Filled, seen: dict[tuple[str, ...], int], index: int, today: date,
    now: datetime,
) -> str | None:  # fmt: skip
    """The remark on a row whose words, owner and account were recorded lately, or stand in an earlier row (`seen`)."""
    account = filled.account[0] if filled.account else ""
    key = (commitments.same_words(filled.action), filled.owner or "", account)
    before = seen.setdefault(key, index)
    if before != index:
        return "The same as a line above. Leave one of them out, or record both."
    owner = next(iter(people.by_slack_ids(tx, person.workspace, [filled.owner or ""])), None)
    if owner is None or (account and not account.isdecimal()):
        return None
    account_id = int(account) if account else None
    same = commitments.recorded_lately(tx, person, filled.action, owner.id, account_id, now=now)
    return f"{recorded_already(same, person, today)} Leave it out, or record it all the same." if same else None


def _completed(read: Filled, said: Filled, asked: dict[str, str], *, has_owner: bool) -> Filled:
    """The line with the form's answers to the parts that it leaves out; `asked` loses those questions."""
    if said.due and not read.due and asked.get(ids.DUE):
        del asked[ids.DUE]
    if said.account and not read.account and ids.ACCOUNT not in asked:
        read = replace(read, account=said.account)
    short = read.note if len(read.note) <= _BESIDE and "\n" not in read.note else ""
    return replace(
        read,
        action=f"{read.action} ({short})" if short else read.action,
        owner=read.owner if has_owner or not said.owner else said.owner,
        due=None if read.orders else read.due or said.due,
        side=said.side if read.side == Side.OURS else read.side,
    )


# Characters of an hour or of other people's names, which stand behind the action as a row has no note.
_BESIDE = 100


def form_for(
    context: BoltContext, asker: Asker, text: str, known: Context, said: Filled = _NOTHING, *, above: str = "",
    one: bool = False, blank: int = 0,
) -> b.Json | None:  # fmt: skip
    """The form for the lines of a typed text; None if it is one commitment, unless `one` may be in the form too.

    `blank`: so many empty rows follow.
    """
    listed = _listed(context, asker, text, known, said, one=one)
    if listed is not None and listed.unknown_users:
        team = asker.team_id
        directory.ensure_people(context["ledger"], context["slack"], team, listed.unknown_users, context["now"])
        listed = _listed(context, asker, text, known, said, one=one, asked_slack=True)
    if listed is None:
        return None
    empty = Filled(owner=asker.user_id, account=said.account)
    after = known.ref.start + len(listed.rows)
    more = [views.Row(place, empty, left_out=True) for place in range(after, after + blank)]
    return views.form([*listed.rows, *more], listed.rest, [above] if above else [], said, known)


def _listed(
    context: BoltContext, asker: Asker, text: str, known: Context, said: Filled, *, one: bool,
    asked_slack: bool = False,
) -> Listed | None:  # fmt: skip
    with context["ledger"].read() as tx:
        person = viewer(tx, asker.team_id, asker.user_id)
        facts = facts_for(tx, person, context["now"])
        minutes = read_minutes(protect_brackets(escaped(text)), **facts)
        if len(minutes.pieces) == 1 and not one:
            return None
        return understand_all(
            tx, person, minutes, facts, context["now"], start=known.ref.start, said=said, asked_slack=asked_slack,
            channel="" if said.account else known.channel or "",
        )  # fmt: skip


def submit(ack: Ack, body: Body, context: BoltContext) -> None:
    """Record all rows that are not left out. The form turns into the receipt, or into the form for the next lines."""
    form = payloads.submission(body)
    directory.check(context, form.asker)
    rows, now = views.typed_rows(form.fields), context["now"]
    directory.check(context, form.asker)
    if not rows:
        raise BadInputError("Every line is left out. Choose a side for the lines to record, or discard the list.")
    owners = {row[ids.OWNER] for row in rows.values() if row.get(ids.OWNER)}
    directory.ensure_people(context["ledger"], context["slack"], form.asker.team_id, owners, now)
    with context["ledger"].begin() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        link = payloads.own_permalink(form.context.permalink, context["team_url"])
        drafts, refused = _drafts(tx, person, form, rows, link, now)
        recorded = commitments.record_several(
            tx, person, drafts, refused=refused, origin_key=form.origin_key, now=now
        )  # fmt: skip
    before, _, account = form.context.ref.extra.partition("/")
    numbers = [*views.decoded(before), *(one.number for one in recorded)]
    ref = Ref(view=ViewName.SEVERAL, start=views.rows_end(form.fields), extra=views.encoded(numbers))
    known = replace(form.context, ref=ref)
    if rest := views.typed_rest(form.fields):
        said = Filled(note=form.text(ids.NOTE), sharing=form.text(ids.SHARING) or Sharing.INTERNAL)
        later = replace(known, ref=replace(ref, extra=f"{ref.extra}/{account}"))
        above = f":white_check_mark: *Recorded {views.names(numbers)}*. Next:"
        view = form_for(context, form.asker, rest, later, said, above=above, one=True)
    else:
        with context["ledger"].read() as tx:
            shown = surfaces.several(tx, person, ref, now)
        view = surfaces.receipt_modal(shown, Context(channel=form.context.channel))
    ack(response_action="update", view=view)


def _drafts(
    tx: Session, person: Person, form: Submission, rows: dict[int, dict[str, str]], link: str | None, now: datetime
) -> tuple[dict[str, Draft], dict[str, str]]:
    """The draft of each row by its name, and the refusals by the names of their fields."""
    drafts: dict[str, Draft] = {}
    refused: dict[str, str] = {}
    for index, row in rows.items():
        try:
            drafts[f"row.{index}"] = replace(_draft(tx, person, form, row, now), permalink=link)
        except BadInputError as error:
            refused[f"row.{index}.{error.field}"] = error.words
    return drafts, refused


def _draft(tx: Session, person: Person, form: Submission, row: dict[str, str], now: datetime) -> Draft:
    given = replace(form, fields={**row})
    if not row.get(ids.OWNER):
        raise BadInputError("Choose the owner.", field=ids.OWNER)
    owner, due_on = people.as_owner(tx, person, row[ids.OWNER]), given.day(ids.DUE)
    account = account_fields.chosen_account(tx, person, row.get(ids.ACCOUNT), origin_key=form.origin_key, now=now)
    _, _, formerly = form.context.ref.extra.partition("/")
    named = form.fields.get(ids.STAKEHOLDER) if row.get(ids.ACCOUNT, "") == formerly else None
    stakeholder = account_fields.chosen_stakeholder(tx, person, named, account, now)
    serves = serving.chosen(tx, person, form.context.serves)
    if serves is not None and (account is None or account.id != serves.account_id):
        serves = None
    # The lines of a meeting were agreed on its day.
    on = serves.day if isinstance(serves, Meeting) else local_day(now, person.zone)
    # A line of another account has no person here.
    agreed = None if stakeholder is None and form.fields.get(ids.STAKEHOLDER) else agreed_in(form, stakeholder, on)
    return Draft(
        action=row.get(ids.ACTION, ""), owner=owner, due_on=due_on, account=account, stakeholder=stakeholder,
        side=Side.THEIRS if row.get(ids.SIDE) == Side.THEIRS else Side.OURS,
        internal=form.text(ids.SHARING) != Sharing.SHAREABLE, note=form.text(ids.NOTE), serves=serves,
        rhythm=Rhythm.read(row.get(ids.RHYTHM, "")), agreed=agreed,
    )  # fmt: skip


def undo(ack: Ack, body: Body, context: BoltContext) -> None:
    """Take back all commitments of a receipt that may still be taken back."""
    press = payloads.press(body)

    def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> Commitment | None:  # noqa: ANN401  key and now
        undone = commitments.undo_several(tx, person, views.decoded(ref.extra), **gesture)
        return undone[0] if undone else None

    listeners.act(ack, context, press, Ref.decode(press.value), change)


def keep(ack: Ack, body: Body, context: BoltContext) -> None:
    """A choice in a row of the form: Slack keeps it until the form is submitted."""
    directory.check(context, payloads.asker(body))
    ack()
