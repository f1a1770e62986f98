"""The news in a brief: what became of a promise since the last brief, for the people who wait for it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from handlers.slack import surfaces
from handlers.slack.refs import Ref, ViewName
from store import commitments
from tests.journeys.conftest import BotInWorkspace, read, words_of
from tests.journeys.reading import LAST_WEEK, briefs, dms, headings, seen
from tests.journeys.working_lives import account, act, away, live_through, of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Message

# Tuesday, a quarter to ten in Berlin; and the same on the days after.
TUESDAY, WEDNESDAY, THURSDAY = (2026, 11, 24, 8, 45), (2026, 11, 25, 8, 45), (2026, 11, 26, 8, 45)
DEC_4, DEC_8, DEC_10 = date(2026, 12, 4), date(2026, 12, 8), date(2026, 12, 10)


@pytest.fixture
def acme(town: BotInWorkspace) -> Any:
    """Acme, which Ada leads, with an item that Ben has promised Eva for 4 December; all of it is told and accepted. Eva
    had a brief on Tuesday.
    """
    found = account(town, "U0ADA")
    town.has_recorded("U0EVA", ("U0BEN", "send the sheet", "2026-12-04"), account=found, at=LAST_WEEK)
    town.has_recorded("U0EVA", ("U0EVA", "order the cake", "2026-11-24"), at=LAST_WEEK)
    act(town, "U0BEN", commitments.accept, 1)
    for user in ("U0EVA", "U0ADA", "U0BEN"):
        of(town, user, zone="Europe/Berlin")
    town.jump(*TUESDAY)
    act(town, "U0EVA", commitments.finish, 2)
    town.pass_by(hours=1)
    town.settled()
    return found


def news(message: Message) -> list[str]:
    """The lines of the news in a brief."""
    line = next((line for line in read(message).splitlines() if line.startswith("Since ")), "")
    return [one.partition("… and")[0] for one in line.split("•")[1:]]


def last(town: BotInWorkspace, user: str) -> Message:
    return briefs(town, user)[-1]


DEEDS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], str]] = {
    "moved": (commitments.move, (DEC_8, "waits for legal"), {"version": 2},
              "moved 4 Dec → 8 Dec, Ben Okafor: “waits for legal”"),
    "done": (commitments.finish, (), {}, "done, Ben Okafor"),
    "blocked": (commitments.block, ("legal is away",), {"version": 2}, "blocked, Ben Okafor: “legal is away”"),
}  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize("name", DEEDS)
def test_the_people_who_wait_read_it_in_their_next_brief(town: BotInWorkspace, acme: Any, name: str) -> None:
    """Eva, who asked for it and has nothing open, gets a brief for it, and Ben, who did it, reads nothing of it. Nobody
    gets a message of its own, and nothing comes twice.
    """
    del acme
    verb, given, more, said = DEEDS[name]
    before = {user: len(dms(town, user)) for user in ("U0EVA", "U0ADA", "U0BEN")}
    act(town, "U0BEN", verb, 1, *given, **more)
    town.settled()
    assert {user: len(dms(town, user)) for user in before} == before
    town.jump(*WEDNESDAY)
    brief = last(town, "U0EVA")
    assert "Since yesterday" in read(brief)
    assert news(brief) == [f"#1 send the sheet · Acme – {said}"]
    assert said not in " ".join(read(one) for one in briefs(town, "U0BEN"))
    count = len(briefs(town, "U0EVA"))
    town.jump(*THURSDAY)
    assert len(briefs(town, "U0EVA")) == count


@pytest.mark.both_databases
@pytest.mark.parametrize("part", ["helper", "follower"])
def test_helpers_and_followers_read_it_with_the_next_brief(town: BotInWorkspace, acme: Any, part: str) -> None:
    """Ana, who helps with it or follows it, reads once what happened from then on, comments too. No brief comes for it,
    until the first working morning of the week.
    """
    del acme
    of(town, "U0ANA", zone="Europe/Berlin")
    act(town, "U0BEN", commitments.move, 1, DEC_8, "before Ana looked", version=2)
    town.pass_by(minutes=10)
    if part == "helper":
        form = town.form("U0BEN", town.item("U0BEN"), ids.HELP)
        assert town.submit("U0BEN", form, helpers=["U0ANA"]).errors == {}
    else:
        town.press("U0ANA", town.item("U0ANA"), ids.FOLLOW)
    town.settled()
    town.pass_by(minutes=10)
    act(town, "U0BEN", commitments.move, 1, DEC_10, "waits for legal", version=3)
    town.commit("U0BEN", "note 1 sent the draft")
    live_through(town, date(2026, 11, 25), date(2026, 11, 29))
    assert briefs(town, "U0ANA") == []
    town.jump(2026, 11, 30, 8, 45)
    (line,) = news(last(town, "U0ANA"))
    assert line.startswith("#1 send the sheet · Acme – moved 8 Dec → 10 Dec, Ben Okafor: “waits for legal”; ")
    assert line.endswith("; comment by Ben Okafor: “sent the draft”")
    town.jump(2026, 12, 7, 8, 45)
    assert "waits for legal" not in " ".join(read(one) for one in briefs(town, "U0ANA")[1:])


def test_followed_no_more(town: BotInWorkspace, acme: Any) -> None:
    """After *Unfollow* nothing of it is in Ana's briefs; what she does herself never was."""
    of(town, "U0ANA", zone="Europe/Berlin")
    town.has_recorded("U0ANA", ("U0ANA", "call Dana", "2026-11-25"), ("U0ANA", "ask Dana", "2026-11-26"), account=acme)
    town.press("U0ANA", town.item("U0ANA"), ids.FOLLOW)
    town.commit("U0BEN", "note 1 sent the draft")
    town.jump(*WEDNESDAY)
    assert news(last(town, "U0ANA")) == ["#1 send the sheet · Acme – comment by Ben Okafor: “sent the draft”"]
    town.press("U0ANA", town.item("U0ANA"), ids.UNFOLLOW)
    act(town, "U0BEN", commitments.finish, 1)
    town.jump(*THURSDAY)
    assert news(last(town, "U0ANA")) == []


@pytest.mark.both_databases
def test_a_comment_is_news(town: BotInWorkspace, acme: Any) -> None:
    """The owner gets a brief for the comment of another person; for the creator and the lead a comment waits for the
    next brief. Two comments are one line, and nobody reads their own.
    """
    del acme
    town.commit("U0ADA", "note 1 they ask for prices too")
    town.pass_by(minutes=10)
    town.commit("U0ADA", "note 1 and for <!channel> *terms*")
    town.jump(*WEDNESDAY)
    said = "#1 send the sheet · Acme – 2 comments, the last by Ada Moreau: “and for <!channel> *terms*”"
    assert news(last(town, "U0BEN")) == [said]
    assert len(briefs(town, "U0EVA")) == 1
    live_through(town, date(2026, 11, 26), date(2026, 11, 29))
    town.jump(2026, 11, 30, 8, 45)
    assert news(last(town, "U0EVA")) == [said]
    assert "they ask" not in seen(town, "U0ADA")
    assert "terms" not in seen(town, "U0ADA")


@pytest.mark.both_databases
def test_an_answer_is_told_once(town: BotInWorkspace, acme: Any) -> None:
    """Eva, who asked how it stands and got the answer, reads in her brief what happened after it alone."""
    del acme
    town.press("U0EVA", town.item("U0EVA"), ids.ASK)
    act(town, "U0BEN", commitments.move, 1, DEC_8, "waits for legal", version=2)
    town.settled()
    assert "“waits for legal”" in read(dms(town, "U0EVA")[-1])
    town.jump(*WEDNESDAY)
    assert len(briefs(town, "U0EVA")) == 1
    act(town, "U0BEN", commitments.finish, 1)
    town.jump(*THURSDAY)
    assert news(last(town, "U0EVA")) == ["#1 send the sheet · Acme – done, Ben Okafor"]


def test_several_changes_are_one_line(town: BotInWorkspace, acme: Any) -> None:
    """Two moves and the end of one commitment are one line, from the first date to the last."""
    del acme
    act(town, "U0BEN", commitments.move, 1, DEC_8, "waits for legal", version=2)
    town.pass_by(minutes=10)
    act(town, "U0BEN", commitments.move, 1, DEC_10, "legal again", version=3)
    town.pass_by(minutes=10)
    act(town, "U0BEN", commitments.finish, 1)
    town.jump(*WEDNESDAY)
    assert news(last(town, "U0EVA")) == [
        "#1 send the sheet · Acme – moved twice: 4 Dec → 10 Dec, Ben Okafor: “legal again”; done, Ben Okafor"
    ]


def test_the_lead_reads_it_with_the_next_brief(town: BotInWorkspace, acme: Any) -> None:
    """News of an account alone makes no brief for its lead, until the first working morning of the week."""
    del acme
    act(town, "U0BEN", commitments.move, 1, DEC_8, "waits for legal", version=2)
    live_through(town, date(2026, 11, 25), date(2026, 11, 29))
    assert "waits for legal" not in seen(town, "U0ADA")
    town.jump(2026, 11, 30, 8, 45)
    assert "moved 4 Dec → 8 Dec, Ben Okafor: “waits for legal”" in seen(town, "U0ADA")
    town.jump(2026, 12, 1, 8, 45)
    assert "waits for legal" not in " ".join(read(one) for one in briefs(town, "U0ADA")[1:])


def test_the_owner_reads_of_a_change_by_others(town: BotInWorkspace, acme: Any) -> None:
    """Ben reads that the lead moved his item; a person who gave a promise on hears nothing of what they did."""
    del acme
    act(town, "U0ADA", commitments.move, 1, DEC_8, "they asked for it", version=2)
    town.jump(*WEDNESDAY)
    assert "moved 4 Dec → 8 Dec, Ada Moreau: “they asked for it”" in seen(town, "U0BEN")


def test_what_can_wait_makes_no_brief(town: BotInWorkspace, acme: Any) -> None:
    """That Ben has accepted it is told in Eva's next brief and makes none; a notice's news is told by the notice."""
    town.has_recorded("U0EVA", ("U0BEN", "call Dana", "2026-12-21"), account=acme)
    act(town, "U0BEN", commitments.accept, 3)
    town.jump(*WEDNESDAY)
    assert len(briefs(town, "U0EVA")) == 1
    act(town, "U0BEN", commitments.finish, 1)
    town.jump(*THURSDAY)
    assert news(last(town, "U0EVA")) == [
        "#1 send the sheet · Acme – done, Ben Okafor", "#3 call Dana · Acme – accepted, Ben Okafor"
    ]  # fmt: skip


def test_news_waits_for_the_return(town: BotInWorkspace, acme: Any) -> None:
    """A person who was away reads all of it on the first morning back, under a heading with its day."""
    del acme
    away(town, "U0EVA", date(2026, 11, 25), date(2026, 12, 2))
    act(town, "U0BEN", commitments.finish, 1)
    live_through(town, date(2026, 11, 25), date(2026, 12, 2))
    assert len(briefs(town, "U0EVA")) == 1
    town.jump(2026, 12, 3, 8, 45)
    assert news(last(town, "U0EVA")) == ["#1 send the sheet · Acme – done, Ben Okafor"]


def test_a_summary_of_the_week_holds_the_news(town: BotInWorkspace, acme: Any) -> None:
    """A person who wants one summary a week reads the news in it."""
    del acme
    of(town, "U0EVA", weekly=True)
    act(town, "U0BEN", commitments.finish, 1)
    live_through(town, date(2026, 11, 25), date(2026, 11, 29))
    assert len(briefs(town, "U0EVA")) == 1
    town.jump(2026, 11, 30, 8, 45)
    assert news(last(town, "U0EVA")) == ["#1 send the sheet · Acme – done, Ben Okafor"]


def test_more_than_fits_is_one_press_away(town: BotInWorkspace, acme: Any) -> None:
    """Of twelve changes five stand in the brief, and the button shows all of them with their buttons, on two pages."""
    due = (f"2026-12-{day:02}" for day in range(8, 20))
    town.has_recorded("U0EVA", *(("U0BEN", f"part {n}", day) for n, day in enumerate(due)), account=acme, at=LAST_WEEK)
    for number in range(3, 15):
        act(town, "U0BEN", commitments.finish, number)
    town.jump(*WEDNESDAY)
    brief = last(town, "U0EVA")
    assert len(news(brief)) == 5
    assert "… and 7 more" in read(brief)
    assert "Show all 12" in read(brief)
    (value,) = [
        element["value"]
        for block in brief.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == ids.OPEN_LIST
    ]
    view = town.press("U0EVA", brief, ids.OPEN_LIST, value).view
    assert "12 commitments" in words_of(view)
    assert "done, Ben Okafor" in words_of(view)
    assert "1–10 of 12" in words_of(view)


def test_others_do_not_read_the_news_of_a_brief(town: BotInWorkspace, acme: Any) -> None:
    """The button of Eva's news shows nothing to Ben."""
    del acme
    act(town, "U0BEN", commitments.finish, 1)
    town.jump(*WEDNESDAY)
    brief = last(town, "U0EVA")
    row = next(one for one in town.outbox("brief") if one.ts == brief.ts)
    ref = Ref(view=ViewName.NEWS, extra=str(row.id))
    shown = {user: str(town.ask(user, surfaces.draw, ref, town.box.clock.now()).blocks) for user in ("U0EVA", "U0BEN")}
    assert "send the sheet" in shown["U0EVA"]
    assert "Nothing happened" in shown["U0BEN"]


def test_a_brief_that_came_to_nothing_loses_no_news(town: BotInWorkspace, acme: Any) -> None:
    """News of a morning on which no brief went out is in the next one."""
    del acme
    act(town, "U0BEN", commitments.finish, 1)
    town.move(*WEDNESDAY)
    town.makegood.tick()
    town.move(2026, 11, 25, 21, 0)
    town.settled()
    assert len(briefs(town, "U0EVA")) == 1
    town.jump(*THURSDAY)
    assert news(last(town, "U0EVA")) == ["#1 send the sheet · Acme – done, Ben Okafor"]


def test_the_brief_keeps_its_news_when_it_is_redrawn(town: BotInWorkspace, acme: Any) -> None:
    """After another change the brief shows the same news, and the later change is in the next brief."""
    town.has_recorded("U0EVA", ("U0EVA", "call Dana", "2026-11-25"), account=acme, at=LAST_WEEK)
    act(town, "U0BEN", commitments.move, 1, DEC_8, "waits for legal", version=2)
    town.jump(*WEDNESDAY)
    first = last(town, "U0EVA")
    assert headings(first) == ["Due today"]
    town.pass_by(hours=1)
    act(town, "U0BEN", commitments.finish, 1)
    act(town, "U0EVA", commitments.finish, 3)
    town.settled()
    (again,) = [one for one in dms(town, "U0EVA") if one.ts == first.ts]
    assert (
        news(again) == news(first) == ["#1 send the sheet · Acme – moved 4 Dec → 8 Dec, Ben Okafor: “waits for legal”"]
    )
    town.jump(*THURSDAY)
    assert news(last(town, "U0EVA")) == ["#1 send the sheet · Acme – done, Ben Okafor"]


def test_the_end_says_what_is_overdue_besides(town: BotInWorkspace) -> None:
    """The last line counts what is overdue and not repeated today, and its button shows it."""
    town.has_recorded("U0ANA", *(("U0ANA", f"part {n}", "2026-11-23") for n in range(3)), at=LAST_WEEK)
    town.has_recorded("U0ANA", ("U0ANA", "call Dana", "2026-11-25"), at=LAST_WEEK)
    town.jump(*TUESDAY)
    town.jump(*WEDNESDAY)
    brief = last(town, "U0ANA")
    assert headings(brief) == ["Due today"]
    assert "3 more of yours are overdue. Today I don't repeat them." in read(brief)
    view = town.press("U0ANA", brief, ids.OPEN_LIST).view
    assert "3 commitments" in words_of(view)
