"""Reviews in briefs: the one of tomorrow to who takes part, and one that has not begun to lead and coach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from store import accounts
from store.plan import basis
from tests.journeys.conftest import BotInWorkspace, words
from tests.journeys.plan_sections import values
from tests.journeys.reviews import Session, review

if TYPE_CHECKING:
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
        assert "Review of Acme*  ·  Mon 14 Dec 2026, 10:00. Bring what you owe" in words(shown)
    assert brief(town, "U0BEN") is None


def test_a_review_on_a_day_off(town: BotInWorkspace) -> None:
    """A review on a Sunday, when colleagues elsewhere work: Ana reads of it on Friday, the last morning before it."""
    booked(town, "Acme on 13 Dec 2026 10:00 with @eva @ana")
    town.jump(2026, 12, 10, 9, 0)
    assert brief(town, "U0ANA") is None
    town.jump(2026, 12, 11, 9, 0)
    shown = brief(town, "U0ANA")
    assert shown is not None
    assert "Sun 13 Dec 2026, 10:00. Bring what you owe" in words(shown)


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
