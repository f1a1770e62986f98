"""The account whose reviews have digests in its channel, and the messages there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import ids
from store import accounts, commitments
from store.digests import weekly
from store.tables import Side
from tests.journeys.conftest import words
from tests.journeys.reviews import Session, promises, review

if TYPE_CHECKING:
    from sandbox import Message
    from tests.journeys.conftest import BotInWorkspace

# Monday 14 December, 10:00 in Berlin; five working days before it is Monday 7 December.
BOOKED = "Acme on 14 Dec 2026 10:00 with @eva @ana"
DIGEST = (2026, 12, 7, 8, 0)


def has_channel(town: BotInWorkspace, channel: str | None = "C0ACME") -> None:
    """Acme, which Eva leads, with its channel."""
    with town.makegood.ledger.begin() as tx:
        accounts.create(
            tx, town.person(tx, "U0EVA"), "Acme", now=town.box.clock.now(), category="A", channel=channel
        )  # fmt: skip


def posted(town: BotInWorkspace, channel: str = "C0ACME") -> list[Message]:
    """The bot's messages in a channel that everybody there sees."""
    town.settled()
    bot = town.box.seed.bot_user_id
    found = [m for m in town.box.messages(channel, viewer="U0EVA") if m.user == bot and not m.ephemeral_for]
    return [m for m in found if m.thread_ts is None or m.thread_ts == m.ts]


def in_thread(town: BotInWorkspace, of: Message, channel: str = "C0ACME") -> list[str]:
    """The replies in the thread of a message."""
    return [words(m) for m in town.box.messages(channel, viewer="U0EVA") if m.thread_ts == of.ts and m.ts != of.ts]


def to_lead(town: BotInWorkspace) -> list[str]:
    town.settled()
    return [words(one) for one in town.box.messages(town.box.world.im("U0EVA").id)]


def booked(town: BotInWorkspace, channel: str | None = "C0ACME") -> None:
    """Acme with its review and open promises of both sides. Its weekly digest is stopped."""
    has_channel(town, channel)
    if channel is not None:
        stop_weekly(town)
    promises(town, 7)
    promises(town, 1, Side.THEIRS)
    assert "Mon 14 Dec 2026, 10:00" in words(review(town, BOOKED))


def stop_weekly(town: BotInWorkspace) -> None:
    """Eva stops the weekly digest of Acme."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        usual = weekly.get(tx, eva, acme.id, now)
        weekly.change(
            tx, eva, acme.id, is_on=False, weekday=usual.weekday, hour=usual.hour, version=usual.version,
            in_channel=False, now=now,
        )  # fmt: skip


def kept_last_quarter(town: BotInWorkspace, number: int) -> None:
    """In September Eva kept a promise to Acme on time; it is that number."""
    acme, then = town.ask("U0EVA", accounts.named, "Acme"), town.box.clock.now() - timedelta(days=70)
    town.has_recorded("U0EVA", ("U0EVA", "send the offer", "2026-09-21"), account=acme, at=then)
    with town.makegood.ledger.begin() as tx:
        commitments.finish(tx, town.person(tx, "U0EVA"), number, origin_key="done", now=then + timedelta(days=3))


def kept_all(town: BotInWorkspace) -> Session:
    """Eva starts the review from its prompt, and keeps everything; the form that closes it is open."""
    town.press("U0EVA", posted(town)[-1], ids.REVIEW_START)
    session = Session(town)
    session.press(ids.REVIEW_ITEMS)
    session.press(ids.REVIEW_SEVERAL)
    session.submit()
    session.press(ids.REVIEW_OPEN)
    session.press(ids.REVIEW_CLOSE)
    return session


def hold(town: BotInWorkspace) -> None:
    """Eva holds the review that begins, keeps everything, and closes it with the next one booked."""
    kept_all(town).submit(day="2027-03-15", time="10:00")
