"""Notices that follow another notice within an hour wait for the hour's end, and come in one message."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.rehearsal import rehearse
from handlers import ids
from sandbox import Message, Reply
from store import absences, commitments, notices
from store.outbox import claiming
from store.tables import OutboxKind
from tests.journeys.conftest import BotInWorkspace, read, words
from tests.journeys.reading import briefs, dms, headings, numbers
from tests.journeys.reading import told as explained
from tests.journeys.slack_faults import replica
from tests.journeys.working_lives import act, away

if TYPE_CHECKING:
    from collections.abc import Callable

LATER = "2027-03-01"


def give(town: BotInWorkspace, count: int, *, first: int = 1, due: str = LATER) -> None:
    """Eva gives Ana `count` commitments, one after another, and delivery runs after each."""
    for n in range(first, first + count):
        town.has_recorded("U0EVA", ("U0ANA", f"part {n}", due))
        town.settled()


def an_hour_later(town: BotInWorkspace) -> None:
    town.pass_by(hours=1)
    town.settled()


def told(town: BotInWorkspace, user: str = "U0ANA") -> list[list[int]]:
    """The commitments in each message to this person."""
    return [numbers(each.blocks) for each in dms(town, user)]


def buttons(message: Message) -> list[str]:
    return [each.get("action_id") for block in message.blocks for each in block.get("elements", ())]


# ---- when ----------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_the_first_comes_at_once_and_the_rest_together(bare_town: BotInWorkspace) -> None:
    """The first notice comes now; an hour later one message has the others in order, each with giver and buttons."""
    town = bare_town
    give(town, 5)
    assert told(town) == [[1]]
    town.pass_by(minutes=58)
    town.settled()
    assert told(town) == [[1]]
    town.pass_by(minutes=2)
    town.settled()
    assert told(town) == [[1], [2, 3, 4, 5]]
    bundle = dms(town, "U0ANA")[-1]
    assert headings(bundle) == ["New for you"]
    assert read(bundle).count("Eva Lindqvist committed you to this.") == 4
    assert (buttons(bundle).count(ids.ACCEPT), buttons(bundle).count(ids.HAND_BACK)) == (4, 4)
    assert bundle.text.startswith("News: #2 part 2")
    assert [row.state for row in town.outbox() if row.not_before] == []
    an_hour_later(town)
    assert len(told(town)) == 2


def test_one_that_waits_alone_comes_as_ever(town: BotInWorkspace) -> None:
    """A single notice that waited is sent as an ordinary message when the hour is over."""
    give(town, 2)
    an_hour_later(town)
    assert told(town) == [[1], [2]]
    assert "Eva Lindqvist committed you to this:" in read(dms(town, "U0ANA")[-1])
    assert town.outbox(OutboxKind.BUNDLE) == []


def test_after_a_bundle_the_hour_begins_anew(town: BotInWorkspace) -> None:
    """Notices after a bundle wait as well; after an hour without a message a notice comes at once again."""
    give(town, 3)
    an_hour_later(town)
    give(town, 2, first=4)
    assert told(town) == [[1], [2, 3]]
    an_hour_later(town)
    assert told(town) == [[1], [2, 3], [4, 5]]
    town.pass_by(hours=1, minutes=1)
    give(town, 1, first=6)
    assert told(town)[-1] == [6]


def test_what_is_due_today_waits_for_nothing(town: BotInWorkspace) -> None:
    """A notice of a commitment that is due today comes at once, before the notices that wait."""
    give(town, 2)
    give(town, 1, first=3, due="2026-11-23")
    assert told(town) == [[1], [3]]


def test_one_that_comes_when_the_hour_is_over_joins(town: BotInWorkspace) -> None:
    """Nothing was delivered for a while, and the newest notice is claimed first: it takes those that waited along."""
    give(town, 3)
    town.has_recorded("U0EVA", ("U0ANA", "part 4", LATER))
    an_hour_later(town)
    assert told(town) == [[1], [2, 3, 4]]


def test_others_hear_at_once(town: BotInWorkspace) -> None:
    """The hour after a notice holds back that person's notices only."""
    give(town, 2)
    town.has_recorded("U0EVA", ("U0ADA", "another", LATER))
    town.settled()
    assert told(town, "U0ADA") == [[3]]


def test_nothing_comes_after_work(town: BotInWorkspace) -> None:
    """If the hour ends after six in the evening, its notices come with the next brief."""
    town.move(2026, 11, 23, 16, 30)
    give(town, 4)
    assert told(town) == [[1]]
    town.jump(2026, 11, 23, 17, 45)
    assert told(town) == [[1]]
    town.jump(2026, 11, 24, 8, 45)
    assert told(town) == [[1], [2, 3, 4]]
    assert len(briefs(town, "U0ANA")) == 1


def test_a_bundle_that_slack_delays_comes_in_hours_only(bare_town: BotInWorkspace) -> None:
    """Slack refuses a bundle until the evening: the next brief shows all its notices, once."""
    town = bare_town
    town.move(2026, 11, 23, 15, 30)
    give(town, 4)

    def refuse(method: str, args: dict[str, Any], act: Callable[[], Reply]) -> Reply:
        return Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "300"})

    town.box.api.intercept = refuse
    an_hour_later(town)
    assert [row.state for row in town.outbox(OutboxKind.BUNDLE)] == ["pending"]
    town.box.api.intercept = None
    town.jump(2026, 11, 23, 17, 45)
    assert told(town) == [[1]]
    town.jump(2026, 11, 24, 8, 45)
    assert told(town) == [[1], [2, 3, 4]]
    assert len(briefs(town, "U0ANA")) == 1


def test_many_come_hour_by_hour_and_each_once(bare_town: BotInWorkspace) -> None:
    """120 notices come in bundles as large as Slack allows: all of them, in order, once."""
    town = bare_town
    town.has_recorded("U0EVA", *(("U0ANA", f"part {n}", LATER) for n in range(120)))
    for _ in range(8):
        town.makegood.tick()
        town.settled()
        town.pass_by(hours=1, minutes=1)
    assert len(told(town)) == 7
    assert "of which I tell you later" in read(dms(town, "U0ANA")[-1])
    # Bundles fit only some of them into a day; most come at the top of a morning's brief.
    for day in (24, 25, 26, 27):
        for hour in range(8, 18):
            town.jump(2026, 11, day, hour, 46)
    assert [number for each in told(town) for number in each] == list(range(1, 121))
    assert [row.state for row in town.outbox() if row.not_before] == []


# ---- what ----------------------------------------------------------------------------------------------------


def test_what_settled_itself_is_not_told(town: BotInWorkspace) -> None:
    """A bundle leaves out items that were done or handed on within the hour; if none is left, nothing is sent."""
    give(town, 5)
    act(town, "U0EVA", commitments.finish, 2)
    with town.makegood.ledger.read() as tx:
        ben = town.person(tx, "U0BEN")
    act(town, "U0EVA", commitments.hand_over, 3, ben, None, version=1)
    an_hour_later(town)
    assert told(town) == [[1], [4, 5]]
    why = {row.commitment_id: row.last_error for row in town.outbox(OutboxKind.ASSIGNED) if row.state == "skipped"}
    assert why[4] == why[5] == notices.BUNDLED
    assert why[2] not in {None, notices.BUNDLED}
    give(town, 2, first=6)
    for number in (6, 7):
        act(town, "U0EVA", commitments.finish, number)
    an_hour_later(town)
    assert len(told(town)) == 2


def test_all_kinds_come_in_it(town: BotInWorkspace) -> None:
    """A bundle shows a cancelled commitment, one handed back, and a person to stand in for."""
    town.has_recorded("U0ANA", ("U0EVA", "mine for Eva", LATER), ("U0EVA", "another", LATER))
    town.settled()
    give(town, 1, first=3)
    act(town, "U0EVA", commitments.hand_back, 1, "not mine")
    act(town, "U0ADA", commitments.cancel, 2, "they bought elsewhere", version=1)
    away(town, "U0EVA", date(2026, 12, 7), date(2026, 12, 11), "U0ANA")
    town.settled()
    an_hour_later(town)
    assert sorted(told(town)[-1]) == [1, 2]
    said = read(dms(town, "U0ANA")[-1])
    assert "Eva Lindqvist handed this back" in said
    assert "they bought elsewhere" in said
    assert "asks you to stand in" in said


def test_a_bundle_is_kept_true(town: BotInWorkspace) -> None:
    """A bundle strikes through done items and shows that an absence ended. No item vanishes; nothing is posted anew."""
    give(town, 4)
    away(town, "U0EVA", date(2026, 12, 7), date(2026, 12, 11), "U0ANA")
    an_hour_later(town)
    posted = len(dms(town, "U0ANA"))
    act(town, "U0ANA", commitments.finish, 3)
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        coming = absences.coming(tx, eva, today=date(2026, 11, 23))
        assert coming
        absences.end(tx, eva, now=town.box.clock.now(), name=absences.reference(coming))
    town.settled()
    bundle = dms(town, "U0ANA")[-1]
    assert len(dms(town, "U0ANA")) == posted
    assert bundle.edited
    assert sorted(numbers(bundle.blocks)) == [2, 3, 4]
    assert ":white_check_mark:" in str(bundle.blocks)
    assert "Eva Lindqvist will not be away after all" in read(bundle)


def test_its_buttons_work(town: BotInWorkspace) -> None:
    """*Accept* in a bundle accepts that item."""
    give(town, 3)
    an_hour_later(town)
    bundle = dms(town, "U0ANA")[-1]
    elements = [each for block in bundle.blocks for each in block.get("elements", ())]
    value = [each["value"] for each in elements if each.get("action_id") == ids.ACCEPT][-1]
    town.press("U0ANA", bundle, ids.ACCEPT, value)
    assert [town.commitment(n).accepted_at is not None for n in (2, 3)] == [False, True]


def test_redaction_reaches_it(town: BotInWorkspace) -> None:
    """A redaction removes the words from a bundle, also weeks later."""
    give(town, 3)
    an_hour_later(town)
    town.pass_by(days=20)
    assert "part 2" in read(dms(town, "U0ANA")[1])
    act(town, "U0EVA", commitments.redact, 2, None, version=1)
    town.settled()
    assert "part 2" not in words(dms(town, "U0ANA")[1])
    assert "part 3" in words(dms(town, "U0ANA")[1])


# ---- what is said about it -----------------------------------------------------------------------------------


def test_the_receipt_and_why_say_it(town: BotInWorkspace) -> None:
    """The receipt and *Why?* say that the owner hears later, with other news, and afterwards that they were told."""
    give(town, 1)
    said = read(town.receipt("U0EVA", "@ana send the sheet by 1 March 2027"))
    assert "Ana Souza – told later, together with other news" in said
    assert "told by direct message" in read(town.receipt("U0EVA", "@ana send it now by 23 November"))
    town.settled()
    (why,) = [line for line in explained(town, "U0EVA", 2) if line.startswith("Ana Souza")]
    assert why == (
        "Ana Souza (its owner) hears of it with other news, later: they had another message within the hour."
    )
    give(town, 1, first=4)
    an_hour_later(town)
    (why,) = [line for line in explained(town, "U0EVA", 2, on=date(2026, 11, 23)) if line.startswith("Ana Souza")]
    assert why == "Ana Souza (its owner) was told on Monday 23 November 2026 what a colleague did about it."


def test_a_rehearsal_says_it(town: BotInWorkspace) -> None:
    """A dry run shows the waiting notices, until when they wait, and the bundle's text; it stores nothing."""
    give(town, 3)
    town.has_recorded("U0EVA", ("U0ANA", "part 4", LATER))
    said = "\n".join(rehearse(town.makegood.ledger, town.box.clock.now()))
    assert re.search(r"Ana Souza: notice .* – waits until 2026-11-23 \d\d:\d\d UTC: its reader has had another", said)
    town.pass_by(hours=1)
    first, second = ("\n".join(rehearse(town.makegood.ledger, town.box.clock.now())) for _ in range(2))
    assert first == second
    assert "Ana Souza: several notices in one message\n    Here is what happened" in first
    assert all(f"part {n}" in first for n in (2, 3, 4))
    town.settled()
    assert told(town) == [[1], [2, 3, 4]]


# ---- never lost, never twice ---------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_two_couriers_make_one_bundle(bare_town: BotInWorkspace) -> None:
    """Two couriers work at the same moment: each of ten notices is told once, in two messages."""
    town = bare_town
    give(town, 10)
    town.pass_by(hours=1, seconds=1)
    with replica(town) as other, ThreadPoolExecutor(2) as threads:
        both = (town.makegood, other)
        sent = [threads.submit(each.courier.deliver_due, patience=timedelta(seconds=0.5)) for each in both]
        for work in sent:
            work.result()
    assert told(town) == [[1], list(range(2, 11))]


@pytest.mark.both_databases
@pytest.mark.parametrize("steps", [1, 2])
def test_a_worker_that_dies_loses_and_doubles_nothing(bare_town: BotInWorkspace, steps: int) -> None:
    """A worker dies with a claim on a bundle, or on the notice that would make it: another worker finishes it."""
    town = bare_town
    give(town, 4)
    town.pass_by(hours=1, seconds=1)
    if steps == 2:
        assert town.makegood.courier.deliver_one()
        assert [row.state for row in town.outbox(OutboxKind.BUNDLE)] == ["pending"]
        town.pass_by(seconds=1)
    with town.makegood.ledger.begin() as tx:
        claimed = claiming.claim(tx, town.box.clock.now())
    assert claimed
    assert claimed.kind == (OutboxKind.BUNDLE if steps == 2 else OutboxKind.ASSIGNED)
    town.pass_by(minutes=5)
    town.settled()
    an_hour_later(town)
    assert sorted(number for each in told(town) for number in each) == [1, 2, 3, 4]
    assert [row.state for row in town.outbox() if row.not_before] == []


@pytest.mark.both_databases
def test_a_lost_answer_doubles_nothing(bare_town: BotInWorkspace) -> None:
    """Slack posted a bundle and its answer was lost: the bundle is found, not posted again."""
    town = bare_town
    give(town, 4)
    lost: list[bool] = []

    def lose(method: str, args: dict[str, Any], act: Callable[[], Reply]) -> Reply:
        answer = act()
        if method == "chat.postMessage" and not lost:
            lost.append(True)
            return Reply({"ok": True}, broken=True)
        return answer

    town.box.api.intercept = lose
    an_hour_later(town)
    assert lost
    an_hour_later(town)
    assert told(town) == [[1], [2, 3, 4]]
    assert [row.state for row in town.outbox(OutboxKind.BUNDLE)] == ["sent"]


def test_a_bundle_that_slack_refuses_gives_back(bare_town: BotInWorkspace) -> None:
    """Slack refuses a bundle for good: each of its notices is sent alone."""
    town = bare_town
    give(town, 4)

    def refuse(method: str, args: dict[str, Any], act: Callable[[], Reply]) -> Reply:
        if method == "chat.postMessage" and "Here is what happened" in str(args["blocks"]):
            return Reply({"ok": False, "error": "invalid_blocks"})
        return act()

    town.box.api.intercept = refuse
    an_hour_later(town)
    assert [row.state for row in town.outbox(OutboxKind.BUNDLE)] == ["dead"]
    assert told(town) == [[1], [2], [3], [4]]


def test_the_brief_takes_what_waits(bare_town: BotInWorkspace) -> None:
    """If the morning comes before the hour is over, the brief shows the notices, and no bundle comes."""
    town = bare_town
    town.move(2026, 11, 24, 8, 0)
    with town.makegood.ledger.read() as tx:
        at = town.person(tx, "U0ANA").next_brief_at
    assert at
    town.box.clock.move_to(at - timedelta(minutes=1))
    give(town, 4)
    town.box.clock.move_to(at + timedelta(seconds=1))
    town.makegood.tick()
    town.settled()
    assert sorted(number for each in told(town) for number in each) == [1, 2, 3, 4]
    assert len(told(town)) <= 2
    assert town.outbox(OutboxKind.BUNDLE) == []
