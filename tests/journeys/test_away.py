"""Absences by one line, by the form, and by Slack's status: recorded, shown, changed and ended."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from handlers.slack.refs import ABSENCE, Ref, ViewName
from store import absences, accounts, settings
from store.tables import OutboxKind, Side
from tests.journeys.conftest import BotInWorkspace, read, words, words_of
from tests.journeys.plan_sections import has_account

if TYPE_CHECKING:
    from sandbox import Message, View
    from store.tables import Absence

# Monday, ten in the morning in New York: notices to Ben go at once.
BEN_IS_UP = (2026, 11, 23, 15, 0)
DEC_12, JAN_3 = date(2026, 12, 12), date(2027, 1, 3)


def away(town: BotInWorkspace, user: str = "U0EVA", *, today: date = date(2026, 11, 23)) -> list[Absence]:
    """A person's absences in the ledger that end on or after `today`."""
    with town.makegood.ledger.read() as tx:
        return absences.of_people(tx, [town.person(tx, user).id], from_day=today)


def days(town: BotInWorkspace, user: str = "U0EVA") -> list[tuple[date, date, str | None]]:
    return [(one.first_day, one.last_day, one.delegate.slack_id if one.delegate else None) for one in away(town, user)]


def said(town: BotInWorkspace, line: str, user: str = "U0EVA") -> Message:
    outcome = town.commit(user, line)
    assert outcome.view is None, words_of(outcome.view)
    shown: Message = outcome.messages[-1]
    return shown


def asked(town: BotInWorkspace, line: str, user: str = "U0EVA") -> View:
    """The form that a line opens because it is not complete; nothing is stored."""
    before = days(town, user)
    form: View | None = town.commit(user, line).view
    assert form is not None
    assert days(town, user) == before
    return form


def initial(form: View, field: str) -> Any:
    block = next(block for block in form.blocks if block.get("block_id") == field)
    return block["element"].get("initial_date") or block["element"].get("initial_user")


# ---- in one line ------------------------------------------------------------------------------------------


def test_one_line_says_it_all(town: BotInWorkspace) -> None:
    """A line stores days and delegate, the receipt says who hears what falls due, and the delegate is told at once."""
    town.move(*BEN_IS_UP)
    receipt = words(said(town, "away 12 Dec to 3 Jan @ben"))
    assert days(town) == [(DEC_12, JAN_3, "U0BEN")]
    assert "from Saturday 12 December 2026 to Sunday 3 January 2027" in receipt
    assert "Ben Okafor" in receipt
    assert "Your briefs come again on Monday 4 January 2027" in receipt
    town.settled()
    notice = words(town.box.dm("U0BEN")[-1])
    assert "Eva Lindqvist* is away from Saturday 12 December 2026 to Sunday 3 January 2027" in notice
    assert len(town.box.dm("U0BEN")) == 1


@pytest.mark.parametrize(
    ("user", "line"),
    [
        ("U0EVA", "away from 12 Dec until 3 Jan"),
        ("U0EVA", "away 2026-12-12 – 2027-01-03"),
        ("U0EVA", "away vom 12. Dezember bis 3. Januar"),
        ("U0EVA", "away 12.12. - 3.1."),
        ("U0ADA", "away du 12 décembre au 3 janvier"),
        ("U0ADA", "away del 12 de diciembre al 3 de enero"),
    ],
)
def test_days_are_written_as_people_write_them(town: BotInWorkspace, user: str, line: str) -> None:
    """Days are read in four languages, with words, dashes or dots between them; without a delegate nobody is told."""
    receipt = words(said(town, line, user))
    assert days(town, user) == [(DEC_12, JAN_3, None)]
    assert "nobody else hears" in receipt
    assert town.outbox(OutboxKind.DELEGATED) == []


def test_until_begins_today(town: BotInWorkspace) -> None:
    """“Until Friday” begins today, in the person's zone."""
    assert "You are away until Friday 27 November 2026" in words(said(town, "away until Friday, covered by @ana"))
    assert days(town) == [(date(2026, 11, 23), date(2026, 11, 27), "U0ANA")]


def test_alone_it_opens_the_form(town: BotInWorkspace) -> None:
    """`/commit away` asks for first day, last day and delegate; the form turns into the receipt."""
    form = asked(town, "away")
    done = town.submit("U0EVA", form, first_day="2026-12-12", last_day="2027-01-03", delegate="U0BEN")
    assert done.errors == {}
    assert days(town) == [(DEC_12, JAN_3, "U0BEN")]
    assert "You are away from" in words_of(town.box.modals("U0EVA")[-1])


def test_a_promise_may_begin_with_away(town: BotInWorkspace) -> None:
    """A line that begins with "away" and names no days of an absence is a commitment, like any other line."""
    receipt = words(said(town, "away day agenda by Friday"))
    assert "away day agenda" in receipt
    assert "Friday 27 November 2026" in receipt
    assert days(town) == []
    assert town.commitment(1).action == "away day agenda"


@pytest.mark.parametrize(
    ("line", "remark", "first", "last", "delegate"),
    [
        ("away 12 Dec", "Until when? A pause always has an end.", "2026-12-12", None, None),
        ("away from tomorrow @ben", "Until when?", "2026-11-24", None, "U0BEN"),
        ("away 3 Feb to 10 Jan", "before the first day", "2027-02-03", "2027-01-10", None),
        ("away 1 Dec to 10 Dec 2027", "longer than a year", "2026-12-01", "2027-12-10", None),
        ("away to the moon", "is not a date", None, None, None),
        ("away 12 Dec to 3 Jan @nobody", "who @nobody is", "2026-12-12", "2027-01-03", None),
        ("away 12 Dec to 3 Jan @ben @ana", "One colleague", "2026-12-12", "2027-01-03", None),
        ("away 12 Dec to 3 Jan @eva", "That is you", "2026-12-12", "2027-01-03", "U0EVA"),
    ],
)
def test_what_is_open_is_asked_for(
    town: BotInWorkspace, line: str, remark: str, first: str | None, last: str | None, delegate: str | None
) -> None:
    """The form holds the parts that were understood and names in words those that were not. Nothing is stored yet."""
    form = asked(town, line)
    assert remark in words_of(form)
    if last or first is None:
        assert initial(form, ids.LAST_DAY) == last
    assert (initial(form, ids.FIRST_DAY), initial(form, ids.DELEGATE)) == (first, delegate)


@pytest.mark.parametrize(
    "text",
    [
        "away " + "x" * 2900,
        "away <!channel> *12 Dec* to <@U0EVA",
        "away <https://acme.example/12|12 Dec> to 3 Jan",
        "away @ben @ben <@U0BEN> &amp; &lt;b&gt;",
        "away 99999999999999 to 88888888888888",
        "away 12 Dec to 3 Jan <@U0NOBODY>",
        "away to to to - - – until",
    ],
)
def test_whatever_is_typed_is_asked_about(town: BotInWorkspace, text: str) -> None:
    """Any typed text opens the form: no text breaks it, becomes markup or is stored half understood."""
    asked(town, text)


def test_however_it_is_spelt(town: BotInWorkspace) -> None:
    """Capitals, extra spaces and invisible characters make no difference."""
    said(town, "AWAY   \u202e12 dec\u202c  TO \x00 3 JAN \u200b  @Ben")
    assert days(town) == [(DEC_12, JAN_3, "U0BEN")]


# ---- the form's errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "where", "why"),
    [
        ({"first_day": "2026-11-22", "last_day": "2026-11-30"}, "first_day", "already passed"),
        ({"first_day": "2026-12-12", "last_day": "2026-12-11"}, "last_day", "before the first day"),
        ({"first_day": "2026-12-12", "last_day": "2027-12-13"}, "last_day", "longer than a year"),
        ({"first_day": "2027-11-24", "last_day": "2027-11-25"}, "first_day", "more than a year ahead"),
        ({"delegate": "U0EVA"}, "delegate", "That is you"),
        ({"delegate": "U0MAKEGOOD"}, "delegate", "is an app"),
        ({"delegate": "U0BEN"}, "delegate", "has left"),
    ],
)
def test_errors_stand_at_their_fields(town: BotInWorkspace, fields: dict[str, str], where: str, why: str) -> None:
    """Impossible days and colleagues who cannot stand in give errors at their fields; nothing is stored."""
    town.box.change_user("U0BEN", deleted=True)
    form = asked(town, "away")
    given = {"first_day": "2026-12-12", "last_day": "2027-01-03"} | fields
    wrong = town.submit("U0EVA", form, **given)
    assert set(wrong.errors) == {where}
    assert why in wrong.errors[where]
    assert days(town) == []
    assert town.outbox(OutboxKind.DELEGATED) == []
    assert town.submit("U0EVA", form, first_day="2026-12-12", last_day="2027-01-03", delegate=None).errors == {}


@pytest.mark.both_databases
def test_a_form_sent_twice_counts_once(town: BotInWorkspace) -> None:
    """A form that is sent twice stores one absence and tells the delegate once."""
    town.move(*BEN_IS_UP)
    form = asked(town, "away")
    town.submit("U0EVA", form, first_day="2026-12-12", last_day="2027-01-03", delegate="U0BEN")
    parcel = town.post.parcels[-1]
    town.at_once(parcel, parcel)
    town.settled()
    assert days(town) == [(DEC_12, JAN_3, "U0BEN")]
    assert len(town.box.dm("U0BEN")) == 1


# ---- changing and ending ----------------------------------------------------------------------------------


def test_the_newer_takes_the_place_of_the_older(town: BotInWorkspace) -> None:
    """Of two overlapping absences the newer counts; the older keeps its other days, and the receipt says so."""
    said(town, "away 1 Dec to 31 Dec @ben")
    receipt = words(said(town, "away 10 Dec to 12 Dec @ana"))
    assert "in place of" in receipt or "takes the place of" in receipt
    assert "Tue 1 Dec 2026 to Thu 31 Dec 2026" in receipt
    assert days(town) == [
        (date(2026, 12, 1), date(2026, 12, 9), "U0BEN"),
        (date(2026, 12, 10), date(2026, 12, 12), "U0ANA"),
        (date(2026, 12, 13), date(2026, 12, 31), "U0BEN"),
    ]
    said(town, "away 20 Nov 2027 to 30 Nov 2027")
    said(town, "away 1 Dec to 31 Dec")
    assert [day[:2] for day in days(town)][:1] == [(date(2026, 12, 1), date(2026, 12, 31))]


def test_change_replaces_it(town: BotInWorkspace) -> None:
    """“Change” on the receipt opens the form with the stored values; afterwards the receipt shows the new days."""
    town.move(*BEN_IS_UP)
    receipt = said(town, "away 12 Dec to 3 Jan @ben")
    town.settled()
    form = town.form("U0EVA", receipt, ids.OPEN_AWAY)
    assert (initial(form, "first_day"), initial(form, "last_day"), initial(form, "delegate")) == (
        "2026-12-12", "2027-01-03", "U0BEN",
    )  # fmt: skip
    assert town.submit("U0EVA", form, first_day="2026-12-14", last_day="2026-12-18", delegate="U0ANA").errors == {}
    assert days(town) == [(date(2026, 12, 14), date(2026, 12, 18), "U0ANA")]
    assert "Monday 14 December 2026" in town.told("U0EVA")
    town.settled()
    assert "no longer asks you to stand in" in words(town.box.dm("U0BEN")[-1])
    assert "stand in" in words(town.box.dm("U0ANA")[-1])


def test_other_days_with_the_same_delegate(town: BotInWorkspace) -> None:
    """A delegate whose absence got other days reads so in the old message, and the new days in a new one."""
    town.move(*BEN_IS_UP)
    receipt = said(town, "away 12 Dec to 3 Jan @ben")
    town.settled()
    form = town.form("U0EVA", receipt, ids.OPEN_AWAY)
    assert town.submit("U0EVA", form, first_day="2026-12-14", last_day="2026-12-18").errors == {}
    town.pass_by(hours=1)
    town.settled()
    old, new = town.box.dm("U0BEN")[-2:]
    assert "has changed the days of this absence" in words(old)
    assert "Monday 14 December 2026" in words(new)


def test_another_delegate_from_the_middle_on(town: BotInWorkspace) -> None:
    """A delegate who is relieved in the middle of an absence does not read that the colleague is back."""
    town.move(*BEN_IS_UP)
    receipt = said(town, "away today to 3 Jan @ben")
    town.settled()
    town.jump(2026, 11, 25, 15, 0)
    form = town.form("U0EVA", receipt, ids.OPEN_AWAY)
    assert town.submit("U0EVA", form, first_day="2026-11-25", delegate="U0ANA").errors == {}
    town.settled()
    assert "no longer asks you to stand in" in words(town.box.dm("U0BEN")[0])


def test_back_earlier(town: BotInWorkspace) -> None:
    """`/commit back` ends the absence with yesterday, names the next brief, and updates the delegate's message."""
    town.move(*BEN_IS_UP)
    said(town, "away today to 3 Jan @ben")
    town.settled()
    town.jump(2026, 11, 25, 10, 0)
    assert "Welcome back" in words(said(town, "back"))
    assert days(town) == [(date(2026, 11, 23), date(2026, 11, 24), "U0BEN")]
    town.settled()
    assert "is back from this absence" in words(town.box.dm("U0BEN")[0])
    assert "You are not away" in words(said(town, "back"))


def test_a_coming_absence_is_called_off_by_its_button(town: BotInWorkspace) -> None:
    """`/commit back` keeps and shows a coming absence; its button removes it, once."""
    said(town, "away 12 Dec to 3 Jan")
    shown = said(town, "back")
    assert "You are away from Saturday 12 December 2026" in words(shown)
    assert len(days(town)) == 1
    town.press("U0EVA", shown, ids.END_ABSENCE)
    assert "You are not going away" in town.told("U0EVA")
    town.again()
    assert days(town) == []


def test_home_shows_it_while_it_lasts(town: BotInWorkspace) -> None:
    """The Home tab shows the end of an absence and its delegate, is updated, and its “I'm back” ends the absence."""
    town.box.open_home("U0EVA")
    said(town, "away today to 3 Jan @ben")
    town.settled()
    home = town.box.home("U0EVA")
    assert home is not None
    assert "You are away until Sunday 3 January 2027" in words_of(home)
    assert "Ben Okafor" in words_of(home)
    end = next(e for block in home.blocks for e in block.get("elements", ()) if e.get("action_id") == ids.END_ABSENCE)
    town.box.press("U0EVA", action_id=ids.END_ABSENCE, value=end["value"], view_id=home.id)
    assert "You are away" not in words_of(town.box.home("U0EVA"))
    assert days(town) == []


def test_home_says_for_whom_one_stands_in(town: BotInWorkspace) -> None:
    """Home shows for whom a person stands in, only during the absence."""
    town.box.open_home("U0BEN")
    receipt = said(town, "away today to 3 Jan @ben")
    town.settled()
    assert "You stand in for *Eva Lindqvist* until Sunday 3 January 2027." in words_of(town.box.home("U0BEN"))
    town.press("U0EVA", receipt, ids.END_ABSENCE)
    town.settled()
    assert "stand in" not in words_of(town.box.home("U0BEN"))


def test_it_is_nobody_elses(town: BotInWorkspace) -> None:
    """A button with the id of another person's absence does not change that absence."""
    said(town, "away 12 Dec to 3 Jan")
    theirs = said(town, "away 14 Dec to 18 Dec", "U0BEN")
    with town.post.caught() as caught:
        town.press("U0BEN", theirs, ids.END_ABSENCE)
    caught[0].payload["actions"][0]["value"] = Ref(ABSENCE, *absences.reference(away(town)[0]), ViewName.AWAY).encode()
    town.again(caught[0])
    assert len(days(town)) == 1
    assert len(days(town, "U0BEN")) == 1


def test_a_delegate_who_is_away_too_is_told_of(town: BotInWorkspace) -> None:
    """The receipt warns when both are away at the same time."""
    said(town, "away 10 Dec to 20 Dec", "U0BEN")
    assert "Ben Okafor is away too, until Sunday 20 December 2026" in words(said(town, "away 12 Dec to 3 Jan @ben"))


# ---- Slack's status -----------------------------------------------------------------------------------------


def honour(town: BotInWorkspace, *, wanted: bool = True) -> None:
    with town.makegood.ledger.begin() as tx:
        ada = town.person(tx, "U0ADA")
        settings.save_workspace(
            tx, ada, {"honours_status": wanted}, version=ada.workspace.version, origin_key="honour",
            now=town.box.clock.now(),
        )  # fmt: skip


def vacation(town: BotInWorkspace, until: datetime | None, user: str = "U0EVA", text: str = "Vacationing") -> None:
    town.box.change_user(
        user, status_text=text, status_emoji=":palm_tree:", status_expiration=int(until.timestamp()) if until else 0
    )


def test_a_status_counts_where_the_workspace_wants_it(town: BotInWorkspace) -> None:
    """If the workspace wants so, a status counts as an absence until its last local day, or until it is removed."""
    until = datetime(2026, 12, 4, 22, 59, 59, tzinfo=UTC)
    vacation(town, until)
    assert days(town) == []
    honour(town)
    vacation(town, until)
    assert days(town) == [(date(2026, 11, 23), date(2026, 12, 4), None)]
    town.box.change_user("U0EVA", status_text="", status_emoji="", status_expiration=0)
    assert days(town) == []


def test_a_status_without_an_end_is_looked_at_daily(town: BotInWorkspace) -> None:
    """A status without an end counts until the next daily look, and that look renews it."""
    honour(town)
    vacation(town, None)
    assert days(town) == [(date(2026, 11, 23), date(2026, 11, 24), None)]
    town.move(2026, 11, 24, 10, 0)
    town.makegood.sync_people()
    assert days(town) == [(date(2026, 11, 23), date(2026, 11, 25), None)]


def test_what_was_said_here_counts_for_more(town: BotInWorkspace) -> None:
    """An absence that a person recorded here stays, with its delegate; their Slack status does not change it."""
    honour(town)
    said(town, "away today to 4 Dec @ben")
    vacation(town, datetime(2026, 12, 20, 12, tzinfo=UTC))
    town.box.change_user("U0EVA", status_text="", status_emoji="", status_expiration=0)
    assert days(town) == [(date(2026, 11, 23), date(2026, 12, 4), "U0BEN")]


def test_back_while_the_status_stands(town: BotInWorkspace) -> None:
    """“I'm back” ends an absence from a status today and says that the status is still set."""
    honour(town)
    vacation(town, datetime(2026, 12, 4, 12, tzinfo=UTC))
    assert "Your Slack status still says that you are away" in words(said(town, "back"))
    assert days(town) == []


def test_switching_it_off_ends_what_statuses_said(town: BotInWorkspace) -> None:
    """Switching the setting off ends absences from statuses and keeps those that people recorded themselves."""
    honour(town)
    vacation(town, datetime(2026, 12, 4, 12, tzinfo=UTC))
    said(town, "away today to 4 Dec", "U0BEN")
    honour(town, wanted=False)
    assert days(town) == []
    assert len(days(town, "U0BEN")) == 1


def test_meanwhile_the_delegate_hears_and_may_act(town: BotInWorkspace) -> None:
    """During the absence Ben's briefs show what falls due for Eva, he can act on it, and she hears nothing."""
    town.receipt("U0EVA", "send the pricing sheet by Wednesday")
    said(town, "away today to 4 Dec @ben")
    town.settled()
    before = len(town.box.dm("U0BEN"))
    town.jump(2026, 11, 24, 15, 0)
    town.jump(2026, 11, 25, 15, 0)
    briefs = town.box.dm("U0BEN")[before:]
    assert any("send the pricing sheet" in words(brief) for brief in briefs)
    assert town.box.dm("U0EVA") == []
    town.press("U0BEN", briefs[-1], ids.DONE)
    assert town.commitment(1).state == "done"


def test_what_is_overdue_is_in_the_receipt_and_in_the_first_morning_of_the_delegate(town: BotInWorkspace) -> None:
    """The receipt lists what is overdue below what falls due. The delegate reads of both, of the overdue on the first
    morning of the absence, and not again on the next.
    """
    town.receipt("U0EVA", "send the pricing sheet by Tuesday")
    town.receipt("U0EVA", "book the room by 3 Dec")
    town.receipt("U0EVA", "plan the spring by 1 Mar")
    has_account(town)
    acme = town.ask("U0EVA", accounts.named, "Acme")
    town.has_recorded("U0EVA", ("U0EVA", "sign the order", "2026-12-02"), account=acme, side=Side.THEIRS)
    town.move(2026, 11, 26, 15, 0)
    receipt = words(said(town, "away 27 Nov to 4 Dec @ben"))
    due, _, overdue = receipt.partition("Overdue now")
    assert "book the room" in due
    assert "sign the order – due Wed 2 Dec 2026 · _a wish_" in due
    assert "pricing sheet" not in due
    assert "send the pricing sheet – due Tue 24 Nov" in overdue
    assert "book the room" not in overdue
    assert "plan the spring" not in receipt
    town.settled()
    before = len(town.box.dm("U0BEN"))
    town.jump(2026, 11, 27, 15, 0)
    (brief,) = town.box.dm("U0BEN")[before:]
    assert "For Eva Lindqvist, who is away until" in words(brief)
    assert "send the pricing sheet" in words(brief)
    town.jump(2026, 11, 30, 15, 0)
    assert len(town.box.dm("U0BEN")) == before + 1


def test_the_receipt_offers_the_stand_in_of_an_owner_who_is_away(town: BotInWorkspace) -> None:
    """One press gives what was just recorded to the stand-in: a correction, of which the absent owner is not told."""
    town.move(*BEN_IS_UP)
    said(town, "away today to 4 Dec @ben")
    town.settled()
    asked_before, told_before = len(town.box.dm("U0BEN")), len(town.box.dm("U0EVA"))
    receipt = town.receipt("U0ANA", "@eva send the pricing sheet by Thursday")
    assert "Eva Lindqvist* – away, hears of it on" in words(receipt)
    assert "Ben Okafor* stands in" in words(receipt)
    assert "Give it to Ben" in str(receipt.blocks)
    town.press("U0ANA", receipt, ids.GIVE)
    town.again()
    assert "Owner: *Ben Okafor*" in town.told("U0ANA")
    assert (town.commitment(1).owner.slack_id, town.verbs(1)) == ("U0BEN", ["record", "edit"])
    town.jump(2026, 11, 23, 16, 30)
    (notice,) = town.box.dm("U0BEN")[asked_before:]
    assert "send the pricing sheet" in words(notice)
    town.jump(2026, 12, 7, 9, 0)
    assert "pricing" not in " ".join(words(one) for one in town.box.dm("U0EVA")[told_before:])


def test_a_stand_in_who_is_away_too_is_not_offered(town: BotInWorkspace) -> None:
    """The receipt offers nobody who is away as well; a stand-in who records it is offered it themselves."""
    said(town, "away today to 4 Dec @ben")
    receipt = town.receipt("U0BEN", "@eva send the deck by Thursday")
    assert "you stand in" in words(receipt)
    assert "I'll do it" in str(receipt.blocks)
    said(town, "away today to 4 Dec", "U0BEN")
    assert ids.GIVE not in str(town.receipt("U0ANA", "@eva send the pricing sheet by Thursday").blocks)


def test_two_who_stand_in_for_each_other_are_both_away(town: BotInWorkspace) -> None:
    """Both are away, and the item has no account: its creator hears what falls due. Of items that they recorded for
    themselves nobody hears, and they read so on their last morning.
    """
    town.receipt("U0EVA", "@ana send the report by Thursday 3 Dec")
    town.receipt("U0ANA", "book the room by Thursday 3 Dec")
    said(town, "away 30 Nov to 4 Dec @ben", "U0ANA")
    warned = words(said(town, "away 30 Nov to 4 Dec @ana", "U0BEN"))
    assert "else to the person who gave it to you" in warned
    for day in (24, 25, 26, 27):
        town.jump(2026, 11, day, 8, 45)
    last = read(town.box.dm("U0ANA")[-1])
    told = last.partition("book the room")[2]
    assert "nobody hears of this while you are away" in told
    assert last.count("nobody hears of this") == 1
    heard = len(town.box.dm("U0EVA"))
    for day in (1, 2, 3, 4):
        town.jump(2026, 12, day, 8, 45)
    given = " ".join(words(message) for message in town.box.dm("U0EVA")[heard:])
    assert "send the report" in given
    assert "For Ana Souza, who is away until" in given
    assert "book the room" not in given
