"""Reviews in briefs: the one of tomorrow to who takes part, and one that has not begun to lead and coach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from handlers.slack import templates
from store import accounts, reviews
from store.plan import basis
from store.tables import Side
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.digests import booked as digests_booked
from tests.journeys.plan_sections import values
from tests.journeys.reviews import Session, promises, review

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Message

# Monday 14 December 2026, 10:00 in Berlin.
BOOKED = "Acme on 14 Dec 2026 10:00 with @eva @ana"


def booked(town: BotInWorkspace, line: str = BOOKED) -> None:
    """Acme, which Eva leads and Ada coaches, with a review that Eva and Ana take part in."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.create(tx, eva, "Acme", now=now)
        basis.edit(tx, eva, acme.id, {"coach": "U0ADA"}, version=acme.version, origin_key="coach", now=now)
    review(town, line)


def brief(town: BotInWorkspace, user: str) -> Message | None:
    """The newest brief of this person that names the review."""
    town.settled()
    told = [one for one in town.box.dm(user) if "*Reviews*" in words(one)]
    return told[-1] if told else None


def test_who_takes_part_reads_of_it_on_the_working_day_before(town: BotInWorkspace) -> None:
    """On Friday morning Eva and Ana read of Monday's review; Ben, who takes no part, does not; nobody twice."""
    booked(town)
    town.jump(2026, 12, 10, 9, 0)
    assert brief(town, "U0ANA") is None
    town.jump(2026, 12, 11, 9, 0)
    for user in ("U0EVA", "U0ANA"):
        shown = brief(town, user)
        assert shown is not None
        assert "Review of Acme*  ·  Mon 14 Dec 2026, 10:00. Bring what you want to ask of them." in words(shown)
    assert brief(town, "U0BEN") is None


def test_a_review_on_a_day_off(town: BotInWorkspace) -> None:
    """A review on a Sunday, when colleagues elsewhere work: Ana reads of it on Friday, the last morning before it."""
    booked(town, "Acme on 13 Dec 2026 10:00 with @eva @ana")
    town.jump(2026, 12, 10, 9, 0)
    assert brief(town, "U0ANA") is None
    town.jump(2026, 12, 11, 9, 0)
    shown = brief(town, "U0ANA")
    assert shown is not None
    assert "Sun 13 Dec 2026, 10:00. Bring what you want to ask of them." in words(shown)


def opened(town: BotInWorkspace, user: str) -> str:
    """The modal behind *Open* in this person's brief about the review."""
    told = brief(town, user)
    assert told is not None
    assert town.press(user, told, ids.REVIEW_OPEN).problem is None
    return words_of(town.box.modals(user)[-1])


@pytest.mark.both_databases
def test_the_brief_before_a_review_opens_its_digest(town: BotInWorkspace) -> None:
    """The line says what its reader owes; *Open* shows the whole digest as it stands then, without another message."""
    booked(town)
    promises(town, 7)
    promises(town, 1, Side.THEIRS)
    town.jump(2026, 12, 11, 9, 0)
    lines = {user: words(shown) for user in ("U0EVA", "U0ANA") if (shown := brief(town, user))}
    assert "Bring what you owe, 7 promises, 7 overdue (#1, #2, #3, #4, #5 and 2 more), and what" in lines["U0EVA"]
    assert "10:00. Bring what you want to ask of them." in lines["U0ANA"]
    before = len(town.outbox())
    town.commit("U0EVA", "done 1")
    for user in ("U0EVA", "U0ANA"):
        digest = opened(town, user)
        for part in ("Review of Acme on Mon 14 Dec 2026, 10:00", "Ours: 1 done", "*We owe them*  ·  6", "and 1 more",
                     "*They owe us*  ·  1", "their promise 1", "Please bring"):  # fmt: skip
            assert part in digest
    town.settled()
    assert len(town.outbox()) == before
    assert ids.PAGE_OLDER in str(town.box.modals("U0ANA")[-1].blocks)


def test_a_digest_without_a_channel_of_its_own(bare_town: BotInWorkspace) -> None:
    """Its channel was deleted: each participant opens the digest from their brief all the same."""
    digests_booked(bare_town)
    del bare_town.box.world.channels["C0ACME"]
    bare_town.jump(2026, 12, 7, 8, 0)
    bare_town.jump(2026, 12, 11, 9, 0)
    assert "*We owe them*  ·  7" in opened(bare_town, "U0ANA")


def test_the_digest_hides_what_its_reader_does_not_see(town: BotInWorkspace) -> None:
    """The account was restricted, and Ana, who had her brief by then, is out of its team: nothing of it is shown."""
    booked(town)
    promises(town, 1)
    town.jump(2026, 12, 11, 9, 0)
    told = brief(town, "U0ANA")
    assert told is not None
    with town.makegood.ledger.begin() as tx:
        acme = accounts.named(tx, town.person(tx, "U0EVA"), "Acme")
        assert acme is not None
        acme.restricted = True
    town.press("U0ANA", told, ids.REVIEW_OPEN)
    said = str(town.box.messages(town.box.world.im("U0ANA").id)[-1]) + str(town.box.modals("U0ANA"))
    assert "We owe" not in said
    assert "promise 1" not in said
    assert "*We owe them*  ·  1" in opened(town, "U0EVA")


def test_a_participant_who_has_left(town: BotInWorkspace) -> None:
    """Ana left before the day: she gets nothing, and the digest that Eva opens has what is there."""
    booked(town)
    promises(town, 1)
    with town.makegood.ledger.begin() as tx:
        town.person(tx, "U0ANA").is_active = False
    town.jump(2026, 12, 11, 9, 0)
    assert brief(town, "U0ANA") is None
    assert "*We owe them*  ·  1" in opened(town, "U0EVA")


def test_the_digest_of_a_review_that_was_moved_or_is_over(town: BotInWorkspace) -> None:
    """*Open* in the brief shows the new time of a review that was moved, the session of one that has begun, and for one
    that was not held the page of the account.
    """
    booked(town)
    promises(town, 1)
    town.jump(2026, 12, 11, 9, 0)
    review(town, "Acme on 18 Dec 2026 11:00")
    assert "Review of Acme on Fri 18 Dec 2026, 11:00" in opened(town, "U0ANA")
    session = Session(town)
    session.open()
    session.press(ids.REVIEW_START)
    assert "going on now" in opened(town, "U0ANA")
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        found = reviews.current(tx, eva, acme)
        assert found is not None
        reviews.call_off(tx, eva, found.id, "Dana is ill.", origin_key="off", now=now)
    assert "None is planned" in opened(town, "U0ANA")


def test_a_broken_template_is_no_trouble_to_a_reader(town: BotInWorkspace, tmp_path: Path) -> None:
    """The workspace's own words stand in the digest that is opened; where its file does not work, ours."""
    booked(town)
    promises(town, 1)
    town.jump(2026, 12, 11, 9, 0)
    templates.use(tmp_path)
    try:
        (tmp_path / "review_digest.j2").write_text("Good morning, team {{ account }}!")
        assert "Good morning, team Acme!" in opened(town, "U0EVA")
        (tmp_path / "review_digest.j2").write_text("{{ account")
        assert "*We owe them*  ·  1" in opened(town, "U0EVA")
    finally:
        templates.use(None)


def test_the_lead_is_asked_then_the_coach(town: BotInWorkspace) -> None:
    """A review that has not begun: the lead is asked on the next working day and weekly, the coach after two weeks."""
    booked(town)
    town.jump(2026, 12, 11, 9, 0)
    town.jump(2026, 12, 14, 9, 0)
    town.jump(2026, 12, 15, 9, 0)
    asked = brief(town, "U0EVA")
    assert asked is not None
    assert "Was it held?" in words(asked)
    assert "Not held …" in words(asked)
    town.jump(2026, 12, 16, 9, 0)
    same = brief(town, "U0EVA")
    assert same is not None
    assert same.ts == asked.ts
    town.jump(2026, 12, 22, 9, 0)
    again = brief(town, "U0EVA")
    assert again is not None
    assert again.ts != asked.ts
    assert brief(town, "U0ADA") is None
    for day in (23, 24, 28, 29):
        town.jump(2026, 12, day, 9, 0)
    coached = brief(town, "U0ADA")
    assert coached is not None
    assert "Was it held?" in words(coached)


def test_a_review_that_was_moved_is_asked_for_again(town: BotInWorkspace) -> None:
    """Asked about a review that has not begun, the lead moves it by a few days; if it does not begin then either, they
    are asked on the next working day again.
    """
    booked(town)
    town.jump(2026, 12, 11, 9, 0)
    town.jump(2026, 12, 15, 9, 0)
    asked = brief(town, "U0EVA")
    assert asked is not None
    saved = town.form("U0EVA", asked, ids.REVIEW_BOOK)
    assert town.submit("U0EVA", saved, day="2026-12-17", time="10:00").errors == {}
    town.jump(2026, 12, 16, 9, 0)
    town.jump(2026, 12, 18, 9, 0)
    again = brief(town, "U0EVA")
    assert again is not None
    assert again.ts != asked.ts
    assert "was to begin on Thu 17 Dec 2026, 1 day ago. Was it held?" in words(again)


def test_a_review_that_was_held_is_not_asked_for(town: BotInWorkspace) -> None:
    """The question that stands is settled when the review is noted as not held, and does not come again."""
    booked(town)
    town.jump(2026, 12, 11, 9, 0)
    town.jump(2026, 12, 15, 9, 0)
    asked = brief(town, "U0EVA")
    assert asked is not None
    town.press("U0EVA", asked, ids.REVIEW_CALL_OFF)
    Session(town).submit(reason="Dana is ill.")
    town.settled()
    stands = brief(town, "U0EVA")
    assert stands is not None
    assert stands.ts == asked.ts
    assert "not held" in words(stands)
    town.jump(2026, 12, 22, 9, 0)
    newest = brief(town, "U0EVA")
    assert newest is not None
    assert newest.ts == asked.ts


def away(town: BotInWorkspace, user: str, first: str, last: str) -> None:
    """This person notes an absence."""
    assert town.commit(user, f"away {first} to {last}").ok


def test_an_absence_on_the_day_of_a_review(town: BotInWorkspace) -> None:
    """Ada, the coach, notes an absence over the day of the review: Eva reads of it once, in her next brief, with
    *Another day …*. The review stays where Eva has booked it until she moves it; then the line says the new day.
    """
    booked(town)
    town.jump(2026, 11, 24, 8, 0)
    assert brief(town, "U0EVA") is None
    away(town, "U0ADA", "14 Dec", "18 Dec")
    town.jump(2026, 11, 25, 8, 0)
    told = brief(town, "U0EVA")
    assert told is not None
    assert "Away then: Ada Moreau (Mon 14 Dec 2026 – Fri 18 Dec 2026)" in words(told)
    assert "Mon 14 Dec 2026, 10:00" in words(review(town, "Acme"))
    town.jump(2026, 11, 26, 8, 0)
    same = brief(town, "U0EVA")
    assert same is not None
    assert same.ts == told.ts
    town.press("U0EVA", told, ids.REVIEW_BOOK)
    Session(town).submit(day="2026-12-21", time="10:00")
    town.settled()
    stands = brief(town, "U0EVA")
    assert stands is not None
    assert "Away then" not in words(stands)
    assert "Mon 21 Dec 2026, 10:00" in words(stands)
    assert brief(town, "U0ADA") is None


def test_an_absence_beside_the_day_of_a_review(town: BotInWorkspace) -> None:
    """An absence of a colleague who takes no part, or one that ends the day before, is no word to the lead."""
    booked(town)
    away(town, "U0BEN", "14 Dec", "18 Dec")
    away(town, "U0ANA", "7 Dec", "13 Dec")
    away(town, "U0ADA", "7 Dec", "13 Dec")
    town.jump(2026, 11, 25, 8, 0)
    assert brief(town, "U0EVA") is None


def test_an_absence_of_a_colleague_who_takes_part(town: BotInWorkspace) -> None:
    """Ana, who takes part, notes an absence over the day: Eva, the lead, reads of it once, and nobody else does."""
    booked(town)
    away(town, "U0ANA", "10 Dec", "14 Dec")
    for day in (25, 26, 27):
        town.jump(2026, 11, day, 8, 0)
    told = [one for one in town.box.dm("U0EVA") if "Away then: Ana Souza (Thu 10 Dec 2026 – " in words(one)]
    assert len(told) == 1
    assert values(told[0].blocks, ids.REVIEW_BOOK)
    assert brief(town, "U0ADA") is None
    assert brief(town, "U0ANA") is None


def test_an_unbooked_review_moves_off_absences(town: BotInWorkspace) -> None:
    """A review that is due and that nobody has booked has no fixed day: the form proposes one on which lead and coach
    are there, also after an absence was noted, and follows the category.
    """
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.create(tx, eva, "Acme", now=now, category="A")
        basis.edit(tx, eva, acme.id, {"coach": "U0ADA"}, version=acme.version, origin_key="coach", now=now)

    def proposed() -> str:
        form = town.form("U0EVA", review(town, "Acme"), ids.REVIEW_BOOK)
        (day,) = [block["element"]["initial_date"] for block in form.blocks if block.get("block_id") == ids.DAY]
        town.box.close("U0EVA", form.id)
        return str(day)

    first = proposed()
    assert first == "2026-12-17"
    away(town, "U0ADA", "17 Dec", "18 Dec")
    assert proposed() == "2026-12-21"
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        basis.edit(tx, eva, acme.id, {"category": "C"}, version=acme.version + 1, origin_key="category",
                   now=town.box.clock.now())  # fmt: skip
    assert proposed() == "2026-12-21"
