"""Key dates: on the account's page, changed by two people at once, and mentioned 60 and 14 days before."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.rehearsal import rehearse
from handlers import ids
from store import absences, accounts, history
from store.plan import section
from store.plan.key_dates import SECTION
from tests.journeys.conftest import BotInWorkspace, read, words_of
from tests.journeys.plan_sections import add, form, has_account, open_list, press, values
from tests.journeys.reading import briefs, days, headings
from tests.journeys.working_lives import live_through, of

if TYPE_CHECKING:
    from sandbox import Message, View
    from store.tables import KeyDate

BERLIN = "Europe/Berlin"
MARKUP = "<!channel> *now* <@U0ANA> <https://evil.example|here> `x`"


def shown(town: BotInWorkspace, user: str = "U0EVA") -> str:
    """The modal on top."""
    return words_of(town.box.modals(user)[-1])


def kept(town: BotInWorkspace) -> KeyDate:
    """The first key date."""
    with town.makegood.ledger.read() as tx:
        return section.get(tx, town.person(tx, "U0EVA"), SECTION, 1)


def entries(town: BotInWorkspace) -> list[str]:
    return [entry.verb for entry in town.ask("U0EVA", history.entries, kept(town))]


def about(message: Message) -> list[str]:
    """The lines of a brief that speak of key dates."""
    return [line for line in read(message).split("\n") if " of Acme" in line]


# ---- list, forms, details ------------------------------------------------------------------------------


def test_from_nothing_to_a_date_and_its_details(town: BotInWorkspace) -> None:
    """The page leads to the list, the list to the form; the new row is listed and opens with values and history."""
    has_account(town)
    assert "None yet" in words_of(open_list(town))
    done = town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_ADD), kind="show", name="Hannover Messe",
                       day="2027-04-19", recurs="yearly", owner="U0ANA", note="book a room\nearly")  # fmt: skip
    assert done.errors == {}
    press(town, "U0EVA", ids.SECTION_OPEN)
    listed = shown(town)
    for words in (
        "1 key date",
        "Trade show",
        "Hannover Messe",
        "Mon 19 Apr 2027, in 147 days",
        "every year",
        "Ana Souza",
    ):
        assert words in listed
    press(town, "U0EVA", ids.SECTION_SHOW)
    details = shown(town)
    for words in ("How often: Every year", "Owner: Ana Souza", "> book a room\n> early", "you added it",
                  "Ana Souza hears of it in the brief on Thu 18 Feb 2027 and Mon 5 Apr 2027"):  # fmt: skip
        assert words in details
    assert len(town.box.modals("U0EVA")) == 1
    edit = form(town, "U0EVA", ids.SECTION_EDIT)
    assert town.submit("U0EVA", edit, day="2027-04-26", note=None).errors == {}
    details = shown(town)
    assert "day from Mon 19 Apr 2027 to Mon 26 Apr 2027" in details
    assert "note from “book a room early” to nothing" in details
    press(town, "U0EVA", ids.SECTION_OPEN)
    assert "Mon 26 Apr 2027, in 154 days" in shown(town)


def test_archived_with_a_reason_and_restored(town: BotInWorkspace) -> None:
    """Archiving a date asks for a reason and lists it last; it can be restored. A press counts once."""
    has_account(town)
    add(town)
    open_list(town)
    assert town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_ARCHIVE), reason="Acme was bought").errors == {}
    assert "*Archived* (1)" in shown(town)
    assert "“Acme was bought”" in shown(town)
    assert values(town.box.modals("U0EVA")[-1].blocks, ids.SECTION_EDIT) == []
    press(town, "U0EVA", ids.SECTION_RESTORE)
    town.again()
    assert entries(town) == ["add", "archive", "restore"]
    assert "Archived" not in shown(town)


def test_more_dates_than_a_page_holds(town: BotInWorkspace) -> None:
    """Slack accepts each page of fifteen dates with the longest names, and turning pages shows all."""
    has_account(town)
    for number in range(15):
        add(town, name=f"{number} " + MARKUP[:90])
    open_list(town)
    assert "1–10 of 15" in shown(town)
    press(town, "U0EVA", ids.PAGE_OLDER)
    assert "11–15 of 15" in shown(town)
    assert len(values(town.box.modals("U0EVA")[-1].blocks, ids.SECTION_SHOW)) == 5
    press(town, "U0EVA", ids.PAGE_NEWER)
    assert "1–10 of 15" in shown(town)


def test_refused_at_the_field_with_the_form_open(town: BotInWorkspace) -> None:
    """A past day and a show without a name give errors at the field; nothing is stored, and the form stays."""
    has_account(town)
    open_list(town)
    opened = form(town, "U0EVA", ids.SECTION_ADD)
    assert "already passed" in town.submit("U0EVA", opened, day="2026-11-22").errors["day"]
    assert "give it a name" in town.submit("U0EVA", opened, day="2027-01-29", kind="show").errors["name"]
    assert town.rows()["key_date"] == 0
    assert town.submit("U0EVA", opened, kind="renewal").errors == {}
    assert kept(town).day == date(2027, 1, 29)


@pytest.mark.both_databases
def test_two_editors(town: BotInWorkspace) -> None:
    """Two people have the form open. Different fields are both stored. For the same field the second person reads both
    values at that field, and the form keeps the typed values.
    """
    has_account(town)
    add(town, owner="U0ANA")
    forms = {}
    for user in ("U0EVA", "U0ANA"):
        open_list(town, user)
        forms[user] = form(town, user, ids.SECTION_EDIT)
    assert town.submit("U0EVA", forms["U0EVA"], day="2027-02-05").errors == {}
    refused = town.submit("U0ANA", forms["U0ANA"], day="2027-02-12", note="three years at once")
    assert set(refused.errors) == {"day"}
    assert "Eva Lindqvist changed this meanwhile to Fri 5 Feb 2027; you have Fri 12 Feb 2027." in refused.errors["day"]
    assert town.box.modals("U0ANA")[-1].id == forms["U0ANA"].id
    assert entries(town) == ["add", "edit"]
    # The second person takes the stored day; their note is stored, since only they changed it.
    assert town.submit("U0ANA", forms["U0ANA"], day="2027-02-05").errors == {}
    assert (kept(town).day, kept(town).note) == (date(2027, 2, 5), "three years at once")
    assert entries(town) == ["add", "edit", "edit"]
    open_list(town, "U0EVA")
    opened = form(town, "U0EVA", ids.SECTION_EDIT)
    open_list(town, "U0ANA")
    assert town.submit("U0ANA", form(town, "U0ANA", ids.SECTION_EDIT), recurs="yearly").errors == {}
    assert town.submit("U0EVA", opened, name="Support contract").errors == {}
    assert (kept(town).recurs, kept(town).name) == ("yearly", "Support contract")


def test_others_may_look_and_not_change(town: BotInWorkspace) -> None:
    """A colleague sees no button that would be refused; an older button is answered with who may change the date."""
    has_account(town)
    add(town, owner="U0BEN")
    ben = open_list(town, "U0BEN")
    assert len(values(ben.blocks, ids.SECTION_EDIT)) == 1
    assert town.submit("U0EVA", _edit_form(town), owner="U0ANA").errors == {}
    press(town, "U0BEN", ids.SECTION_EDIT)
    assert "Only Eva Lindqvist (who leads Acme), Ana Souza (its owner) or a workspace admin" in shown(town, "U0BEN")
    view = open_list(town, "U0BEN")
    for button in (ids.SECTION_EDIT, ids.SECTION_ARCHIVE, ids.SECTION_ADD):
        assert values(view.blocks, button) == []
    press(town, "U0BEN", ids.SECTION_SHOW)
    assert "Eva Lindqvist added it" in shown(town, "U0BEN")
    assert "owner from Ben Okafor to Ana Souza" in shown(town, "U0BEN")
    # An admin may change it, and the bot asks Slack whether she is still an admin.
    assert town.submit("U0ADA", _edit_form(town, "U0ADA"), note="from the board").errors == {}
    assert kept(town).note == "from the board"


def _edit_form(town: BotInWorkspace, user: str = "U0EVA") -> View:
    open_list(town, user)
    return form(town, user, ids.SECTION_EDIT)


def test_guests_see_nothing(town: BotInWorkspace) -> None:
    """A colleague who becomes a guest is refused in words, also from an open form, and reads no key date."""
    has_account(town)
    add(town, owner="U0BEN")
    open_list(town, "U0BEN")
    opened = form(town, "U0BEN", ids.SECTION_EDIT)
    town.box.change_user("U0BEN", is_restricted=True)
    town.submit("U0BEN", opened, note="mine")
    assert "here as a guest" in str(town.box.modals("U0BEN")[-1])
    assert kept(town).note is None
    live_through(town, date(2026, 11, 30), date(2026, 11, 30))
    assert briefs(town, "U0BEN") == []
    # The account's owner reads of it instead.
    assert about(briefs(town, "U0EVA")[0]) == ["Renewal of Acme on Fri 29 Jan 2027, in 60 days"]


# ---- in the brief --------------------------------------------------------------------------------------


def test_sixty_and_fourteen_days_before(town: BotInWorkspace) -> None:
    """Eva in Berlin and Ben in New York read it on the mornings of their zones, twice each; other people never do."""
    has_account(town)
    add(town)
    add(town, kind="other", name="Board meeting", day="2027-01-31", owner="U0BEN")
    for begin, end in ((date(2026, 11, 29), date(2026, 12, 3)), (date(2027, 1, 14), date(2027, 1, 19))):
        live_through(town, begin, end)
    # 60 days before 29 January is Monday 30 November; 60 and 14 days before 31 January are 2 December and 17 January, a
    # Sunday: Monday the 18th.
    # Eva leads the account, and on 2 December she reads that nothing is planned for Ben's date.
    assert days(town, "U0EVA", BERLIN) == [date(2026, 11, 30), date(2026, 12, 2), date(2027, 1, 15)]
    assert days(town, "U0BEN", "America/New_York") == [date(2026, 12, 2), date(2027, 1, 18)]
    assert town.box.dm("U0ANA") == town.box.dm("U0ADA") == []
    first, signal, second = briefs(town, "U0EVA")
    assert headings(first) == headings(second) == ["Key dates"]
    assert headings(signal) == ["Signals at your accounts"]
    assert "Renewal of Acme on Fri 29 Jan 2027, in 60 days" in read(first)
    assert "Renewal of Acme on Fri 29 Jan 2027, in 14 days" in read(second)
    assert "Date of Acme: Board meeting on Sun 31 Jan 2027, in 13 days" in read(briefs(town, "U0BEN")[1])
    assert "1 for Monday 30 November 2026: Renewal of Acme on Fri 29 Jan 2027" in first.text


def test_below_the_commitments_of_the_morning(town: BotInWorkspace) -> None:
    """One brief shows both: due commitments first, then key dates."""
    has_account(town)
    add(town)
    town.has_recorded("U0EVA", ("U0EVA", "send it", "2026-11-30"))
    live_through(town, date(2026, 11, 30), date(2026, 11, 30))
    (brief,) = briefs(town, "U0EVA")
    assert headings(brief) == ["Due today", "Key dates"]
    assert "2 things want your attention" in read(brief)


def test_added_late(town: BotInWorkspace) -> None:
    """A date added within 60 days is in the next brief, and again 14 days before; within 14 days it comes once."""
    has_account(town)
    add(town, day="2026-12-23")
    add(town, day="2026-12-01", kind="budget")
    live_through(town, date(2026, 11, 24), date(2026, 12, 24))
    assert days(town, "U0EVA", BERLIN) == [date(2026, 11, 24), date(2026, 12, 9)]
    assert len(about(briefs(town, "U0EVA")[0])) == 2


def test_away_on_that_morning(town: BotInWorkspace) -> None:
    """No stand-in reads of it: the owner does on return, with the days that are left, and not once it is over."""
    has_account(town)
    add(town)
    add(town, day="2026-12-09", kind="budget")
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        absences.set_absence(tx, eva, date(2026, 11, 24), date(2026, 12, 11), "U0ANA", now=town.box.clock.now())
    live_through(town, date(2026, 11, 24), date(2026, 12, 15))
    assert days(town, "U0EVA", BERLIN) == [date(2026, 12, 14)]
    assert about(briefs(town, "U0EVA")[0]) == ["Renewal of Acme on Fri 29 Jan 2027, in 46 days"]
    assert [about(brief) for brief in briefs(town, "U0ANA")] == [[]]


def test_one_summary_a_week(town: BotInWorkspace) -> None:
    """A person with one summary a week reads of the date in that summary."""
    of(town, "U0EVA", weekly=True)
    has_account(town)
    add(town, day="2027-01-27")
    live_through(town, date(2026, 11, 24), date(2026, 12, 8))
    # 60 days before is Saturday 28 November.
    assert days(town, "U0EVA", BERLIN) == [date(2026, 11, 30)]


def test_archived_or_moved_away_before(town: BotInWorkspace) -> None:
    """An archived date is not mentioned, and a moved one on the mornings of its new day."""
    has_account(town)
    add(town)
    add(town, day="2027-01-30", kind="budget")
    open_list(town)
    town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_ARCHIVE), reason="Acme was bought")
    town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_EDIT), day="2027-02-05")
    live_through(town, date(2026, 11, 24), date(2026, 12, 8))
    assert days(town, "U0EVA", BERLIN) == [date(2026, 12, 7)]


def test_an_archived_account_is_quiet(town: BotInWorkspace) -> None:
    """Dates of an archived account are not mentioned; once it is restored, its lead reads of them."""
    has_account(town)
    add(town)
    with town.makegood.ledger.begin() as tx:
        accounts.archive(tx, town.person(tx, "U0EVA"), 1, "lost", version=1, origin_key="a", now=town.box.clock.now())
    live_through(town, date(2026, 11, 30), date(2026, 12, 1))
    assert briefs(town, "U0EVA") == []
    open_list(town)
    press(town, "U0EVA", ids.SECTION_SHOW)
    assert "Nobody hears of it: its account is archived." in shown(town)
    with town.makegood.ledger.begin() as tx:
        accounts.restore(tx, town.person(tx, "U0EVA"), 1, origin_key="b", now=town.box.clock.now())
    live_through(town, date(2026, 12, 2), date(2026, 12, 2))
    assert about(briefs(town, "U0EVA")[0]) == ["Renewal of Acme on Fri 29 Jan 2027, in 58 days"]


def test_archived_between_planning_and_sending(town: BotInWorkspace) -> None:
    """A date archived between planning and sending is not mentioned: the ledger is read again before a brief goes."""
    has_account(town)
    add(town)
    town.move(2026, 11, 30, 8, 45)
    town.makegood.plan(town.box.clock.now())
    open_list(town)
    town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_ARCHIVE), reason="Acme was bought")
    town.settled()
    assert briefs(town, "U0EVA") == []
    (row,) = town.outbox("brief")
    assert (row.state, row.last_error) == ("skipped", "nothing was left to mention")


def test_a_recurring_date_comes_again(town: BotInWorkspace) -> None:
    """Each day of a date that recurs is mentioned twice, and a leap day on the 28th of a common year."""
    town.jump(2027, 12, 1, 7, 0)
    has_account(town)
    add(town, day="2028-02-29", recurs="yearly")
    for morning in ((2027, 12, 31), (2028, 2, 15), (2028, 12, 29), (2029, 1, 1), (2029, 2, 14)):
        town.jump(*morning, 8, 45)
    told = [line for brief in briefs(town, "U0EVA") for line in about(brief)]
    assert told == [
        "Renewal of Acme on Tue 29 Feb 2028, in 60 days",
        "Renewal of Acme on Tue 29 Feb 2028, in 14 days",
        "Renewal of Acme on Wed 28 Feb 2029, in 58 days",
        "Renewal of Acme on Wed 28 Feb 2029, in 14 days",
    ]


def test_its_buttons_and_a_brief_that_stays_true(town: BotInWorkspace) -> None:
    """The brief opens the form with the account chosen, and the details; the same message shows a later change."""
    has_account(town)
    add(town)
    town.jump(2026, 11, 30, 8, 45)
    (brief,) = briefs(town, "U0EVA")
    plan = town.form("U0EVA", brief, ids.SECTION_PLAN)
    assert town.submit("U0EVA", plan, action="ask Dana for the renewal", due="2026-12-18").errors == {}
    account = town.commitment(1).account
    assert account is not None
    assert account.name == "Acme"
    assert "Renewal" in words_of(town.press("U0EVA", brief, ids.SECTION_SHOW).view)
    town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_EDIT), day="2027-02-05")
    town.settled()
    assert "Renewal of Acme has moved: it is on Fri 5 Feb 2027, in 67 days" in read(briefs(town, "U0EVA")[0])
    town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_ARCHIVE), reason=MARKUP)
    town.settled()
    (brief,) = briefs(town, "U0EVA")
    assert "Archived: “" in read(brief)
    assert values(brief.blocks, ids.SECTION_PLAN) == []
    assert len(town.box.dm("U0EVA")) == 1


def test_what_people_write_stays_text(town: BotInWorkspace) -> None:
    """Names, notes and reasons that look like markup are shown as they were typed: in list, details and brief."""
    has_account(town)
    add(town, name=MARKUP, note=f"{MARKUP}\n> {MARKUP}")
    open_list(town)
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.text("UPDATE account SET name = :name"), {"name": MARKUP})
    press(town, "U0EVA", ids.SECTION_SHOW)
    town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_EDIT), name=f"{MARKUP}!")
    town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_PLAN), action="call", due="2026-12-18")
    town.jump(2026, 11, 30, 8, 45)
    (brief,) = briefs(town, "U0EVA")
    assert f"Renewal of {MARKUP}: {MARKUP}! on Fri 29 Jan 2027" in read(brief)


def test_the_rehearsal_says_it_too(town: BotInWorkspace) -> None:
    """`tick --dry-run` shows the brief with the date, and stores nothing."""
    has_account(town)
    add(town)
    town.move(2026, 11, 30, 8, 45)
    said = "\n".join(rehearse(town.makegood.ledger, town.box.clock.now()))
    assert "Renewal of Acme* on Fri 29 Jan 2027, in 60 days" in said
    assert town.outbox("brief") == []
