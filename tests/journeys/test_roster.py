"""The people of a workspace, many or unusual: read within Slack's limits, and no person's record stops the others."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from sandbox import Reply, User
from sandbox.seed import NORTHWIND, Seed
from store.tables import Person
from tests.journeys.conftest import open_town, read
from tests.journeys.forms import save

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.bot.conftest import Log
    from tests.journeys.conftest import BotInWorkspace

PAGE, PAGES_A_MINUTE = 200, 3
MANY = Seed(
    users=(*NORTHWIND.users, *(User(f"U1{n:05}", f"user{n}", f"Somebody {n}") for n in range(8 * PAGE))),
    channels=NORTHWIND.channels,
)


class Limited:
    """Slack allows a number of users.list calls a minute of the workspace's clock, then says how long to wait."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._taken: list[datetime] = []
        self.asked: list[str] = []
        self.limited = 0

    def __call__(self, method: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        if method != "users.list":
            return carry_out()
        now = self._clock()
        self._taken = [at for at in self._taken if now - at < timedelta(minutes=1)]
        if len(self._taken) >= PAGES_A_MINUTE:
            self.limited += 1
            return Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "60"})
        self._taken.append(now)
        self.asked.append(args.get("cursor") or "")
        return carry_out()


def known(town: BotInWorkspace) -> set[str]:
    with town.makegood.ledger.read() as tx:
        return set(tx.scalars(sa.select(Person.slack_id)))


def slack_is_well(town: BotInWorkspace) -> bool:
    return next(part.ok for part in town.service.readiness.look() if part.name == "slack")


@pytest.mark.both_databases
def test_a_long_list_is_read_on_where_slack_stopped_it(database_url: str, log: Log) -> None:
    """Each page is stored and none is read twice; the bot is ready and answers people meanwhile."""
    with open_town(database_url, connect=False, seed=MANY) as town:
        limited = Limited(town.box.clock.now)
        town.box.api.intercept = limited
        town.open()
        assert slack_is_well(town)
        assert len(known(town)) == PAGE
        town.makegood.read_people()
        assert len(known(town)) == PAGES_A_MINUTE * PAGE
        last = MANY.users[-1].id
        assert last not in known(town)
        town.receipt(last, "send it by Friday", "C0GENERAL")
        town.receipt("U0EVA", f"@{MANY.users[-2].name} send it by Friday")
        assert town.commitment(2).owner.slack_id == MANY.users[-2].id
        town.makegood.read_people()
        assert limited.limited == 1
        while set(town.box.world.users) - known(town):
            town.pass_by(seconds=60)
            town.makegood.read_people()
        assert len(limited.asked) == len(set(limited.asked)) == -(-len(town.box.world.users) // PAGE)
        assert log.events("people_synced")
        town.makegood.read_people()
        assert limited.asked.count("") == 1


def test_an_expired_cursor_begins_the_list_anew(database_url: str) -> None:
    """With an expired cursor the list begins anew after a pause; people who were read stay."""
    with open_town(database_url, seed=MANY) as town:

        def expired(method: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
            if method == "users.list" and args.get("cursor"):
                return Reply({"ok": False, "error": "invalid_cursor"})
            return carry_out()

        town.box.api.intercept = expired
        town.makegood.read_people()
        town.box.api.intercept = None
        town.makegood.read_people()
        assert len(known(town)) == PAGE
        town.pass_by(minutes=1)
        town.makegood.read_people()
        assert known(town) == set(town.box.world.users)


def of_profile(**values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda user: user["profile"].update(values)


def without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda user: user.pop(name)


def having(**values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda user: user.update(values)


ODD: dict[str, tuple[Callable[[dict[str, Any]], object], bool]] = {
    "a status that ends in 33,000 years": (of_profile(status_expiration=10**12), False),
    "a status that ends in words": (of_profile(status_expiration="soon"), False),
    "no id": (without("id"), False),
    "an id that is a number": (having(id=17), False),
    "an id with markup": (having(id="U1|<!channel>"), False),
    "a list in tz": (having(tz=["Europe/Berlin"]), False),
    "a profile that is a text": (having(profile="Ana"), False),
    "teams that are a number": (having(team_id="T9", enterprise_user={"teams": 7}), False),
    "a name that is a number": (of_profile(display_name=12), False),
    "half a surrogate": (of_profile(display_name="Ana \ud83d"), True),
    "NUL in a name": (of_profile(display_name="Ana\0"), True),
    "no names at all": (having(profile={}, name=None, real_name=None), True),
    "a zone of nowhere": (having(tz="Middle/Earth\0"), True),
}


@pytest.mark.parametrize("what", ODD)
def test_one_odd_record_harms_nobody_else(database_url: str, log: Log, what: str) -> None:
    """The process starts and knows all other people; an odd record is left out and logged by its id, or cleaned."""
    spoil, is_kept = ODD[what]
    with open_town(database_url, connect=False) as town:

        def spoilt(method: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
            del args
            reply = carry_out()
            if method == "users.list":
                spoil(next(user for user in reply.body["members"] if user["id"] == "U0ANA"))
            return reply

        town.box.api.intercept = spoilt
        town.open()
        town.makegood.sync_people()
        assert known(town) - {"U0ANA"} == set(town.box.world.users) - {"U0ANA"}
        assert ("U0ANA" in known(town)) == is_kept
        unreadable = log.events("person_unreadable")
        assert len(unreadable) == (0 if is_kept else 2)
        assert {event["user"] for event in unreadable} <= {"U0ANA", "17", None}
        town.receipt("U0EVA", "send it by Friday")


# A user object of Slack's, without its id, team and name; and the person in the ledger then.
SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "has left": (
        {"deleted": True, "is_forgotten": True, "is_bot": False, "profile": {"real_name": "Lea", "fields": None}},
        {"is_active": False, "name": "Lea"},
    ),
    "an app of old": (
        {"is_bot": True, "tz": None, "tz_label": "Pacific Standard Time", "tz_offset": -28800,
         "profile": {"status_text": None, "status_emoji": None, "status_expiration": None, "fields": []}},
        {"is_bot": True, "zone": "UTC"},
    ),
    "a workflow": ({"is_bot": True, "is_workflow_bot": True, "profile": {"bot_id": "B1"}}, {"is_bot": True}),
    "an empty profile, written as a list": ({"profile": []}, {"name": "lea"}),
    "no profile": ({"profile": None, "deleted": False}, {"name": "lea", "is_active": True}),
    "invited, has not come yet": (
        {"is_invited_user": True, "is_restricted": False, "is_email_confirmed": False, "profile": {}},
        {"is_active": True, "is_guest": False, "is_external": False},
    ),
    "of the organisation": (
        {"team_id": "E0NORTHWIND", "enterprise_user": {"id": "W1", "is_admin": True, "teams": ["T0NORTHWIND"]}},
        {"is_external": False, "is_admin": False},
    ),
    "of another company, in a shared channel": (
        {"team_id": "T0ACME", "is_stranger": False, "is_admin": False, "profile": {"team": "T0ACME"}},
        {"is_external": True},
    ),
    "hardly known": ({"team_id": "T0ACME", "is_stranger": True, "profile": None}, {"is_external": True}),
}  # fmt: skip


@pytest.mark.parametrize("way", ["list", "event"])
@pytest.mark.parametrize("shape", SHAPES)
def test_users_are_read_in_every_shape(database_url: str, log: Log, shape: str, way: str) -> None:
    """A user in Slack's list, or a new one, is read also if Slack leaves parts out or writes null."""
    given, kept = SHAPES[shape]
    user = {"id": "W0123456789", "team_id": "T0NORTHWIND", "name": "lea", "updated": 1} | given
    with open_town(database_url, connect=False) as town:

        def listed(method: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
            del args
            reply = carry_out()
            if method == "users.list" and way == "list":
                reply.body["members"].append(user)
            return reply

        town.box.api.intercept = listed
        town.open()
        if way == "event":
            ack = town.box.events.emit("team_join", {"user": user, "cache_ts": 1})
            assert ack is not None
            assert ack.status == 200
        found = columns(town, "W0123456789")
        assert {name: found[name] for name in kept} == kept
        assert log.events("person_unreadable") == []


def columns(town: BotInWorkspace, user: str) -> dict[str, Any]:
    with town.makegood.ledger.read() as tx:
        person = town.person(tx, user)
        return {column.name: getattr(person, column.name) for column in Person.__table__.columns}


def test_what_an_event_does_not_say_stays(town: BotInWorkspace) -> None:
    """A user_change without language, zone and rights changes neither how dates are read nor who is an admin."""
    town.box.change_user("U0ADA", locale="de-DE", tz="Europe/Berlin")
    before = columns(town, "U0ADA")
    user = {"id": "U0ADA", "team_id": town.box.seed.team_id, "profile": {"status_text": "in a meeting"}}
    town.box.events.emit("user_change", {"user": user})
    assert columns(town, "U0ADA") == before
    assert (before["locale"], before["is_admin"], before["zone"]) == ("de-DE", True, "Europe/Berlin")
    town.receipt("U0ADA", "send it by 4/12", "C0GENERAL")
    assert town.commitment(1).due_on == date(2026, 12, 4)


def test_an_event_without_a_status_ends_no_absence(town: BotInWorkspace) -> None:
    """An absence from a status stays if an event reports a change of something else."""
    save(town, "U0ADA", honours_status=["yes"])
    town.box.change_user("U0ANA", status_emoji=":palm_tree:", status_text="Vacationing")
    assert town.rows()["absence"] == 1
    user = {"id": "U0ANA", "team_id": town.box.seed.team_id, "profile": {"title": "Chief"}, "tz": "Europe/Paris"}
    town.box.events.emit("user_change", {"user": user})
    assert town.rows()["absence"] == 1
    assert columns(town, "U0ANA")["zone"] == "Europe/Paris"


def test_somebody_slack_did_not_know_yet_is_asked_about_again(town: BotInWorkspace) -> None:
    """A person whom Slack does not know yet is told to try again in a minute, and then it works."""
    person = User("U0NEW", "new", "Newt Comer")
    town.box.world.put_user(person)
    unknown = True

    def early(method: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        if method == "users.info" and args.get("user") == person.id and unknown:
            return Reply({"ok": False, "error": "user_not_found"})
        return carry_out()

    town.box.api.intercept = early
    assert "try again in a minute" in read(town.commit(person.id, "mine").messages[-1])
    unknown = False
    asked = sum(call.method == "users.info" for call in town.box.calls)
    assert "try again in a minute" in read(town.commit(person.id, "mine").messages[-1])
    assert sum(call.method == "users.info" for call in town.box.calls) == asked
    town.pass_by(minutes=1)
    assert "Nothing is open" in read(town.commit(person.id, "mine").messages[-1])
