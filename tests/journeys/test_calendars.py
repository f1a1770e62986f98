"""The private calendar: a secret address that other programs can read, with a person's commitments and reviews."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import icalendar
import ics
import pytest
import vobject

from handlers import ids
from handlers.calendars import events
from store import accounts, commitments, reviews, stakeholders
from store.agreements import Agreement
from store.calendar_feeds import Dated
from store.dates import Due, read_due
from store.errors import NotAllowedError
from store.rules.calendar.brief_times import local_day
from store.rules.reviews import begins_at
from store.tables import Account, CalendarFeed, Review, ReviewState, Side, Way
from tests.journeys.conftest import MONDAY, PUBLIC_URL, BotInWorkspace, open_town, patience, words, words_of
from tests.journeys.plan_sections import has_account
from tests.journeys.reviews import Session, review
from tests.journeys.web_pages import visitor

if TYPE_CHECKING:
    from sandbox import Message
    from tests.bot.conftest import Log

BERLIN = ZoneInfo("Europe/Berlin")


def asked(town: BotInWorkspace, user: str = "U0EVA") -> Message:
    shown: Message = town.commit(user, "calendar").messages[-1]
    return shown


def address_in(message: Message) -> str:
    found = re.search(re.escape(PUBLIC_URL) + r"/calendar/[\w-]{43}\.ics", words(message))
    assert found, words(message)
    return found[0]


def feed(town: BotInWorkspace, address: str) -> str:
    answer = visitor(town).get(address)
    assert answer.status == 200, answer
    return answer.html


def entries(text: str) -> dict[str, Any]:
    """The entries of a feed by their UID's first part."""
    return {str(one["UID"]).partition("@")[0]: one for one in icalendar.Calendar.from_ical(text).walk("VEVENT")}


@pytest.fixture
def filled(town: BotInWorkspace) -> BotInWorkspace:
    """Eva owes two things, one of them due on a clock change; and takes part in a review."""
    has_account(town)
    town.commit("U0EVA", "send the price; with, commas tomorrow for Acme")
    town.commit("U0EVA", "renew the contract on 28 Mar 2027 for Acme")
    town.commit("U0EVA", "@ana ask legal tomorrow")
    review(town, "Acme on 12 Jan 2027 10:00")
    return town


def test_other_programs_read_it(filled: BotInWorkspace) -> None:
    """Two other parsers find Eva's commitments as whole days, and the review at 10:00 in Berlin; nothing of Ana's."""
    text = feed(filled, address_in(asked(filled)))
    read = ics.Calendar(text)
    names = {one.name: one for one in read.events}
    assert set(names) == {"send the price; with, commas", "renew the contract", "Review of Acme"}
    assert names["renew the contract"].all_day
    assert names["renew the contract"].begin.date() == date(2027, 3, 28)
    starts = names["Review of Acme"].begin.datetime
    assert starts.astimezone(BERLIN) == datetime(2027, 1, 12, 10, 0, tzinfo=BERLIN)
    again = vobject.readOne(text)
    assert {str(one.summary.value) for one in again.vevent_list} == set(names)
    assert "ask legal" not in text


def test_an_entry_follows_its_commitment(filled: BotInWorkspace) -> None:
    """A new date keeps the UID and raises SEQUENCE and DTSTAMP; a comment changes nothing; done and cancelled entries
    keep their dates.
    """
    address = address_in(asked(filled))
    before = entries(feed(filled, address))["commitment-2"]
    filled.pass_by(hours=1)
    filled.commit("U0EVA", "note 2 they like it")
    assert entries(feed(filled, address))["commitment-2"].to_ical() == before.to_ical()
    form = filled.form("U0EVA", filled.item("U0EVA", 2), ids.MOVE)
    filled.submit("U0EVA", form, due="2027-04-01", reason="they asked")
    after = entries(feed(filled, address))["commitment-2"]
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt
    assert after["DTSTART"].dt == date(2027, 4, 1)
    filled.commit("U0EVA", "done 2")
    done = entries(feed(filled, address))["commitment-2"]
    assert str(done["SUMMARY"]) == "Done: renew the contract"
    assert (done["DTSTART"].dt, done["DTEND"].dt) == (date(2027, 4, 1), date(2027, 4, 2))


def test_a_wish_says_so(filled: BotInWorkspace) -> None:
    """A debt of the client is a wish until it is agreed; each change of that raises the number of the entry."""
    acme = filled.ask("U0EVA", accounts.named, "Acme")
    filled.has_recorded("U0EVA", ("U0EVA", "sign the order", "2026-12-04"), account=acme, side=Side.THEIRS)
    address = address_in(asked(filled))
    wish = entries(feed(filled, address))["commitment-4"]
    assert str(wish["SUMMARY"]) == "They owe us (a wish): sign the order"
    with filled.makegood.ledger.begin() as tx:
        eva, now = filled.person(tx, "U0EVA"), filled.box.clock.now()
        dana = stakeholders.create(tx, eva, "Dana", account=accounts.named(tx, eva, "Acme"), now=now)
        by = Agreement(dana, now.date(), Way.CALL)
        commitments.agree(tx, eva, 4, by, version=1, origin_key="agree", now=now)
    agreed = entries(feed(filled, address))["commitment-4"]
    assert (str(agreed["SUMMARY"]), int(agreed["SEQUENCE"])) == ("They owe us (agreed): sign the order", 1)


def test_a_review_that_is_not_held_is_cancelled(filled: BotInWorkspace) -> None:
    """Its entry stays, with its time, and says that it is cancelled."""
    address = address_in(asked(filled))
    session = Session(filled)
    session.open()
    session.press(ids.REVIEW_CALL_OFF)
    session.submit(reason="Dana is ill.")
    entry = entries(feed(filled, address))["review-1"]
    assert str(entry["STATUS"]) == "CANCELLED"
    assert entry["DTSTART"].dt.astimezone(BERLIN).hour == 10


def test_a_new_address_ends_the_old_one(filled: BotInWorkspace) -> None:
    """The old one answers 410 with words; so does the new one after *End it*, and a wrong one is not found."""
    first = address_in(asked(filled))
    shown = asked(filled)
    second = address_in(shown)
    assert first != second
    assert visitor(filled).get(first).status == 410
    assert visitor(filled).get(second).status == 200
    filled.press("U0EVA", shown, ids.CALENDAR_END)
    assert visitor(filled).get(second).status == 410
    assert visitor(filled).get(f"{PUBLIC_URL}/calendar/{'x' * 43}.ics").status == 404


def test_only_a_hash_is_stored(filled: BotInWorkspace) -> None:
    """The token of the address is in no table."""
    token = address_in(asked(filled)).rpartition("/")[2].removesuffix(".ics")
    with filled.makegood.ledger.read() as tx:
        rows = [tuple(row) for row in tx.execute(CalendarFeed.__table__.select())]
    assert rows
    assert token not in str(rows)


def test_a_person_who_has_left_has_no_calendar(filled: BotInWorkspace) -> None:
    """The address of a deactivated colleague answers 410."""
    address = address_in(asked(filled))
    with filled.makegood.ledger.begin() as tx:
        filled.person(tx, "U0EVA").is_active = False
    assert visitor(filled).get(address).status == 410


def test_without_an_address_on_the_web(database_url: str) -> None:
    """Where PUBLIC_URL is not set the answer says so, and makes nothing."""
    with open_town(database_url, public_url=None) as town:
        assert "PUBLIC_URL" in words(asked(town))


def test_no_line_breaks_out(filled: BotInWorkspace) -> None:
    """An action with line breaks and the words of the standard stays one summary."""
    evil = "x END:VEVENT BEGIN:VALARM \\n\\, ; :"
    filled.has_recorded("U0EVA", ("U0EVA", evil, "2026-12-04"))
    text = feed(filled, address_in(asked(filled)))
    assert evil in {str(one["SUMMARY"]) for one in entries(text).values()}
    assert not icalendar.Calendar.from_ical(text).walk("VALARM")


# ---- files -----------------------------------------------------------------------------------------------


def file_in(town: BotInWorkspace, message: Message) -> str:
    """The text of the calendar file that the message shares with its reader."""
    found = re.search(r"<https://[^|>]*/files/\w+/(\w+)/[^|>]*\.ics\|", words(message))
    assert found, words(message)
    file = town.box.world.cabinet.files[found[1]]
    assert file.shared == {message.channel}
    assert file.content is not None
    return file.content.decode()


def added(town: BotInWorkspace, message: Message, user: str = "U0EVA") -> Message:
    """Press *Add to calendar*; the message with the file."""
    town.press(user, message, ids.CALENDAR_ADD)
    town.settled()
    newest: Message = town.box.dm(user)[-1]
    return newest


def test_one_commitment_as_a_file(filled: BotInWorkspace) -> None:
    """The file has the entry of the feed, with the same UID and numbers; two other parsers read it. It does not follow
    changes, and the message offers the address that does.
    """
    message = added(filled, filled.item("U0EVA", 2))
    assert "does not follow changes" in words(message)
    text = file_in(filled, message)
    (one,) = ics.Calendar(text).events
    assert (one.name, one.all_day, one.begin.date()) == ("renew the contract", True, date(2027, 3, 28))
    assert str(vobject.readOne(text).vevent.summary.value) == "renew the contract"
    (same,) = entries(text).values()
    form = filled.press("U0EVA", message, ids.CALENDAR_GIVE)
    address = re.search(r"https://\S+\.ics", words_of(form.view))
    assert address
    of_feed = entries(feed(filled, address[0]))["commitment-2"]
    for name in ("UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "SUMMARY"):
        assert same[name].to_ical() == of_feed[name].to_ical(), name


def test_one_review_as_a_file(filled: BotInWorkspace) -> None:
    """Its time is that of Berlin; after it was moved the message says so and gives a new file, with a higher number."""
    message = added(filled, review(filled, "Acme"))
    (before,) = entries(file_in(filled, message)).values()
    assert before["DTSTART"].dt == datetime(2027, 1, 12, 10, 0, tzinfo=BERLIN)
    filled.pass_by(hours=1)
    review(filled, "Acme on 14 Jan 2027 14:00")
    filled.settled()
    message = filled.box.dm("U0EVA")[-1]
    assert "has changed since the file was sent" in words(message)
    (after,) = entries(file_in(filled, added(filled, message))).values()
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt
    assert after["DTSTART"].dt == datetime(2027, 1, 14, 14, 0, tzinfo=BERLIN)


def test_a_session_changes_no_entry(filled: BotInWorkspace) -> None:
    """Verdicts and answers are no changes of the review's entry in a calendar."""
    address = address_in(asked(filled))
    before = entries(feed(filled, address))["review-1"]
    filled.pass_by(hours=1)
    session = Session(filled)
    session.open()
    session.press(ids.REVIEW_START)
    assert entries(feed(filled, address))["review-1"].to_ical() == before.to_ical()


def test_a_snooze_leaves_the_message_of_a_file(filled: BotInWorkspace) -> None:
    """A change that the calendar does not show leaves the message with its file as it is."""
    message = added(filled, filled.item("U0EVA", 2))
    filled.commit("U0EVA", "block 2 waiting for legal")
    filled.settled()
    assert words(filled.box.dm("U0EVA")[-1]) == words(message)


def test_where_slack_takes_no_file(database_url: str, log: Log) -> None:
    """Without the permission the message says what an admin can do, and the feed is offered where there is one."""
    with patience(), open_town(database_url) as town:
        town.box.manifest.scopes = tuple(ids.SCOPES)
        town.commit("U0EVA", "send the price tomorrow")
        message = added(town, town.item("U0EVA", 1))
        assert "--with pictures" in words(message)
        assert "Get my calendar address" in words(message)


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo",
         "Africa/Casablanca")  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_five_years_of_reviews_stay_at_ten(zone: str) -> None:
    """In the file each of twenty quarters' reviews begins at 10:00 in summer and winter, as two parsers read it."""
    begin_at_ten([date(2027 + number // 4, 1 + number % 4 * 3, 28) for number in range(20)], zone)


@pytest.mark.parametrize("zone", ZONES)
def test_the_last_working_day_of_the_quarter(zone: str) -> None:
    """A review on the last working day of each of twenty quarters, as a person types it, is on that day and at 10:00 in
    both parsers; at each end of the person's day it is the same day.
    """
    days = []
    for number in range(20):
        typed_on = date(2027 + number // 4, 2 + number % 4 * 3, 15)
        hours = (datetime.combine(typed_on, at, ZoneInfo(zone)).astimezone(UTC) for at in (time(0, 1), time(23, 59)))
        found = {read_due("last working day of the quarter", today=local_day(now, zone)) for now in hours}
        (due,) = found
        assert isinstance(due, Due)
        days.append(due.on)
    assert [f"{day:%a %d %b}" for day in days[:4]] == ["Wed 31 Mar", "Wed 30 Jun", "Thu 30 Sep", "Fri 31 Dec"]
    assert all(day.weekday() < 5 and (day + timedelta(days=3)).month != day.month for day in days)
    begin_at_ten(days, zone)


def begin_at_ten(days: list[date], zone: str) -> None:
    """A review on each of the days at 10:00 has that time in the file, as two parsers read it."""
    rows = []
    for number, day in enumerate(days, 1):
        starts = begins_at(day, time(10), zone)
        row = Review(
            id=number, workspace_id=1, account=Account(name="Acme"), starts_at=starts, zone=zone,
            state=ReviewState.PLANNED, created_at=MONDAY,
        )  # fmt: skip
        rows.append(Dated(row, 0, MONDAY))
    text = events.file([], rows, MONDAY).decode()
    read: list[list[datetime]] = [
        [one.begin.datetime for one in sorted(ics.Calendar(text).events)],
        [one.dtstart.value for one in vobject.readOne(text).vevent_list],
    ]
    for found in read:
        local = [one.astimezone(ZoneInfo(zone)) for one in found]
        assert [one.date() for one in local] == days
        assert {(one.hour, one.minute) for one in local} == {(10, 0)}


# ---- after a review --------------------------------------------------------------------------------------


def closed(town: BotInWorkspace, **more: str | None) -> Session:
    """Eva, who follows by her feed, holds Acme's review; Ana owes something too. Closed with the fields `more`."""
    town.commit("U0EVA", "@ana ask legal tomorrow for Acme")
    session = Session(town)
    session.open()
    session.press(ids.REVIEW_START)
    session.press(ids.REVIEW_ITEMS)
    session.press(ids.REVIEW_SEVERAL)
    session.submit()
    session.press(ids.REVIEW_OPEN)
    assert "Follows by itself: Eva Lindqvist" in words_of(session.top)
    assert "Gets a file on closing: Ana Souza" in words_of(session.top)
    session.press(ids.REVIEW_CLOSE)
    assert session.submit(day="2027-04-12", time="10:00", **more).errors == {}
    town.settled()
    return session


def test_closing_sends_the_actions_to_calendars(filled: BotInWorkspace) -> None:
    """One press: Ana gets her actions and the next review as a file; Eva, whose feed has them, gets none. The minutes
    show whose calendars have them.
    """
    asked(filled)
    before = len(filled.box.dm("U0EVA"))
    closed(filled, calendars="send")
    text = file_in(filled, filled.box.dm("U0ANA")[-1])
    assert {str(one["SUMMARY"]) for one in entries(text).values()} == {"ask legal", "Review of Acme"}
    assert not any(".ics" in words(one) for one in filled.box.dm("U0EVA")[before:])
    minutes = words(review(filled, "Acme last"))
    assert "Follows by itself: Eva Lindqvist" in minutes
    assert "Got the file: Ana Souza" in minutes
    assert "Send to calendars" not in minutes


def test_the_close_shows_whose_calendars_have_not(filled: BotInWorkspace) -> None:
    """Without the tick nobody gets a file, the minutes name Ana, and one press sends it to her, once."""
    asked(filled)
    before = len(filled.box.dm("U0ANA"))
    closed(filled, calendars=None)
    minutes = review(filled, "Acme last")
    assert "Not yet: Ana Souza" in words(minutes)
    filled.press("U0EVA", minutes, ids.CALENDAR_SEND)
    filled.again()
    filled.settled()
    assert len([one for one in filled.box.dm("U0ANA")[before:] if ".ics" in words(one)]) == 1
    assert "Got the file: Ana Souza" in words(review(filled, "Acme last"))


def test_who_takes_no_part_sends_nothing(filled: BotInWorkspace) -> None:
    """Ben reads the minutes, without the button; the ledger refuses him too."""
    asked(filled)
    closed(filled, calendars=None)
    minutes = review(filled, "Acme last", "U0BEN")
    assert "Not yet: Ana Souza" in words(minutes)
    assert "Send to calendars" not in words(minutes)
    with filled.makegood.ledger.begin() as tx:
        ben = filled.person(tx, "U0BEN")
        with pytest.raises(NotAllowedError, match="Only Eva Lindqvist"):
            reviews.send_to_calendars(tx, ben, 1, origin_key="ben", now=filled.box.clock.now())
