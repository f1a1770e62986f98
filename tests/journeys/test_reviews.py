"""A review in Slack: booked by a line, held by buttons and forms, closed with minutes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from bot.app import compose
from bot.manifest import EVENTS_PATH
from bot.service import Parts, Service
from handlers import ids
from store import accounts, reviews
from store.tables import Category, Habit, Question, Verdict
from tests.journeys.conftest import BotInWorkspace, given_for, words, words_of
from tests.journeys.digests import booked, has_channel, posted
from tests.journeys.forms import save
from tests.journeys.plan_sections import has_account, open_plan, values
from tests.journeys.reviews import Session, begun, promises, review

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import View
    from store.tables import Review


def last_held(town: BotInWorkspace) -> Review | None:
    """The newest review of Acme that was held."""
    acme = town.ask("U0EVA", accounts.named, "Acme")
    found: Review | None = town.ask("U0EVA", reviews.last_held, acme)
    return found


def started(town: BotInWorkspace) -> Session:
    """Acme's review is booked, and Eva has started it in a modal."""
    return begun(town, "Acme on 12 Jan 10:00")


def test_a_line_books_and_moves_it(town: BotInWorkspace) -> None:
    """A line gives day, time, colleague and the client's person; another one moves it; the list shows it."""
    has_account(town)
    town.commit("U0EVA", "theirs: Dana sends the order tomorrow for Acme")
    shown = words(review(town, "Acme on 12 Jan 2027 14:30 with @ana"))
    assert "Tue 12 Jan 2027, 14:30" in shown
    assert "Ana Souza" in shown
    assert "Start review" in shown
    moved = words(review(town, "Acme on 14 Jan 2027"))
    assert "Thu 14 Jan 2027, 10:00" in moved
    assert "Ana Souza" in moved
    listed = words(review(town))
    assert "Acme" in listed
    assert "Thu 14 Jan 2027, 10:00" in listed


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Acme on someday", "I don't read a day"),
        ("Acme on 12 Jan with Nobody", "I know nobody called"),
        ("Acme last", "No review of Acme was held yet"),
        ("Globax", "I don't know an account called"),
    ],
)
def test_a_line_that_is_not_understood(town: BotInWorkspace, line: str, said: str) -> None:
    """A line that names no day, person or account says what is wrong, and books nothing."""
    has_account(town)
    before = town.rows()
    assert said in words(review(town, line))
    assert town.rows() == before


def proposed(form: View) -> list[str]:
    """The day with which a form of a review begins."""
    return [block["element"].get("initial_date", "") for block in form.blocks if block.get("block_id") == ids.DAY]


def test_a_review_in_any_rhythm_is_proposed_and_booked(town: BotInWorkspace) -> None:
    """Every two years: after a review in this period the form proposes a day in the next one, and takes it."""
    has_account(town, category=Category.A)
    save(town, "U0ADA", review_months_a="24")
    # This period is that of 2026 and 2027.
    started(town).press(ids.REVIEW_CLOSE)
    form = town.box.modals("U0EVA")[-1]
    assert proposed(form) == ["2029-12-17"]
    assert town.submit("U0EVA", form).errors == {}
    assert "Mon 17 Dec 2029, 10:00" in words(review(town, "Acme"))


def test_a_review_that_is_early_proposes_the_next_period(town: BotInWorkspace) -> None:
    """A review before the usual day of its quarter proposes a day of the next quarter, not the usual one of this."""
    has_account(town, category=Category.A)
    begun(town, "Acme on 24 Nov 10:00").press(ids.REVIEW_CLOSE)
    assert proposed(town.box.modals("U0EVA")[-1]) == ["2027-03-17"]


def test_a_review_on_an_event(town: BotInWorkspace) -> None:
    """Where a category's reviews are held on an event, no day is proposed or missed; the occasion is named instead."""
    has_account(town, category=Category.A)
    save(town, "U0ADA", review_months_a="0")
    town.jump(2027, 12, 30, 12)
    assert "It is held on an event, and none is booked." in words(review(town, "Acme"))
    plan = words_of(open_plan(town))
    assert "Review: on an event, none is booked" in plan
    assert "is not booked." not in plan
    form = town.press("U0EVA", review(town, "Acme"), ids.REVIEW_BOOK).view
    assert form is not None
    assert not any("initial_date" in str(block) for block in form.blocks)
    assert town.submit("U0EVA", form, occasion="when the new plant opens").errors == {}
    assert "on this occasion: when the new plant opens" in words(review(town, "Acme"))


def test_help_and_an_empty_list(town: BotInWorkspace) -> None:
    """Help shows what can be typed; an empty list says how to begin."""
    assert "/review Acme on 12 Jan 10:00" in words(review(town, "help"))
    assert "None is planned" in words(review(town))


def test_twenty_items_close_in_thirty_interactions(town: BotInWorkspace) -> None:
    """Twenty items without changes: decided several at once, questions and scores answered, closed; the minutes have
    each item, and the next review is booked.
    """
    has_account(town)
    promises(town, 20)
    session = started(town)
    session.press(ids.REVIEW_ITEMS)
    session.press(ids.REVIEW_SEVERAL)
    assert session.submit().errors == {}
    assert "all decided" in words_of(session.top)
    session.press(ids.REVIEW_OPEN)
    assert "20 of 20 items decided" in words_of(session.top)
    session.press(ids.REVIEW_ANSWER)
    session.submit(**{Question.GAINED: "Two days less for each order."})
    session.press(ids.REVIEW_SCORE)
    session.submit(**dict.fromkeys(Habit, "3"))
    assert "12 of 16" in words_of(session.top)
    session.press(ids.REVIEW_CLOSE)
    assert session.submit(day="2027-04-12", time="10:00").errors == {}
    assert session.interactions <= 30
    assert last_held(town) is not None
    minutes = words(review(town, "Acme last"))
    assert "carried over: #20 promise 20" in minutes
    assert "Two days less for each order." in minutes
    assert "Mon 12 Apr 2027, 10:00" in words(review(town))


def test_the_dialog_keeps_its_title(town: BotInWorkspace) -> None:
    """After a verdict, a form and a press the dialog is still the review's, and a commitment's has its number."""
    has_account(town)
    promises(town, 2)
    session = started(town)
    session.press(ids.REVIEW_ANSWER)
    session.submit(**{Question.GAINED: "Two days less for each order."})
    session.press(ids.REVIEW_ITEMS)
    session.choose(1, Verdict.KEEP)
    assert [view.title for view in town.box.modals("U0EVA")] == ["Review"]
    town.press("U0EVA", town.commit("U0EVA", "mine").messages[-1], ids.SHOW)
    town.press("U0EVA", town.item("U0EVA", 2), ids.DONE)
    assert town.box.modals("U0EVA")[-1].title.startswith("Commitment #")


def keeps_what_lacks(session: Session, number: int) -> None:
    """*Close* says that the item has no verdict; it is kept, and *Close* pressed again."""
    session.press(ids.REVIEW_CLOSE)
    assert f"#{number} has no verdict." in words_of(session.top)
    session.town.box.close("U0EVA", session.top.id)
    session.press(ids.REVIEW_ITEMS)
    session.choose(number, Verdict.KEEP)
    session.press(ids.REVIEW_OPEN)
    session.press(ids.REVIEW_CLOSE)


def test_it_is_not_closed_with_loose_ends(town: BotInWorkspace) -> None:
    """Without a verdict for each item *Close* lists what is missing; without a next day the form refuses at the day."""
    has_account(town)
    promises(town, 1)
    session = started(town)
    keeps_what_lacks(session, 1)
    assert ids.DAY in session.submit().errors
    assert last_held(town) is None


def test_the_verdicts_that_ask_for_more(town: BotInWorkspace) -> None:
    """Later, revamp, split and terminate open a form; what lacks is refused at its field, and each is shown then."""
    has_account(town)
    promises(town, 4)
    session = started(town)
    session.press(ids.REVIEW_ITEMS)
    session.choose(1, ids.LATER)
    assert session.submit(not_before="2026-12-01").errors == {}
    session.choose(2, Verdict.REVAMP)
    refused = session.submit(action="promise 2, with figures", due="2026-12-18")
    assert ids.REASON in refused.errors
    assert session.submit(action="promise 2, with figures", due="2026-12-18", reason="They reorganise.").errors == {}
    session.choose(3, Verdict.SPLIT)
    assert ids.PARTS in session.submit(parts="only one").errors
    assert session.submit(parts="the first half\nthe second half").errors == {}
    session.choose(4, Verdict.TERMINATE)
    assert session.submit(reason="Nobody needs it.").errors == {}
    shown = words_of(session.top)
    for said in ("carried over*, not before", "revamped*", "split*", "terminated*", "all decided"):
        assert said in shown
    assert town.verbs(3)[-1] == "cancel"
    assert town.commitment(5).action == "the first half"


@pytest.mark.both_databases
@pytest.mark.parametrize("verdict", [Verdict.DONE, Verdict.TERMINATE])
def test_the_next_of_a_series_is_not_asked_for(town: BotInWorkspace, verdict: Verdict) -> None:
    """An occurrence that a verdict brings about has only just begun: it needs no verdict, and the minutes call it new.
    The one after that, which a colleague's *Done* brings about during the session, is asked for.
    """
    has_account(town)
    town.receipt("U0EVA", "send the report every Friday for Acme")
    session = started(town)
    session.press(ids.REVIEW_ITEMS)
    session.choose(1, verdict)
    if verdict == Verdict.TERMINATE:
        session.submit(reason="Nobody reads it.")
    assert town.commitment(2).is_open
    assert "all decided" in words_of(session.top)
    session.press(ids.REVIEW_OPEN)
    assert "1 of 1 item decided" in words_of(session.top)
    town.commit("U0EVA", "done 2")
    keeps_what_lacks(session, 3)
    assert session.submit(day="2027-04-12").errors == {}
    minutes = words(review(town, "Acme last"))
    assert "new: #2 send the report" in minutes
    assert "carried over: #3 send the report" in minutes


def test_the_second_person_is_asked(town: BotInWorkspace) -> None:
    """Ana, who sees no verdict yet, chooses another one than Eva has given: she is told, sees it, and may change it."""
    has_account(town)
    promises(town, 1)
    review(town, "Acme on 12 Jan 10:00 with @ana @eva")
    eva, ana = Session(town), Session(town, "U0ANA")
    for session in (eva, ana):
        session.open()
    eva.press(ids.REVIEW_START)
    town.box.close("U0ANA", ana.top.id)
    ana.open()
    for session in (eva, ana):
        session.press(ids.REVIEW_ITEMS)
    eva.choose(1, Verdict.KEEP)
    refused = ana.choose(1, Verdict.DONE)
    assert "got “keep” meanwhile" in str(refused)
    assert town.commitment(1).is_open


def test_an_answer_becomes_a_commitment(town: BotInWorkspace) -> None:
    """*Make it a commitment* opens the form with the answer and the account; it needs no verdict in this review, and
    the minutes have it.
    """
    has_account(town)
    session = started(town)
    session.press(ids.REVIEW_ANSWER)
    session.submit(**{Question.ASK: "Ask Dana for a reference"})
    session.press(ids.REVIEW_PLAN)
    done = session.submit(due="2026-12-18")
    assert (done.problem, done.errors) == (None, {})
    assert town.commitment(1).action == "Ask Dana for a reference"
    town.box.close("U0EVA", session.top.id)
    assert "0 of 0 items decided" in words_of(session.top)
    session.press(ids.REVIEW_CLOSE)
    session.submit(day="2027-04-12")
    assert "new: #1 Ask Dana for a reference" in words(review(town, "Acme last"))


def test_a_line_of_the_minutes_becomes_a_commitment_later(town: BotInWorkspace) -> None:
    """A week after the review an answer in its minutes becomes a commitment with a press, from the message in the
    channel and from `/review Acme last`. The next review has both among the last decisions; the minutes stay.
    """
    has_channel(town)
    session = started(town)
    session.press(ids.REVIEW_ANSWER)
    session.submit(**{Question.ASK: "Ask Dana for a reference"})
    session.press(ids.REVIEW_CLOSE)
    session.submit(day="2027-04-12")
    town.jump(2026, 11, 30, 12)
    before = words(review(town, "Acme last")).partition("Calendars")[0]
    posted_minutes = next(one for one in posted(town) if "minutes of" in words(one))
    for user, message in (("U0ANA", posted_minutes), ("U0EVA", review(town, "Acme last"))):
        form = town.form(user, message, ids.REVIEW_PLAN)
        done = town.submit(user, form, due="2026-12-18", action=f"Ask Dana, says {user}")
        assert (done.problem, done.errors) == (None, {})
    page = words(review(town, "Acme"))
    assert "new: #1 Ask Dana, says U0ANA" in page
    assert "new: #2 Ask Dana, says U0EVA" in page
    assert words(review(town, "Acme last")).partition("Calendars")[0] == before


def test_it_goes_on_after_a_week(town: BotInWorkspace) -> None:
    """The modal was closed and a week has passed: the session goes on where it stood, from the list of reviews."""
    has_account(town)
    promises(town, 2)
    session = started(town)
    session.press(ids.REVIEW_ITEMS)
    session.choose(1, Verdict.KEEP)
    town.box.close("U0EVA", session.top.id)
    town.jump(2026, 12, 1, 12)
    session.open()
    assert "1 of 2 items decided" in words_of(session.top)
    session.press(ids.REVIEW_ITEMS)
    session.choose(2, Verdict.KEEP)
    assert "all decided" in words_of(session.top)


@contextmanager
def another_process(town: BotInWorkspace, database_url: str) -> Iterator[None]:
    """The process ends, and a new one serves the workspace from the same ledger."""
    before = town.makegood, town.service
    town.service.stop()
    town.makegood = compose(given_for(town.box, database_url), clock=town.box.clock.now)
    town.service = Service(town.makegood, Parts(web=True))
    town.service.start()
    town.box.app_url = f"http://127.0.0.1:{town.service.port}{EVENTS_PATH}"
    try:
        yield
    finally:
        town.makegood.courier.stop()
        town.service.stop()
        town.makegood, town.service = before


@pytest.mark.both_databases
def test_it_goes_on_after_a_restart(town: BotInWorkspace, database_url: str) -> None:
    """The process ends in the middle of a session, twice: an open form is submitted to the next process, a closed modal
    is opened again from the prompt, a week later too. Nothing that was decided is lost, and there is one prompt.
    """
    booked(town)
    town.jump(2026, 12, 14, 9, 0)
    prompt = posted(town)[-1]
    town.press("U0EVA", prompt, ids.REVIEW_START)
    session = Session(town)
    session.press(ids.REVIEW_ITEMS)
    session.choose(1, Verdict.KEEP)
    session.choose(2, Verdict.TERMINATE)
    with another_process(town, database_url):
        town.makegood.tick()
        assert session.submit(reason="no longer wanted").errors == {}
        session.choose(3, Verdict.DONE)
        session.press(ids.REVIEW_OPEN)
        session.press(ids.REVIEW_ANSWER)
        assert session.submit(gained="two days a week").errors == {}
        town.box.close("U0EVA", session.top.id)
        town.jump(2026, 12, 21, 9, 0)
        with another_process(town, database_url):
            town.makegood.tick()
            (stands,) = [one for one in posted(town) if "The review of Acme" in words(one)]
            assert stands.ts == prompt.ts
            assert "3 of 8 items decided" in words(stands)
            town.press("U0EVA", stands, ids.REVIEW_OPEN)
            assert "3 of 8 items decided" in words_of(session.top)
            assert "two days a week" in words_of(session.top)
            session.press(ids.REVIEW_ITEMS)
            session.press(ids.REVIEW_SEVERAL)
            assert session.submit().errors == {}
            session.press(ids.REVIEW_OPEN)
            session.press(ids.REVIEW_CLOSE)
            assert session.submit(day="2027-03-15", time="10:00").errors == {}
            minutes = words(posted(town)[-1])
            for part in (
                "terminated: #2",
                "done: #3",
                "carried over: #1",
                "two days a week",
                "Next review: Mon 15 Mar",
            ):
                assert part in minutes


def test_two_who_answer_one_question(town: BotInWorkspace) -> None:
    """Both forms are open; the second is told at the question what the first has written."""
    has_account(town)
    promises(town, 1)
    review(town, "Acme on 12 Jan 10:00 with @ana @eva")
    eva, ana = Session(town), Session(town, "U0ANA")
    eva.open()
    eva.press(ids.REVIEW_START)
    ana.open()
    for session in (eva, ana):
        session.press(ids.REVIEW_ANSWER)
    assert eva.submit(**{Question.ASK: "a reference"}).errors == {}
    refused = ana.submit(**{Question.ASK: "an introduction"})
    assert "a reference" in refused.errors[Question.ASK]
    beside = ana.submit(**{Question.ASK: "", Question.GOALS: "a new plant"})
    assert beside.errors == {}
    assert "2 of 8 answered" in words_of(ana.top)


def test_a_colleague_who_takes_no_part(town: BotInWorkspace) -> None:
    """Ben reads the review, without buttons that would be refused."""
    has_account(town)
    promises(town, 1)
    started(town)
    shown = review(town, "Acme", "U0BEN")
    assert "0 of 1 item decided" in words(shown)
    for button in (ids.REVIEW_CLOSE, ids.REVIEW_ANSWER, ids.REVIEW_SCORE, ids.REVIEW_BOOK, ids.REVIEW_CALL_OFF):
        assert values(shown.blocks, button) == []


def test_minutes_are_corrected(town: BotInWorkspace) -> None:
    """A correction stands below the minutes with its author's name."""
    has_account(town)
    session = started(town)
    session.press(ids.REVIEW_CLOSE)
    session.submit(day="2027-04-12")
    session.press(ids.REVIEW_MINUTES)
    session.press(ids.REVIEW_CORRECT)
    assert session.submit(remark="Dana was there too.").errors == {}
    shown = words(review(town, "Acme last"))
    assert "Corrected by Eva Lindqvist: Dana was there too." in shown
    assert "version 2" in shown


def test_a_review_that_was_not_held(town: BotInWorkspace) -> None:
    """*Not held* asks why; the page offers to book another one."""
    has_account(town)
    review(town, "Acme on 12 Jan 10:00")
    session = Session(town)
    session.open()
    session.press(ids.REVIEW_CALL_OFF)
    assert session.submit(reason="Dana is ill.").errors == {}
    assert "None is planned" in words_of(session.top)
    session.press(ids.REVIEW_BOOK)
    assert session.submit(day="2027-01-20", time="09:30").errors == {}
    assert "Wed 20 Jan 2027, 09:30" in words_of(session.top)


def test_markup_of_people_stays_text(town: BotInWorkspace) -> None:
    """Names, answers and reasons with markup break out of nothing (invariants.py looks at every message)."""
    has_account(town)
    evil = "*bold* <!channel> <https://example.com|x>\n> line"
    town.has_recorded("U0EVA", ("U0EVA", evil, "2026-12-04"), account=town.ask("U0EVA", accounts.named, "Acme"))
    session = started(town)
    session.press(ids.REVIEW_ANSWER)
    session.submit(**{Question.GAINED: evil})
    session.press(ids.REVIEW_ITEMS)
    session.choose(1, Verdict.TERMINATE)
    assert session.submit(reason=evil).errors == {}
    session.press(ids.REVIEW_OPEN)
    session.press(ids.REVIEW_CLOSE)
    session.submit(day="2027-04-12")
    assert "terminated: #1" in words(review(town, "Acme last"))
