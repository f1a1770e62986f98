"""`/commit settings`: a person's own hours, days, holidays and language; for admins the workspace's too."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from handlers import ids
from handlers.commitments.commands import WORDS
from handlers.settings.views import DEFAULT, Part
from handlers.slack.refs import Ref, ViewName
from store import absences, people, workspaces
from store.tables import Absence
from tests.journeys.conftest import MONDAY, BotInWorkspace, read, words, words_of
from tests.journeys.forms import open_part, open_settings, part_of, save

if TYPE_CHECKING:
    from sandbox import View
    from store.tables import Person

MON_TO_FRI = ["0", "1", "2", "3", "4"]


def person(town: BotInWorkspace, user: str = "U0EVA") -> Person:
    with town.makegood.ledger.read() as tx:
        return town.person(tx, user)


def shown(form: View, field: str) -> dict[str, Any]:
    element: dict[str, Any] = next(block["element"] for block in form.blocks if block.get("block_id") == field)
    return element


# ---- one's own ------------------------------------------------------------------------------------------


def test_nothing_of_ones_own_at_first(town: BotInWorkspace) -> None:
    """The form shows the workspace's settings; saved unchanged, a person's settings stay the workspace's."""
    form = open_settings(town)
    assert shown(form, ids.SEND_HOUR)["initial_option"]["value"] == DEFAULT
    assert "09:00, as the workspace has it" in words_of(form)
    assert [option["value"] for option in shown(form, ids.WEEKDAYS)["initial_options"]] == MON_TO_FRI
    assert "Europe/Berlin" in words_of(form)
    assert "whole workspace" not in words_of(form)
    assert town.submit("U0EVA", form).errors == {}
    kept = person(town)
    assert (kept.send_hour, kept.working_week, kept.holidays_region, kept.date_language, kept.weekly) == (
        None, None, None, None, False,
    )  # fmt: skip


def test_all_of_it_is_stored_and_shown_again(town: BotInWorkspace) -> None:
    """Hour, days, holidays, language and rhythm are stored, and the form shows them the next time."""
    said = save(
        town, send_hour="7", weekdays=["0", "1", "3"], holidays_region="de-by", date_language="de", rhythm="weekly"
    )
    assert "from 07:00 in Europe/Berlin" in said
    assert "Public holidays of DE-BY · your dates are read in German" in said
    kept = person(town)
    assert (kept.send_hour, kept.working_week, kept.holidays_region, kept.date_language, kept.weekly) == (
        7, "013", "DE-BY", "de", True,
    )  # fmt: skip
    form = open_settings(town)
    assert shown(form, ids.SEND_HOUR)["initial_option"]["value"] == "7"
    assert [option["value"] for option in shown(form, ids.WEEKDAYS)["initial_options"]] == ["0", "1", "3"]
    assert shown(form, ids.HOLIDAYS_REGION)["initial_value"] == "DE-BY"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Germany", "DE"), ("Deutschland", "DE"), ("espagne", "ES"), ("gb-eng", "GB-ENG"), ("none", ""), ("", None)],
)
def test_regions_as_people_write_them(town: BotInWorkspace, typed: str, kept: str | None) -> None:
    """A region is read by name in four languages or by code; “none” means no holidays, an empty field the default."""
    save(town, holidays_region=typed)
    assert person(town).holidays_region == kept
    field = shown(open_settings(town), ids.HOLIDAYS_REGION)
    assert field.get("initial_value", "") == ("none" if kept == "" else kept or "")


def test_a_region_that_is_not_known(town: BotInWorkspace) -> None:
    """An unknown region gives an error at the field, and nothing else of the form is stored."""
    form = open_settings(town)
    wrong = town.submit("U0EVA", form, send_hour="7", holidays_region="Atlantis")
    assert set(wrong.errors) == {ids.HOLIDAYS_REGION}
    assert "not a region" in wrong.errors[ids.HOLIDAYS_REGION]
    assert person(town).send_hour is None
    assert town.submit("U0EVA", form, holidays_region="DE").errors == {}
    assert person(town).send_hour == 7


def test_other_days_move_the_next_morning(town: BotInWorkspace) -> None:
    """New hour and week count from the next brief: on Tuesday at nine before, on Wednesday at seven after."""
    before = person(town).next_brief_at
    assert before is not None
    assert "Wednesday 25 November 2026" in save(town, send_hour="7", weekdays=["2", "3"])
    after = person(town).next_brief_at
    assert after is not None
    assert datetime(2026, 11, 25, 6, tzinfo=UTC) <= after < datetime(2026, 11, 25, 6, 30, tzinfo=UTC)


def test_the_brief_comes_at_ones_own_hour(town: BotInWorkspace) -> None:
    """Each person's brief comes at their own hour: seven for one, nine for another."""
    town.receipt("U0EVA", "send the pricing sheet by tomorrow")
    town.receipt("U0ANA", "call Marcus by tomorrow")
    save(town, send_hour="7")
    town.jump(2026, 11, 24, 6, 40)
    assert "Good morning" in words(town.box.dm("U0EVA")[-1])
    assert town.box.dm("U0ANA") == []


# Names of days and months that English does not have, as Babel writes them for these languages.
_OTHER_LANGUAGES = re.compile(
    r"\b(?:(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|(?:Mo|Di|Mi|Do|Fr|Sa|So)\.|Dez\.|Dezember|Januar"
    r"|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|déc\.|décembre|janvier|novembre"
    r"|lunes|martes|miércoles|jueves|viernes|diciembre|enero|noviembre|dic)(?!\w)"
)


@pytest.mark.parametrize(
    ("language", "line"),
    [("de", "Preise schicken bis 4.12."), ("fr", "envoyer les prix pour le 4 décembre"),
     ("es", "enviar los precios el 4 de diciembre")],
)  # fmt: skip
def test_dates_are_in_the_language_of_the_words_around_them(town: BotInWorkspace, language: str, line: str) -> None:
    """A date typed in German, French or Spanish is read; each view, form and message writes its dates in English."""
    town.box.change_user("U0EVA", locale=f"{language}-{language.upper()}")
    shown = [save(town, date_language=language)]
    receipt = town.receipt("U0EVA", f"{line} for Acme")
    assert town.commitment(1).due_on == date(2026, 12, 4)
    town.press("U0EVA", town.commit("U0EVA", "mine").messages[-1], ids.DONE)
    town.press("U0EVA", town.item("U0EVA"), ids.REOPEN)
    town.receipt("U0ANA", "@eva call Marcus by tomorrow")
    for action_id in (ids.MOVE, ids.SNOOZE, ids.WHY):
        opened = town.press("U0EVA", town.item("U0EVA"), action_id).view
        shown.append(words_of(opened))
        if action_id == ids.MOVE:
            assert opened is not None
            town.submit("U0EVA", opened, due="2026-12-07", reason="Lieferant / fournisseur")
    lists = ("1", "mine", "overdue", "this week", "account Acme", "accounts", "away 3 Dec to 9 Dec @ben", "back")
    shown += [read(town.commit("U0EVA", command).messages[-1]) for command in lists]
    town.box.open_home("U0EVA")
    town.jump(2026, 11, 24, 9, 0)
    shown += [words_of(town.box.home("U0EVA")), *(words(each) for each in town.box.dm("U0EVA"))]
    assert "Friday 4 December 2026" in read(receipt)
    assert "Mon 7 Dec 2026" in " ".join(shown)
    own = re.escape(line)
    found = [_OTHER_LANGUAGES.search(re.sub(own, "", text)) for text in shown]
    assert [each and each.string for each in found if each] == []


def test_figures_with_two_orders_are_asked_about(town: BotInWorkspace) -> None:
    """Two colleagues with British and American English in Slack: both are asked, with both days by their names."""
    for user in ("U0EVA", "U0BEN"):
        shown = words_of(town.commit(user, "send the prices by 12/5").view)
        assert "Wednesday 12 May 2027" in shown
        assert "Saturday 5 December 2026" in shown
    assert town.rows()["commitment"] == 0
    assert "Sunday 13 December 2026" in words(town.receipt("U0BEN", "send the offer by 12/13"))
    assert "Saturday 5 December 2026" in words(town.receipt("U0BEN", "send the prices by Sat 12/5"))


ORDERS = [("en-GB", "2027-05-12", "Thursday 3 December 2026"), ("en-US", "2026-12-05", "Friday 12 March 2027")]


@pytest.mark.parametrize(("order", "day", "later"), ORDERS)
def test_the_order_of_figures_is_chosen_once(town: BotInWorkspace, order: str, day: str, later: str) -> None:
    """The form's “always read mine so” holds for every later line, and the settings show it."""
    form = town.commit("U0EVA", "send the prices by 12/5").view
    assert form is not None
    assert town.submit("U0EVA", form, which_day=f"{order}:{day}", always=["yes"]).errors == {}
    assert town.commitment(1).due_on == date.fromisoformat(day)
    assert later in words(town.receipt("U0EVA", "send the offer by 3/12"))
    assert person(town, "U0EVA").date_language == order


def test_a_day_chosen_without_always_is_asked_again(town: BotInWorkspace) -> None:
    """One answer is one answer; a third day can be chosen too; no day at all is asked for at the field."""
    form = town.commit("U0EVA", "send the prices by 12/5").view
    assert form is not None
    assert town.submit("U0EVA", form).errors == {"which_day": "Choose a date."}
    assert town.submit("U0EVA", form, due="2026-12-09").errors == {}
    assert town.commitment(1).due_on == date(2026, 12, 9)
    assert town.commit("U0EVA", "send the prices by 12/5").view is not None


def test_an_order_chosen_in_the_settings_is_followed(town: BotInWorkspace) -> None:
    """A person who has chosen an order is not asked."""
    save(town, "U0BEN", date_language="en-US")
    assert "Friday 4 December 2026" in words(town.receipt("U0BEN", "send the prices by 12/4"))
    save(town, "U0BEN", date_language="en-GB")
    assert "Monday 12 April 2027" in words(town.receipt("U0BEN", "send the offer by 12/4"))


def test_a_line_means_the_end_of_ones_own_week(town: BotInWorkspace) -> None:
    """On a Monday, "eow" is Thursday for a person who works from Sunday to Thursday, and Friday for all others."""
    save(town, "U0EVA", weekdays=["6", "0", "1", "2", "3"])
    for user in ("U0EVA", "U0ANA"):
        town.receipt(user, "send the prices by eow")
    assert [town.commitment(number).due_on for number in (1, 2)] == [date(2026, 11, 26), date(2026, 11, 27)]


# ---- the workspace's ------------------------------------------------------------------------------------


def test_admins_set_what_everybody_follows(town: BotInWorkspace) -> None:
    """Admins set hour, week, holidays, escalation, statuses and fiscal year for people without their own settings."""
    town.jump(2026, 11, 24, 12, 0)
    before = person(town).next_brief_at
    said = save(
        town, "U0ADA", workspace_hour="8", workspace_week=["6", "0", "1", "2", "3"], workspace_region="DE",
        honours_status=["yes"], fiscal_year_start="4",
    )  # fmt: skip
    assert "Saved for the whole workspace" in said
    assert "Briefs from 08:00 · Monday, Tuesday, Wednesday, Thursday and Sunday · holidays of DE" in said
    assert "2 working days at A accounts, 10 at others" in save(
        town, "U0ADA", escalate_a_after="2", escalate_after="10"
    )
    eva, house = person(town), person(town).workspace
    assert (house.send_hour, house.working_week, house.holidays_region) == (8, "01236", "DE")
    assert (house.escalate_a_after, house.escalate_after) == (2, 10)
    assert (house.honours_status, house.fiscal_year_start) == (True, 4)
    assert people.send_hour(eva) == 8
    assert eva.next_brief_at is not None
    assert before is not None
    assert eva.next_brief_at - before == timedelta(hours=-1)
    assert person(town, "U0ADA").working_week is None
    assert "08:00, as the workspace has it" in words_of(open_settings(town))
    assert "Sunday" in words_of(open_settings(town))


def test_a_single_day_is_not_plural(town: BotInWorkspace) -> None:
    """After one working day the present value reads “1 working day”."""
    save(town, "U0ADA", escalate_a_after="1")
    assert "is told after 1 working day at A accounts, 5 at others" in words_of(open_settings(town, "U0ADA"))


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"workspace_region": "Atlantis"}, ids.WORKSPACE_REGION),
        ({"escalate_a_after": "0"}, ids.ESCALATE_A_AFTER),
        ({"escalate_after": "61"}, ids.ESCALATE_AFTER),
        ({"digest_before": "1"}, ids.DIGEST_BEFORE),
        ({"workspace_week": []}, ids.WORKSPACE_WEEK),
        ({"emoji": "two words"}, ids.EMOJI),
    ],
)
def test_an_admins_errors_stand_at_their_fields(town: BotInWorkspace, fields: dict[str, Any], where: str) -> None:
    """With an error of the admin's form nothing of the workspace is stored."""
    part, version = part_of(fields), person(town).workspace.version
    assert part is not None
    wrong = town.submit("U0ADA", open_part(town, "U0ADA", part), **fields)
    assert set(wrong.errors) == {where}
    assert person(town).workspace.version == version


@pytest.mark.parametrize(
    ("block", "value"),
    [(ids.WORKSPACE_HOUR, "3"), (ids.SEND_HOUR, "23"), (ids.FISCAL_YEAR_START, "13"), (ids.DATE_LANGUAGE, "xx"),
     (ids.SEND_HOUR, "noon"), (ids.WORKSPACE_WEEK, "9"), (ids.REQUIRED_ROLES["A"], "boss"),
     (ids.REVIEW_MONTHS["B"], "25"), (ids.REVIEW_MONTHS["B"], "often")],
)  # fmt: skip
def test_what_no_form_offers_is_refused(town: BotInWorkspace, block: str, value: str) -> None:
    """Values that the form never offered give errors at their fields, too."""
    part = part_of([block])
    form = open_part(town, "U0ADA", part) if part else open_settings(town, "U0ADA")
    with town.post.caught() as caught:
        town.submit("U0ADA", form)
    given = caught[0].payload["view"]["state"]["values"][block][block]
    if "selected_options" in given:
        given["selected_options"] = [{"value": value, "text": {"type": "plain_text", "text": value}}]
    else:
        given["selected_option"] = {"value": value, "text": {"type": "plain_text", "text": value}}
    ack = town.again(caught[0])
    assert isinstance(ack.body, dict)
    assert set(ack.body["errors"]) == {block}
    assert person(town).workspace.send_hour == 9


def test_admins_say_what_each_category_needs(town: BotInWorkspace) -> None:
    """The form offers the roles and the reviews of each category; what is saved is shown again, with who changed it."""
    form = open_part(town, "U0ADA", Part.CATEGORIES)
    chosen = [option["value"] for option in shown(form, "roles_a")["initial_options"]]
    assert chosen == ["decision_maker", "economic_buyer", "champion"]
    months = [shown(form, f"review_months_{one}")["initial_option"]["value"] for one in "abcd"]
    assert months == ["3", "6", "12", "none"]
    assert "Last changes" not in words_of(form)
    save(town, "U0ADA", roles_a=[], roles_b=["user", "champion"], review_months_b="none", review_months_d="12")
    house = person(town).workspace
    assert (house.roles_a, house.roles_b) == (None, ("champion", "user"))
    assert (house.review_months_a, house.review_months_b, house.review_months_d) == (3, None, 12)
    said = words_of(open_settings(town, "U0ADA"))
    assert "Last changes" in said
    assert "Ada Moreau: the roles of A accounts: nothing; the roles of B accounts: champion, user" in said
    assert "the reviews of B accounts: no reviews; the reviews of D accounts: every year" in said
    assert "Last changes" not in words_of(open_settings(town))


def test_reviews_come_in_any_rhythm(town: BotInWorkspace) -> None:
    """The menu has every number of months up to two years, *on an event* and none, and shows again what was chosen."""
    menu = shown(open_part(town, "U0ADA", Part.CATEGORIES), "review_months_a")
    assert [option["value"] for option in menu["options"]] == ["none", *map(str, range(25))]
    save(town, "U0ADA", review_months_a="5", review_months_b="24", review_months_c="0")
    house = person(town).workspace
    assert (house.review_months_a, house.review_months_b, house.review_months_c) == (5, 24, 0)
    form = open_part(town, "U0ADA", Part.CATEGORIES)
    chosen = [shown(form, f"review_months_{one}")["initial_option"]["text"]["text"] for one in "abcd"]
    assert chosen == ["Every 5 months", "Every two years", "On an event", "No reviews"]
    assert "Reviews: A every 5 months, B every two years, C on an event, D no reviews" in words_of(
        open_settings(town, "U0ADA")
    )


def second_admin(town: BotInWorkspace, part: Part) -> View:
    """Ben is an admin too; the form of that part that he has open."""
    town.box.change_user("U0BEN", is_admin=True)
    return open_part(town, "U0BEN", part)


@pytest.mark.both_databases
def test_two_admins_change_different_settings(town: BotInWorkspace) -> None:
    """Two admins with the form open at once: each keeps what the other has chosen, and both are in the history."""
    form = second_admin(town, Part.CATEGORIES)
    save(town, "U0ADA", review_months_a="1")
    save(town, "U0ADA", workspace_hour="8")
    assert town.submit("U0BEN", form, review_months_b="4").errors == {}
    house = person(town).workspace
    assert (house.review_months_a, house.review_months_b, house.send_hour) == (1, 4, 8)
    assert "Ben Okafor: the reviews of B accounts: every 4 months" in words_of(open_settings(town, "U0ADA"))


def test_two_admins_change_the_same_setting(town: BotInWorkspace) -> None:
    """The second admin reads what the first chose, at the field, and nothing of the form is stored until they agree."""
    form = second_admin(town, Part.CATEGORIES)
    save(town, "U0ADA", review_months_a="1")
    wrong = town.submit("U0BEN", form, review_months_a="2", review_months_b="4")
    assert set(wrong.errors) == {"review_months_a"}
    assert (
        "Ada Moreau changed this meanwhile to every month; you have every 2 months" in wrong.errors["review_months_a"]
    )
    assert person(town).workspace.review_months_b == 6
    assert town.submit("U0BEN", form, review_months_a="1", review_months_b="4").errors == {}
    house = person(town).workspace
    assert (house.review_months_a, house.review_months_b) == (1, 4)


def test_ones_own_week_stays_the_workspaces(town: BotInWorkspace) -> None:
    """Saved as it was shown, a person's week follows the workspace's, also if an admin changed that meanwhile."""
    form = open_settings(town)
    save(town, "U0ADA", workspace_week=["0", "1", "2"])
    assert town.submit("U0EVA", form, send_hour="7").errors == {}
    assert person(town).working_week is None


def test_others_cannot_set_the_workspace(town: BotInWorkspace) -> None:
    """A forged form of the workspace, from a person who is no admin, changes nothing; a forged button opens none."""
    form = open_part(town, "U0ADA", Part.DAYS)
    with town.post.caught() as caught:
        town.submit("U0ADA", form, workspace_hour="8")
    caught[0].payload["user"]["id"] = "U0EVA"
    ack = town.again(caught[0])
    assert "Only admins" in str(ack.body)
    assert person(town).workspace.send_hour == 9
    assert ids.OPEN_WORKSPACE_SETTINGS not in str(open_settings(town).blocks)
    settings, value = open_settings(town, "U0ADA"), Ref(view=ViewName.SETTINGS, extra=Part.DAYS).encode()
    with town.post.caught() as caught:
        town.box.press("U0ADA", action_id=ids.OPEN_WORKSPACE_SETTINGS, value=value, view_id=settings.id)
    caught[0].payload["user"]["id"] = "U0EVA"
    town.again(caught[0])
    assert [view.title for view in town.box.modals("U0EVA")] == ["Settings"]


@pytest.mark.both_databases
def test_sent_twice_it_is_the_same(town: BotInWorkspace) -> None:
    """A form that is delivered twice at once has the same result as once."""
    form = open_part(town, "U0ADA", Part.DAYS)
    town.submit("U0ADA", form, workspace_hour="8")
    parcel = town.post.parcels[-1]
    assert all(ack.ok for ack in town.at_once(parcel, parcel))
    assert person(town).workspace.send_hour == 8


def test_another_workspace_is_not_touched(town: BotInWorkspace) -> None:
    """Neither settings nor absences of one workspace reach another in the same ledger."""
    with town.makegood.ledger.begin() as tx:
        other = workspaces.ensure(tx, team_id="T0OTHER", name="Other", now=MONDAY)
        people.sync(tx, other, [people.Profile("U0EVA", "Eva elsewhere")], now=MONDAY)
    save(town, "U0ADA", workspace_hour="8")
    save(town, "U0ADA", send_hour="7")
    town.commit("U0EVA", "away 12 Dec to 3 Jan @ben")
    with town.makegood.ledger.read() as tx:
        elsewhere = people.viewer(tx, "T0OTHER", "U0EVA")
        assert elsewhere is not None
        assert elsewhere.workspace.send_hour == 9
        assert absences.coming(tx, elsewhere, today=date(2026, 12, 13)) is None
        kept = tx.scalars(sa.select(Absence)).one()
        assert absences.get(tx, elsewhere, absences.reference(kept)) is None
        assert kept.workspace_id == person(town).workspace_id


# ---- where it is found ------------------------------------------------------------------------------------


def test_home_leads_to_settings_and_absence(town: BotInWorkspace) -> None:
    """Home has buttons for settings and absence, and the settings lead to the absence as well."""
    town.box.open_home("U0EVA")
    home = town.box.home("U0EVA")
    assert home is not None
    town.box.press("U0EVA", action_id=ids.OPEN_SETTINGS, view_id=home.id)
    form = town.box.modals("U0EVA")[-1]
    assert form.title == "Settings"
    town.box.press("U0EVA", action_id=ids.OPEN_AWAY, view_id=form.id)
    pushed = town.box.modals("U0EVA")[-1]
    assert pushed.title == "Away"
    assert town.submit("U0EVA", pushed, first_day="2026-12-12", last_day="2027-01-03").errors == {}
    assert "You are away from" in words_of(town.box.modals("U0EVA")[-1])


@pytest.mark.parametrize("word", WORDS)
def test_help_names_every_word(town: BotInWorkspace, word: str) -> None:
    """Help names every word, and a mistyped word is answered with the nearest one."""
    assert f"`/commit {word}" in words(town.commit("U0EVA", "help").messages[-1])
    slip = word[:-1] if len(word) > 5 and word[:-1] not in WORDS else word[0] + word
    answer = town.commit("U0EVA", slip)
    assert answer.messages, (slip, answer)
    assert f"Did you mean `/commit {word}" in words(answer.messages[-1])
