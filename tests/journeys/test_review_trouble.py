"""A review whose account, people or channel change meanwhile; and days that are easy to get wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from store import accounts, commitments, reviews
from store.accounts import access
from store.plan import basis
from store.tables import OutboxKind, ReviewState, State, Verdict
from tests.journeys.accounts import merged
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.plan_sections import has_account
from tests.journeys.reviews import Session, begun, promises, review

if TYPE_CHECKING:
    from store.tables import Account, Review


def acme(town: BotInWorkspace) -> Account:
    found: Account = town.ask("U0EVA", accounts.named, "Acme")
    return found


def current(town: BotInWorkspace) -> Review:
    found: Review | None = town.ask("U0EVA", reviews.current, acme(town))
    assert found is not None
    return found


def closing(town: BotInWorkspace) -> Session:
    """Eva has the form that closes Acme's review open."""
    has_account(town)
    session = begun(town, "Acme on 12 Jan 2027 10:00 with @eva @ana")
    session.press(ids.REVIEW_CLOSE)
    return session


# ---- its account -----------------------------------------------------------------------------------------


def test_archived_while_the_form_is_open(town: BotInWorkspace) -> None:
    """The form says that the account is archived and what to do; nothing is closed by half. After it was restored the
    same form works.
    """
    session = closing(town)
    with town.makegood.ledger.begin() as tx:
        eva, found = town.person(tx, "U0EVA"), acme(town)
        accounts.archive(
            tx, eva, found.id, "no business", version=found.version, origin_key="a", now=town.box.clock.now()
        )
    refused = session.submit(day="2027-04-12", time="10:00")
    assert "Acme is archived. Restore it first." in str(refused.errors) + words_of(session.top)
    assert current(town).state == ReviewState.OPEN
    with town.makegood.ledger.begin() as tx:
        eva, found = town.person(tx, "U0EVA"), acme(town)
        accounts.restore(tx, eva, found.id, origin_key="r", now=town.box.clock.now())
    Session(town).submit(day="2027-04-12", time="10:00")
    assert town.ask("U0EVA", reviews.last_held, acme(town)) is not None


def test_restricted_while_the_form_is_open(town: BotInWorkspace) -> None:
    """Ben, who is not on the plan team, has the form open that books the review: his submission finds nothing of it."""
    has_account(town)
    with town.makegood.ledger.begin() as tx:
        found = accounts.get(tx, town.person(tx, "U0ADA"), acme(town).id)
        basis.edit(tx, town.person(tx, "U0ADA"), found.id, {"coach": "U0BEN"}, version=found.version,
                   origin_key="coach", now=town.box.clock.now())  # fmt: skip
    form = town.form("U0BEN", review(town, "Acme", "U0BEN"), ids.REVIEW_BOOK)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        found = acme(town)
        basis.edit(tx, eva, found.id, {"coach": ""}, version=found.version, origin_key="none", now=now)
        known = {one.id for one in access.joining(tx, found)}
        access.restrict(tx, eva, found.id, known=known, origin_key="restrict", now=now)
    before = town.rows()
    refused = town.submit("U0BEN", form, day="2027-01-12", time="10:00")
    assert "Acme" not in str(refused.errors)
    assert town.rows() == before


@pytest.mark.parametrize("change", ["done", "handed over", "at another account"])
def test_an_item_changes_while_its_form_is_open(town: BotInWorkspace, change: str) -> None:
    """Eva has the form open that ends a promise. It is finished, or gets another owner or account: the form says so,
    nothing is decided, and the item shows what it is now.
    """
    has_account(town)
    has_account(town, "Umbrella")
    promises(town, 1)
    session = begun(town, "Acme on 12 Jan 2027 10:00 with @eva @ana")
    session.press(ids.REVIEW_ITEMS)
    session.choose(1, Verdict.TERMINATE)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        if change == "done":
            commitments.finish(tx, eva, 1, origin_key="done", now=now)
        elif change == "at another account":
            one = commitments.get(tx, eva, 1)
            other = commitments.Draft(one.action, one.owner, one.due_on, accounts.named(tx, eva, "Umbrella"))
            commitments.edit(tx, eva, 1, other, version=1, origin_key="other", now=now)
        else:
            to = town.person(tx, "U0ANA")
            commitments.hand_over(tx, eva, 1, to, None, version=1, origin_key="given", now=now)
    refused = session.submit(reason="no longer wanted")
    assert "#1" in str(refused.errors) + words_of(session.top)
    assert [one.verdict for one in town.ask("U0EVA", reviews.items, current(town))] in ([], [None])
    assert town.commitment(1).state == (State.DONE if change == "done" else State.OPEN)


@pytest.mark.slow
def test_a_thousand_open_items(town: BotInWorkspace) -> None:
    """The session of an account with a thousand open promises opens, decides several, and says what is missing, within
    Slack's limits.
    """
    has_account(town)
    promises(town, 1000)
    session = begun(town, "Acme on 12 Jan 2027 10:00 with @eva")
    session.press(ids.REVIEW_CLOSE)
    assert "more have no verdict" in words_of(session.top)
    town.box.close("U0EVA", session.top.id)
    session.press(ids.REVIEW_ITEMS)
    session.press(ids.REVIEW_SEVERAL)
    assert session.submit().errors == {}
    decided = [one for one in town.ask("U0EVA", reviews.items, current(town)) if one.verdict is not None]
    assert 10 <= len(decided) < 1000
    assert f"{1000 - len(decided)} to decide" in words_of(session.top).replace(",", "")


# ---- its people ------------------------------------------------------------------------------------------


def test_the_lead_has_left(town: BotInWorkspace) -> None:
    """Without a channel digest and prompt go to the coach, who is asked for the review that has not begun."""
    has_account(town)
    with town.makegood.ledger.begin() as tx:
        eva, found = town.person(tx, "U0EVA"), acme(town)
        basis.edit(
            tx, eva, found.id, {"coach": "U0ADA"}, version=found.version, origin_key="c", now=town.box.clock.now()
        )
    review(town, "Acme on 14 Dec 2026 10:00")
    with town.makegood.ledger.begin() as tx:
        town.person(tx, "U0EVA").is_active = False
    town.jump(2026, 12, 7, 9, 0)
    town.jump(2026, 12, 14, 9, 30)
    town.jump(2026, 12, 15, 9, 0)
    told = [words(one) for one in town.box.dm("U0ADA")]
    assert any("We owe" in one or "Review of Acme on" in one for one in told)
    assert any("begins now" in one for one in told)
    assert any("Was it held?" in one for one in told)


def test_everybody_has_left(town: BotInWorkspace) -> None:
    """Lead, coach and the colleague who booked it have left: nothing is written, and nothing fails."""
    has_account(town)
    review(town, "Acme on 14 Dec 2026 10:00")
    with town.makegood.ledger.begin() as tx:
        town.person(tx, "U0EVA").is_active = False
    town.jump(2026, 12, 7, 9, 0)
    town.jump(2026, 12, 14, 9, 30)
    assert town.outbox(OutboxKind.REVIEW_DIGEST) == town.outbox(OutboxKind.REVIEW_PROMPT) == []


# ---- its channel -----------------------------------------------------------------------------------------


def test_a_renamed_channel(town: BotInWorkspace) -> None:
    """A channel that got another name is the same channel: the digest comes there."""
    with town.makegood.ledger.begin() as tx:
        accounts.create(tx, town.person(tx, "U0EVA"), "Acme", now=town.box.clock.now(), channel="C0ACME")
    promises(town, 1)
    review(town, "Acme on 14 Dec 2026 10:00")
    town.box.world.channels["C0ACME"].name = "acme-and-sons"
    town.jump(2026, 12, 7, 9, 0)
    bot = town.box.world.bot
    said = [words(one) for one in town.box.messages("C0ACME", viewer="U0EVA") if one.user == bot]
    assert any("Review of Acme on Mon 14 Dec 2026, 10:00" in one for one in said)


# ---- its day ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("29 Feb 2028 10:00", "Tue 29 Feb 2028, 10:00"),
        ("29 Feb 2027 10:00", "There is no 29 February 2027"),
        ("31 Dec 2026 17:00", "Thu 31 Dec 2026, 17:00"),
        # In Berlin the clock goes from two to three that night, and back from three to two in autumn.
        ("28 Mar 2027 02:30", "Sun 28 Mar 2027, 03:30"),
        ("31 Oct 2027 02:30", "Sun 31 Oct 2027, 02:30"),
        ("29 Mar 2027 10:00", "Mon 29 Mar 2027, 10:00"),
        ("1 Jan 2026", "already passed"),
        ("today 09:00", "already passed"),
    ],
)
def test_days(town: BotInWorkspace, typed: str, shown: str) -> None:
    """A leap day, a day that does not exist, the last day of a year, the nights of a clock change, and the past."""
    has_account(town)
    before = town.rows()["review"]
    assert shown in words(review(town, f"Acme on {typed}"))
    assert town.rows()["review"] - before == (", " in shown)


@pytest.mark.parametrize(("first_month", "day"), [(1, "2026-12-17"), (12, "2027-02-15"), (2, "2027-01-18")])
def test_a_fiscal_year(town: BotInWorkspace, first_month: int, day: str) -> None:
    """The proposed day leaves ten working days before the last day of the quarter of the workspace's fiscal year."""
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        eva.workspace.fiscal_year_start = first_month
        accounts.create(tx, eva, "Acme", now=town.box.clock.now(), category="A")
    form = town.form("U0EVA", review(town, "Acme"), ids.REVIEW_BOOK)
    assert [block["element"]["initial_date"] for block in form.blocks if block.get("block_id") == ids.DAY] == [day]


def test_booked_twice(town: BotInWorkspace) -> None:
    """The same line sent twice books one review; two colleagues with the form open book one, which is moved."""
    has_account(town)
    review(town, "Acme on 12 Jan 2027 10:00")
    town.again()
    town.settled()
    assert town.rows()["review"] == 1
    with town.makegood.ledger.begin() as tx:
        reviews.call_off(tx, town.person(tx, "U0EVA"), 1, "Dana is ill", origin_key="off", now=town.box.clock.now())
    forms = [town.form(user, review(town, "Acme", user), ids.REVIEW_BOOK) for user in ("U0EVA", "U0ADA")]
    for number, (user, form) in enumerate(zip(("U0EVA", "U0ADA"), forms, strict=True)):
        assert town.submit(user, form, day=f"2027-01-2{number}", time="10:00").errors == {}
    assert town.rows()["review"] == 2
    assert "Thu 21 Jan 2027, 10:00" in words(review(town, "Acme"))


def test_a_merge_ends_the_prompt(town: BotInWorkspace) -> None:
    """The review of an account that is merged into one with a review of its own is not held; its prompt says so."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        for name, channel in (("Acme", None), ("Acme Group", "C0ACME")):
            accounts.create(tx, eva, name, now=now, channel=channel)
    review(town, "Acme on 12 Jan 2027 10:00")
    review(town, "Acme Group on 24 Nov 2026 10:00")
    town.jump(2026, 11, 24, 9, 30)
    form = merged(town, "U0EVA", "Acme Group", "Acme")
    assert town.submit("U0EVA", form, into=str(acme(town).id)).errors == {}
    town.settled()
    there = [words(one) for one in town.box.messages("C0ACME", viewer="U0EVA") if not one.ephemeral_for]
    (prompt,) = [said for said in there if "The review of" in said]
    assert "was not held" in prompt
