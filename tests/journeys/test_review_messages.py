"""Messages about a review: the digest before it, the prompt when it begins, the minutes; and where they may stand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from store import accounts, commitments, offerings, reviews
from store.plan import figures, objectives, opportunities, white_space
from store.plan import people as people_of_plan
from store.plan import section as plan
from store.tables import OutboxKind, OutboxState
from tests.journeys.conftest import words, words_of
from tests.journeys.digests import DIGEST, booked, hold, in_thread, posted, to_lead
from tests.journeys.forms import save
from tests.journeys.reviews import Session, review

if TYPE_CHECKING:
    from store.plan.section import Section
    from tests.journeys.conftest import BotInWorkspace

PROMPT = (2026, 12, 14, 9, 0)


def briefs_of(town: BotInWorkspace, user: str) -> list[str]:
    town.settled()
    return [words(one) for one in town.box.messages(town.box.world.im(user).id)]


def test_the_digest_comes_five_working_days_before(town: BotInWorkspace) -> None:
    """Not a minute earlier, once, with the open promises of both sides; it stays true when one is done."""
    booked(town)
    town.jump(2026, 12, 7, 7, 59)
    assert posted(town) == []
    town.jump(*DIGEST)
    town.jump(2026, 12, 7, 9, 0)
    (digest,) = posted(town)
    said = words(digest)
    for part in ("Review of Acme on Mon 14 Dec 2026, 10:00", "We owe them*  ·  7", "They owe us*  ·  1", "and 2 more",
                 "promise 1", "Ours: 0 done · 7 new", "Eva Lindqvist: 7 promises, 7 overdue",
                 "Ana Souza: what you want to ask of them"):  # fmt: skip
        assert part in said
    (rest,) = in_thread(town, digest)
    assert "We owe them*  ·  the rest" in rest
    assert "promise 7" in rest
    town.commit("U0EVA", "done 1")
    (digest,) = posted(town)
    assert "Ours: 1 done" in words(digest)
    assert len(in_thread(town, digest)) == 1


def test_the_prompt_starts_the_session(town: BotInWorkspace) -> None:
    """At the time of the review the channel gets one prompt. Eva starts it in a modal; the message shows who decides
    what, and the minutes follow, with the next review.
    """
    booked(town)
    town.jump(*DIGEST)
    town.jump(*PROMPT)
    prompt = posted(town)[-1]
    assert "The review of Acme begins now" in words(prompt)
    assert len(posted(town)) == 2
    town.press("U0EVA", prompt, ids.REVIEW_START)
    session = Session(town)
    assert "0 of 8 items decided" in words_of(session.top)
    assert "is going on" in words(posted(town)[-1])
    session.press(ids.REVIEW_ITEMS)
    session.press(ids.REVIEW_SEVERAL)
    session.submit()
    assert "8 of 8 items decided" in words(posted(town)[-1])
    assert "Eva Lindqvist: #1 keep" in words(posted(town)[-1])
    session.press(ids.REVIEW_OPEN)
    session.press(ids.REVIEW_CLOSE)
    session.submit(day="2027-03-15", time="10:00")
    minutes = posted(town)[-1]
    assert "minutes of Monday 14 December 2026" in words(minutes)
    assert "Next review: Mon 15 Mar 2027, 10:00" in words(minutes)
    assert "is closed" in words(posted(town)[-2])


def test_the_next_digest_begins_with_the_last_decisions(town: BotInWorkspace) -> None:
    """A quarter later the digest says what was decided and what became of it."""
    booked(town)
    town.jump(*PROMPT)
    hold(town)
    town.jump(2026, 12, 16, 9, 0)
    town.commit("U0EVA", "done 1")
    town.jump(2027, 3, 8, 8, 0)
    digest = words(posted(town)[-1])
    assert "Decided on Monday 14 December 2026, and what became of it" in digest
    assert "carried over: #1 promise 1 – done" in digest
    assert "Since then" in digest
    assert "Ours: 1 done" in digest


def in_plan(town: BotInWorkspace, section: Section[Any], row: Any = None, **given: str) -> Any:
    """Add a row of Acme's plan, or edit it."""
    now = town.box.clock.now()
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme, key = accounts.named(tx, eva, "Acme"), f"{now}:{given}"
        assert acme is not None
        if row is None:
            return plan.add(tx, eva, section, acme, given, origin_key=key, now=now)
        return plan.edit(tx, eva, section, row.id, given, version=row.version, origin_key=key, now=now)


def test_the_digest_says_what_moved_in_the_plan(town: BotInWorkspace) -> None:
    """Objectives, opportunities and figures since the last review; and what is missing, by its owner. Ana, who owns the
    objective, is asked in her brief on the same day, and once.
    """
    booked(town)
    in_plan(town, objectives.SECTION, name="Seats in use", aim="grow", unit="number", owner="U0ANA")
    deal = in_plan(town, opportunities.SECTION, name="Plant in Porto", stage="lead", expected_on="2027-06-30")
    town.jump(*PROMPT)
    hold(town)
    town.jump(2026, 12, 16, 9, 0)
    in_plan(town, opportunities.SECTION, deal, stage="won", expected_on="2027-01-15")
    in_plan(town, figures.SECTION, name="Uptime", quarter="2026-Q4", value="99.9")
    town.jump(2027, 3, 8, 8, 0)
    digest = words(posted(town)[-1])
    for part in ("Moved in the plan", "opportunity “Plant in Porto”: Lead → Won", "new figure “Uptime”, Q4 2026",
                 "today’s figure of “Seats in use”"):  # fmt: skip
        assert part in digest
    assert "Neither side" not in digest
    town.jump(2027, 3, 8, 15, 0)
    town.jump(2027, 3, 9, 15, 0)
    asks = [one for one in briefs_of(town, "U0ANA") if "today’s figure of “Seats in use”" in one]
    assert len(asks) == 1
    assert "Review of Acme" in asks[0]


def test_the_digest_counts_what_happened_since_the_last_review(town: BotInWorkspace) -> None:
    """Done and of these on time, new, moved and how often, cancelled, by side; the balance; overdue ones first; signals
    that are new and that were mended; and what moved in the white space and in an objective.
    """
    booked(town)
    with town.makegood.ledger.begin() as tx:
        offering = offerings.create(tx, town.person(tx, "U0EVA"), "Monitoring", now=town.box.clock.now())
    cell = in_plan(town, white_space.SECTION, offering=str(offering.id), state="open")
    seats = in_plan(town, objectives.SECTION, name="Seats in use", aim="grow", unit="number", today="120",
                    today_on="2026-11-20")  # fmt: skip
    town.jump(2026, 12, 7, 9, 0)
    town.jump(*PROMPT)
    hold(town)
    acme = town.ask("U0EVA", accounts.named, "Acme")
    town.jump(2026, 12, 16, 9, 0)
    rows = [("U0EVA", action, "2027-01-29") for action in ("train them", "visit them", "write to them")]
    town.has_recorded("U0EVA", *rows, ("U0EVA", "call them", "2027-04-30"), account=acme)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        for number in (*range(1, 8), 9):
            commitments.finish(tx, eva, number, origin_key=f"done {number}", now=now)
        commitments.cancel(tx, eva, 10, "no longer wanted", version=1, origin_key="cancel", now=now)
        for version, day in ((1, date(2027, 2, 5)), (2, date(2027, 3, 5))):
            commitments.move(tx, eva, 11, day, "late", version=version, origin_key=f"move {day}", now=now)
    in_plan(town, people_of_plan.SECTION, name="Li Wei",
            roles="decision_maker,economic_buyer,champion,executive_sponsor")  # fmt: skip
    in_plan(town, white_space.SECTION, cell, offering=str(offering.id), state="has")
    in_plan(town, objectives.SECTION, seats, name="Seats in use", aim="grow", unit="number", today="150",
            today_on="2026-12-16")  # fmt: skip
    town.jump(2026, 12, 17, 8, 0)
    town.jump(2027, 3, 5, 8, 0)
    town.jump(2027, 3, 8, 8, 0)
    digest = words(posted(town)[-1])
    for part in ("Ours: 8 done (1 on time) · 4 new · 1 moved (2 times) · 1 cancelled",
                 "Theirs: 0 done · 0 new · 0 moved · 0 cancelled",
                 "We have delivered 8 and received 0", "*Red*: it hangs on one relationship",
                 "Mended: it hung on one relationship · roles were missing on the map",
                 "“Monitoring”: Open → They have it",
                 "objective “Seats in use”: 120 → 150"):  # fmt: skip
        assert part in digest
    assert digest.index("write to them") < digest.index("call them")


@pytest.mark.parametrize("refused", [False, True])
def test_a_chart_takes_no_digest_with_it(bare_town: BotInWorkspace, refused: bool) -> None:
    """The digest draws the promises kept on time by quarter, with the figures in the text. Where Slack answers
    invalid_blocks to a chart, the digest goes without it, in the same delivery.
    """
    town = bare_town
    booked(town)
    acme, then = town.ask("U0EVA", accounts.named, "Acme"), town.box.clock.now() - timedelta(days=70)
    town.has_recorded("U0EVA", ("U0EVA", "send the offer", "2026-09-21"), account=acme, at=then)
    with town.makegood.ledger.begin() as tx:
        done = then + timedelta(days=3)
        commitments.finish(tx, town.person(tx, "U0EVA"), 9, origin_key="done", now=done)
    if refused:
        town.box.world.unknown_blocks = frozenset({"data_visualization"})
    town.jump(*DIGEST)
    (digest,) = posted(town)
    assert "Promises kept on time, by quarter" in words(digest)
    assert "We: Jul–Sep 26 100 %, Oct–Dec 26 0 %" in words(digest)
    assert [block["type"] for block in digest.blocks].count("data_visualization") == (0 if refused else 1)
    (row,) = town.outbox(OutboxKind.REVIEW_DIGEST)[:1]
    assert (row.state, row.attempts) == (OutboxState.SENT, 1)


def test_after_three_days_down(town: BotInWorkspace) -> None:
    """The program was down over the digest's day: it comes once when the program is back. After the review has begun it
    does not come any more.
    """
    booked(town)
    town.jump(2026, 12, 10, 9, 0)
    assert len(posted(town)) == 1


def test_admins_choose_how_early_the_digest_comes(town: BotInWorkspace) -> None:
    """Eight working days before instead of five, also for a review that is booked already; with three it waits again.
    A digest that has come stays the only one.
    """
    booked(town)
    save(town, "U0ADA", digest_before="8")
    town.jump(2026, 12, 2, 7, 59)
    assert posted(town) == []
    save(town, "U0ADA", digest_before="3")
    town.jump(2026, 12, 8, 9, 0)
    assert posted(town) == []
    save(town, "U0ADA", digest_before="8")
    town.makegood.tick()
    assert len(posted(town)) == 1
    save(town, "U0ADA", digest_before="2")
    town.jump(2026, 12, 10, 9, 0)
    assert len(posted(town)) == 1


def test_a_day_off_moves_the_digest(town: BotInWorkspace) -> None:
    """Without Mondays the fifth working day before is a Friday; changed after the booking, too."""
    booked(town)
    save(town, "U0ADA", workspace_week=["1", "2", "3", "4"])
    town.jump(2026, 12, 4, 7, 59)
    assert posted(town) == []
    town.jump(2026, 12, 4, 8, 0)
    assert len(posted(town)) == 1


def test_a_digest_waits_for_a_working_day(town: BotInWorkspace) -> None:
    """A program that comes back on a Saturday posts the digest on Monday."""
    booked(town)
    review(town, "Acme on 15 Dec 2026 10:00")
    town.jump(2026, 12, 12, 9, 0)
    assert posted(town) == []
    town.jump(2026, 12, 14, 8, 0)
    assert len(posted(town)) == 1


def test_it_is_over_when_the_program_comes_back(town: BotInWorkspace) -> None:
    """Neither digest nor prompt come days after the review."""
    booked(town)
    town.jump(2026, 12, 17, 9, 0)
    assert posted(town) == []


def test_a_moved_review_has_one_digest(town: BotInWorkspace) -> None:
    """The digest that stands shows the new time; the prompt follows the review."""
    booked(town)
    town.jump(*DIGEST)
    review(town, "Acme on 16 Dec 2026 14:00")
    (digest,) = posted(town)
    assert "Wed 16 Dec 2026, 14:00" in words(digest)
    town.jump(*PROMPT)
    assert len(posted(town)) == 1
    town.jump(2026, 12, 16, 13, 0)
    assert "begins now" in words(posted(town)[-1])


def test_a_review_that_has_not_begun_is_moved(town: BotInWorkspace) -> None:
    """The prompt that stands says to when, and asks for nothing; at the new time there is another one."""
    booked(town)
    town.jump(*DIGEST)
    town.jump(*PROMPT)
    review(town, "Acme on 16 Dec 2026 14:00")
    moved = posted(town)[-1]
    assert "was moved: Wed 16 Dec 2026, 14:00" in words(moved)
    assert "actions" not in [block["type"] for block in moved.blocks]
    town.jump(2026, 12, 16, 13, 0)
    _, before, now = posted(town)
    assert "begins now" in words(now)
    town.press("U0EVA", now, ids.REVIEW_START)
    assert "is going on" in words(posted(town)[-1])
    assert before.ts == moved.ts


@pytest.mark.parametrize("fault", ["another company", "the bot is not in it", "archived"])
def test_a_channel_that_cannot_have_it(bare_town: BotInWorkspace, fault: str) -> None:
    """Where another company reads, or the bot cannot post, nothing stands; the lead is told once how to mend it."""
    booked(bare_town)
    channel = bare_town.box.world.channels["C0ACME"]
    if fault == "another company":
        channel.is_ext_shared = True
    elif fault == "archived":
        channel.is_archived = True
    else:
        del bare_town.box.world.channels["C0ACME"]
    bare_town.jump(*DIGEST)
    bare_town.jump(*PROMPT)
    told = [one for one in to_lead(bare_town) if "can't post about the reviews of Acme" in one]
    assert len(told) == 1
    if fault != "the bot is not in it":
        assert posted(bare_town) == []


def test_an_account_without_a_channel(town: BotInWorkspace) -> None:
    """Digest and prompt go to the lead."""
    booked(town, None)
    town.jump(*DIGEST)
    town.jump(*PROMPT)
    told = [one for one in to_lead(town) if "eview of Acme" in one]
    assert len([one for one in told if "Until now" in one]) == 1
    assert len([one for one in told if "begins now" in one]) == 1


def test_the_hours_of_a_lead_elsewhere(town: BotInWorkspace) -> None:
    """Without a channel the digest of a review in Berlin waits for the morning of its lead in New York."""
    booked(town, None)
    with town.makegood.ledger.begin() as tx:
        acme = accounts.named(tx, town.person(tx, "U0EVA"), "Acme")
        assert acme is not None
        acme.owner_id = town.person(tx, "U0BEN").id
    town.jump(*DIGEST)
    assert not [one for one in briefs_of(town, "U0BEN") if "Until now" in one]
    town.jump(2026, 12, 7, 15, 0)
    assert len([one for one in briefs_of(town, "U0BEN") if "Until now" in one]) == 1


def test_a_standstill_until_the_night(town: BotInWorkspace) -> None:
    """The digest was written in the morning, and Slack is reachable again in the night: its lead reads it at work."""
    booked(town, None)
    town.move(*DIGEST)
    town.makegood.tick()
    town.move(2026, 12, 7, 22, 0)
    assert not [one for one in to_lead(town) if "Until now" in one]
    town.jump(2026, 12, 8, 9, 0)
    assert len([one for one in to_lead(town) if "Until now" in one]) == 1


def test_planned_twice_written_once(town: BotInWorkspace) -> None:
    """Four planners at work on the same morning write one digest."""
    booked(town)
    town.move(*DIGEST)
    for _ in range(4):
        town.makegood.tick()
    assert len(town.outbox(OutboxKind.REVIEW_DIGEST)) == 1


def test_a_review_that_was_called_off_is_silent(town: BotInWorkspace) -> None:
    """No digest and no prompt come."""
    booked(town)
    session = Session(town)
    session.open()
    session.press(ids.REVIEW_CALL_OFF)
    session.submit(reason="Dana is ill.")
    town.jump(*DIGEST)
    town.jump(*PROMPT)
    assert posted(town) == []


def test_redaction_reaches_digest_and_minutes(town: BotInWorkspace) -> None:
    """Words that are redacted leave the digest that stands, and the minutes."""
    booked(town)
    town.jump(*DIGEST)
    town.jump(*PROMPT)
    hold(town)
    assert any("promise 2" in words(one) for one in posted(town))
    form = town.form("U0EVA", town.item("U0EVA", 2), ids.REDACT)
    town.submit("U0EVA", form, action="a redacted promise")
    assert not any("promise 2" in words(one).replace("a redacted promise", "") for one in posted(town))
    assert "a redacted promise" in words(posted(town)[-1])
    acme = town.ask("U0EVA", accounts.named, "Acme")
    held = town.ask("U0EVA", reviews.last_held, acme)
    assert "promise 2" not in str(town.ask("U0EVA", reviews.minutes_of, held)[0].content)
