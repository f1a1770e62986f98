"""A review whose account, people or channel change meanwhile; and days that are easy to get wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from handlers import ids
from sandbox.delivery import Parcel
from store import accounts, commitments, reviews
from store.accounts import access
from store.plan import basis
from store.tables import OutboxKind, ReviewState, State, Verdict
from tests.journeys.accounts import merged
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.digests import has_channel, kept_all, posted, stop_weekly, to_lead
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


def reviewed(town: BotInWorkspace, line: str = "Acme on 14 Dec 2026 10:00 with @ana") -> None:
    """Acme of the category A, which Eva leads and Ada coaches, with its channel and two promises; its review is booked.
    The weekly digest is stopped.
    """
    has_channel(town)
    stop_weekly(town)
    with town.makegood.ledger.begin() as tx:
        accounts.get(tx, town.person(tx, "U0EVA"), acme(town).id).coach_id = town.person(tx, "U0ADA").id
    promises(town, 2)
    review(town, line)


@pytest.mark.both_databases
def test_two_have_the_form_open_that_closes(town: BotInWorkspace) -> None:
    """Eva and Ana both have the form open. Eva's closes the review; Ana reads that it is closed; there is one next
    review, and the minutes are posted once.
    """
    reviewed(town)
    town.jump(2026, 12, 14, 9, 0)
    town.press("U0EVA", posted(town)[-1], ids.REVIEW_START)
    eva, ana = Session(town), Session(town, "U0ANA")
    eva.press(ids.REVIEW_ITEMS)
    eva.press(ids.REVIEW_SEVERAL)
    eva.submit()
    eva.press(ids.REVIEW_OPEN)
    ana.open()
    eva.press(ids.REVIEW_CLOSE)
    ana.press(ids.REVIEW_CLOSE)
    assert eva.submit(day="2027-03-15", time="10:00").errors == {}
    second = ana.submit(day="2027-03-22", time="10:00")
    assert "closed" in str(second.errors) + words_of(ana.top)
    assert "Mon 15 Mar 2027, 10:00" in words(review(town, "Acme"))
    assert len([one for one in posted(town) if "minutes of" in words(one)]) == 1
    assert town.rows()["review"] == 2


@pytest.mark.parametrize("form", ["of an item", "that closes"])
def test_merged_while_a_form_is_open(town: BotInWorkspace, form: str) -> None:
    """Acme is merged into another account while Eva has a form of its session open: the form says what has changed, and
    the session goes on at that account. Its items, which changed, need a new verdict; then it closes.
    """
    has_account(town, "Acme Group")
    reviewed(town)
    town.jump(2026, 12, 14, 9, 0)
    town.press("U0EVA", posted(town)[-1], ids.REVIEW_START)
    session = Session(town)
    session.press(ids.REVIEW_ITEMS)
    session.choose(1, Verdict.KEEP)
    if form == "of an item":
        session.choose(2, Verdict.TERMINATE)
    else:
        session.choose(2, Verdict.KEEP)
        session.press(ids.REVIEW_OPEN)
        session.press(ids.REVIEW_CLOSE)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        group = accounts.named(tx, eva, "Acme Group")
        assert group is not None
        found = acme(town)
        accounts.merge(tx, eva, found.id, group.id, version=found.version, origin_key="merge", now=now)
    fields = {"reason": "no longer wanted"} if form == "of an item" else {"day": "2027-03-15", "time": "10:00"}
    refused = str(session.submit(**fields).errors)
    assert ("#2 has changed meanwhile" if form == "of an item" else "Not yet: #1, #2 have no verdict") in refused
    assert town.commitment(2).state == State.OPEN
    there = words(review(town, "Acme Group"))
    assert "going on now" in there
    assert f"0 of 2 items decided · {1 if form == 'of an item' else 2} changed since" in there
    again = Session(town)
    town.press("U0EVA", review(town, "Acme Group"), ids.REVIEW_ITEMS)
    again.press(ids.REVIEW_SEVERAL)
    assert again.submit().errors == {}
    again.press(ids.REVIEW_OPEN)
    again.press(ids.REVIEW_CLOSE)
    assert again.submit(day="2027-03-15", time="10:00").errors == {}
    group = town.ask("U0EVA", accounts.named, "Acme Group")
    assert town.ask("U0EVA", reviews.last_held, group) is not None


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


def test_the_lead_is_away(town: BotInWorkspace) -> None:
    """Eva is away when the review was to begin and for two days after it: she is asked on her first day back, once."""
    reviewed(town)
    assert town.commit("U0EVA", "away 14 Dec to 16 Dec").ok
    for day in (11, 14, 15, 16):
        town.jump(2026, 12, day, 9, 0)
        assert not [one for one in to_lead(town) if "Was it held?" in one]
    for day in (17, 18):
        town.jump(2026, 12, day, 9, 0)
    assert len([one for one in to_lead(town) if "Was it held?" in one]) == 1


def test_the_coach_is_away(town: BotInWorkspace) -> None:
    """Ada, the coach, is away when two weeks have passed without the review: she hears of it on her first day back."""
    reviewed(town)
    assert town.commit("U0ADA", "away 29 Dec to 31 Dec").ok

    def asked() -> int:
        town.settled()
        return sum("Was it held?" in words(one) for one in town.box.dm("U0ADA"))

    for day in (28, 29, 30, 31):
        town.jump(2026, 12, day, 9, 0)
        assert asked() == 0
    for day in (1, 4):
        town.jump(2027, 1, day, 9, 0)
    assert asked() == 1


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


def told_lead(town: BotInWorkspace) -> list[str]:
    return [said for said in to_lead(town) if "can't post about the reviews of Acme" in said]


@pytest.mark.parametrize("fault", ["another company", "archived", "the bot is removed", "deleted"])
def test_its_channel_changes_after_the_digest(bare_town: BotInWorkspace, fault: str) -> None:
    """The digest stands when its channel is shared with another company, archived or deleted, or the bot is removed.
    The prompt is not posted; the lead is told once how to mend it. Where another company reads, nothing internal stands
    after the next change.
    """
    town = bare_town
    reviewed(town)
    town.box.invite_app("C0ACME")
    town.jump(2026, 12, 7, 8, 0)
    (digest,) = posted(town)
    assert "promise 1" in words(digest)
    channel = town.box.world.channels["C0ACME"]
    if fault == "another company":
        channel.is_ext_shared = True
    elif fault == "archived":
        channel.is_archived = True
    elif fault == "the bot is removed":
        # In a public channel it may write all the same.
        channel.is_private = True
        town.box.leave(town.box.seed.bot_user_id, "C0ACME")
    else:
        del town.box.world.channels["C0ACME"]
    town.commit("U0EVA", "done 1", "C0GENERAL")
    town.jump(2026, 12, 14, 9, 0)
    town.jump(2026, 12, 15, 9, 0)
    assert len(told_lead(town)) == 1
    if fault != "deleted":
        (stands,) = posted(town)
        assert ("promise" in words(stands)) == (fault != "another company")
    if fault == "another company":
        assert words(stands) == "This is not shown any more. This is not shown any more."


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


@pytest.mark.parametrize(
    ("line", "digest", "prompt"),
    [
        # A leap day; the last day of the fiscal year; the day after the clock has gone forward in Berlin, and back.
        ("29 Feb 2028 10:00", (2028, 2, 22, 8, 0), (2028, 2, 29, 9, 0)),
        ("31 Dec 2026 10:00", (2026, 12, 24, 8, 0), (2026, 12, 31, 9, 0)),
        ("29 Mar 2027 10:00", (2027, 3, 22, 8, 0), (2027, 3, 29, 8, 0)),
        ("1 Nov 2027 10:00", (2027, 10, 25, 7, 0), (2027, 11, 1, 9, 0)),
    ],
)
def test_messages_of_days_that_are_easy_to_get_wrong(
    town: BotInWorkspace, line: str, digest: tuple[int, ...], prompt: tuple[int, ...]
) -> None:
    """The digest comes at nine and the prompt at ten on the clock of Berlin, not a minute earlier."""
    reviewed(town, f"Acme on {line} with @ana")
    for instant, count in ((digest, 0), (prompt, 1)):
        at = datetime(*instant, tzinfo=UTC)  # type: ignore[misc,arg-type]
        for moment, expected in ((at - timedelta(minutes=1), count), (at, count + 1)):
            town.jump(*moment.timetuple()[:5])
            assert len(posted(town)) == expected, moment


def test_held_on_the_last_day_of_the_fiscal_year(town: BotInWorkspace) -> None:
    """A review that is held on 31 December belongs to that year: the next one is proposed for the quarter after it."""
    reviewed(town, "Acme on 31 Dec 2026 10:00 with @ana")
    town.jump(2026, 12, 31, 9, 0)
    days = [block["element"]["initial_date"] for block in kept_all(town).top.blocks if block.get("block_id") == ids.DAY]
    assert days == ["2027-03-17"]


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


def test_minutes_that_are_not_written(town: BotInWorkspace) -> None:
    """A button for the minutes of a review that has none, which no view of ours shows, is answered in words."""
    closing(town)
    pressed = {
        "type": "button", "block_id": "b", "action_id": ids.REVIEW_MINUTES, "action_ts": "1.2",
        "value": f"review:{current(town).id}:1:minutes:0:",
    }  # fmt: skip
    trigger = town.box.triggers.issue("U0EVA")
    asked = town.box.interaction("block_actions", town.box.world.users["U0EVA"], channel="C0GENERAL")
    place = {"container": {"type": "message", "message_ts": "1.2", "channel_id": "C0GENERAL", "is_ephemeral": True}}
    more = {"response_url": town.box.response_url("U0EVA", "C0GENERAL"), "trigger_id": trigger, "actions": [pressed]}
    assert town.box.send(Parcel("interactive", asked | place | more)).status == 200
    assert "This review has no minutes." in town.told("U0EVA", "C0GENERAL")
