"""`/commit mine | overdue | account … | 12 | help` and the Home tab, with more items than one page holds."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from handlers import ids
from store import accounts
from tests.journeys.conftest import BotInWorkspace, read, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Message
from tests.journeys.reading import LONG, numbers

MANY = 60


def promises(owner: str = "U0EVA", *, due: str = "2026-12-{day:02}", long: bool = True) -> list[tuple[str, str, str]]:
    """Sixty commitments for `owner`, due on the days of a month."""
    text = LONG[:490] if long else "call"
    return [(owner, f"{text} {number}", due.format(day=number % 28 + 1)) for number in range(1, MANY + 1)]


class Pages:
    """A list that a person sees, and turns page by page."""

    def __init__(self, town: BotInWorkspace, user: str, message: Message) -> None:
        self._town, self._user, self._at = town, user, (message.channel, message.ts)

    @property
    def shown(self) -> Message:
        channel, ts = self._at
        return next(m for m in self._town.box.messages(channel, viewer=self._user) if m.ts == ts)

    def all_the_way(self, action_id: str) -> list[list[int]]:
        """Press until the last page; the numbers on each page, this one included."""
        seen = [numbers(self.shown.blocks)]
        while action_id in str(self.shown.blocks):
            self._town.press(self._user, self.shown, action_id)
            seen.append(numbers(self.shown.blocks))
            assert len(seen) <= MANY
        return seen


def to_the_end_and_back(pages: Pages) -> set[int]:
    """Asserts that each item is on one page on the way to the end and on the way back; returns the numbers."""
    forth = pages.all_the_way(ids.PAGE_OLDER)
    there = [number for page in forth for number in page]
    assert len(there) == len(set(there))
    back = pages.all_the_way(ids.PAGE_NEWER)
    assert back[-1] == forth[0]
    assert {number for page in back for number in page} == set(there)
    return set(there)


def test_sixty_of_mine_can_all_be_reached(town: BotInWorkspace) -> None:
    """Slack accepts each page of sixty items with long texts, and turning pages shows every item, forward and back."""
    town.has_recorded("U0EVA", *promises())
    first = town.commit("U0EVA", "mine").messages[-1]
    assert "60 commitments" in read(first)
    pages = Pages(town, "U0EVA", first)
    assert to_the_end_and_back(pages) == set(range(1, MANY + 1))
    town.press("U0EVA", pages.shown, ids.PAGE_OLDER)
    on_second = numbers(pages.shown.blocks)
    done = f"{ids.DONE}|{_value(pages.shown, on_second[0])}"
    town.box.press("U0EVA", action_id=ids.MORE, channel="C0ACME", ts=first.ts, value=done)
    assert town.commitment(on_second[0]).state == "done"
    assert numbers(pages.shown.blocks)[: len(on_second) - 1] == on_second[1:]
    assert "59 commitments" in read(pages.shown)


def _value(message: Message, number: int) -> str:
    """The value of the buttons of that commitment."""
    found = re.search(rf"['\"|](commitment:{number}:\d+:[a-z][^'\"]*)['\"]", str(message.blocks))
    assert found
    return found[1]


@pytest.mark.parametrize(("many", "is_compact"), [(5, False), (6, True)])
def test_a_long_list_is_compact(town: BotInWorkspace, many: int, is_compact: bool) -> None:
    """Five items have a row of buttons each; six have one section each, with a menu that does the same."""
    town.has_recorded("U0EVA", *promises()[:many])
    shown = town.commit("U0EVA", "mine").messages[-1]
    rows = [block for block in shown.blocks if f"#{many} " in str(block.get("text"))]
    menus = [(block.get("accessory") or {}).get("type") for block in rows]
    assert menus == (["overflow"] if is_compact else [None])
    if is_compact:
        (accessory,) = (block["accessory"] for block in rows)
        assert [one["text"]["text"] for one in accessory["options"]] == [
            "Done", "New date", "Blocked", "Hand over", "Details",
        ]  # fmt: skip
    value = _value(shown, many)
    action_id, value = (ids.MORE, f"{ids.DONE}|{value}") if is_compact else (ids.DONE, value)
    town.box.press("U0EVA", action_id=action_id, channel="C0ACME", ts=shown.ts, value=value)
    assert town.commitment(many).state == "done"
    assert f"{many - 1} commitments" in read(town.box.messages("C0ACME", viewer="U0EVA")[-1])


def test_sixty_overdue_of_everybody(town: BotInWorkspace) -> None:
    """The viewer's own items come first, then the others', all of them within reach."""
    town.has_recorded("U0EVA", *promises("U0EVA")[:20], *promises("U0ANA")[20:])
    town.move(2027, 1, 11, 10)
    first = town.commit("U0EVA", "overdue").messages[-1]
    assert "60 commitments" in read(first)
    assert set(numbers(first.blocks)) <= set(range(1, 21))
    assert to_the_end_and_back(Pages(town, "U0EVA", first)) == set(range(1, MANY + 1))
    assert "Nothing is overdue" not in read(town.commit("U0BEN", "overdue").messages[-1])


def test_an_account_shows_both_sides(town: BotInWorkspace) -> None:
    """An account shows both sides under headings, with all sixty items within reach, and no item of other accounts."""
    with town.makegood.ledger.begin() as tx:
        acme = accounts.create(tx, town.person(tx, "U0EVA"), "Acme", now=town.box.clock.now())
    town.has_recorded("U0EVA", *promises()[:30], account=acme)
    town.has_recorded("U0EVA", *promises()[30:], account=acme, side="theirs")
    town.has_recorded("U0EVA", ("U0EVA", "something else", "2026-12-01"))
    first = town.commit("U0BEN", "account Acme").messages[-1]
    assert "We owe" in read(first)
    pages = Pages(town, "U0BEN", first)
    town.press("U0BEN", first, ids.PAGE_OLDER)
    assert to_the_end_and_back(pages) == set(range(1, MANY + 1))
    pages.all_the_way(ids.PAGE_OLDER)
    assert "They owe us" in read(pages.shown)


MEANT = {
    "Acme Corporation": ["acme corporation", "ACME CORP", "Acmé Corporation Inc.", "acme", "Acme Corporaton"],
    "Société Générale": ["societe generale", "SOCIÉTÉ GÉNÉRALE", "Société", "societe general"],
    "Müller & Söhne GmbH": ["muller & sohne", "Müller & Söhne"],
}


def test_an_account_is_found_however_it_is_typed(town: BotInWorkspace) -> None:
    """An account is found despite case, accents, legal form, missing last words or a typing mistake; several are asked
    back.
    """
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        for name in (*MEANT, "Globex North", "Globex South"):
            accounts.create(tx, eva, name, now=town.box.clock.now())
    for name, typed in MEANT.items():
        for written in typed:
            assert name in read(town.commit("U0EVA", f"account {written}").messages[-1]), written
    receipt = read(town.receipt("U0EVA", "send it by Friday for müller & söhne"))
    assert "Account: Müller & Söhne GmbH" in receipt
    several = read(town.commit("U0EVA", "account globex").messages[-1])
    assert "Globex North or Globex South" in several
    unknown = read(town.commit("U0EVA", "account Umbrella").messages[-1])
    assert "I don't know an account called “Umbrella”" in unknown
    assert "account Umbrella" in unknown.partition("You wrote:")[2]


def test_one_commitment_with_its_history(town: BotInWorkspace) -> None:
    """A number, with or without #, shows the current wording, the first wording, and the history."""
    town.receipt("U0EVA", "@ana send the pricing sheet by Friday")
    move = town.form("U0ANA", town.item("U0ANA"), ids.MOVE)
    town.submit("U0ANA", move, due="2026-12-07", reason="legal needs a week")
    for typed in ("1", "#1", " 1 "):
        shown = read(town.commit("U0BEN", typed).messages[-1])
        assert "Mon 7 Dec 2026" in shown
        assert "first 27 Nov · moved once" in shown
        assert "Ana Souza moved it" in shown
        assert "legal needs a week" in shown
    assert "Dates as you say them" in read(town.commit("U0BEN", "help").messages[-1])
    assert "Nothing is open" in read(town.commit("U0BEN", "MINE").messages[-1])


def test_details_in_a_modal_lead_nowhere_else(town: BotInWorkspace) -> None:
    """Details opened from Home can be pressed as often as it is shown, and its buttons work each time."""
    town.receipt("U0EVA", "send it by Friday")
    town.box.open_home("U0EVA")
    _show_details(town, home=True)
    for _ in range(4):
        if ids.SHOW in str(town.box.modals("U0EVA")[-1].blocks):
            _show_details(town)
    top = town.box.modals("U0EVA")[-1]
    assert "History" in words_of(top)
    assert town.box.press("U0EVA", action_id=ids.DONE).ok
    assert town.commitment(1).state == "done"


def _show_details(town: BotInWorkspace, *, home: bool = False) -> None:
    view = town.box.home("U0EVA") if home else town.box.modals("U0EVA")[-1]
    assert view is not None
    in_menu = re.search(rf"'({ids.SHOW}\|[^']+)'", str(view.blocks))
    value = {"action_id": ids.MORE, "value": in_menu[1]} if in_menu else {"action_id": ids.SHOW}
    assert town.box.press("U0EVA", home=home, **value).ok


def test_home_with_sixty(town: BotInWorkspace) -> None:
    """Home can be turned to the end and back; a press on any page is shown at once and stays on that page."""
    town.has_recorded("U0EVA", *promises())
    town.has_recorded("U0BEN", ("U0EVA", "from Ben", "2026-11-24"))
    town.box.open_home("U0EVA")

    def page() -> list[int]:
        view = town.box.home("U0EVA")
        assert view is not None
        return numbers(view.blocks)

    seen = [page()]
    while ids.PAGE_OLDER in str(town.box.home("U0EVA")):
        assert town.box.press("U0EVA", home=True, action_id=ids.PAGE_OLDER).ok
        seen.append(page())
    assert sorted(number for each in seen for number in each) == list(range(1, MANY + 2))
    while ids.PAGE_NEWER in str(town.box.home("U0EVA")):
        town.box.press("U0EVA", home=True, action_id=ids.PAGE_NEWER)
    assert page() == seen[0]
    town.box.press("U0EVA", home=True, action_id=ids.PAGE_OLDER)
    done = page()[0]
    _press_at_home(town, ids.DONE, done)
    # The done item stands first, with *Reopen*.
    assert page()[:2] == [done, seen[1][1]]
    assert "60 open" in words_of(town.box.home("U0EVA"))
    town.settled()
    assert page()[:2] == [done, seen[1][1]]


def _press_at_home(town: BotInWorkspace, action_id: str, number: int) -> None:
    view = town.box.home("U0EVA")
    assert view is not None
    found = re.search(rf"['\"]((\S+\|)?commitment:{number}:\d+:[a-z][^'\"]*)['\"]", str(view.blocks))
    assert found
    in_menu = found[2] is not None
    value = f"{action_id}|{found[1].partition('|')[2]}" if in_menu else found[1]
    assert town.box.press("U0EVA", home=True, action_id=ids.MORE if in_menu else action_id, value=value).ok


def _home(town: BotInWorkspace, user: str = "U0EVA") -> str:
    return words_of(town.box.home(user))


def test_done_in_home_leaves_a_line_until_the_next_visit(town: BotInWorkspace) -> None:
    """*Done* in Home leaves the item with *Reopen*, which brings it back; the next visit shows it no more."""
    town.receipt("U0EVA", "send it by Friday")
    town.box.open_home("U0EVA")
    _press_at_home(town, ids.DONE, 1)
    assert "#1 · done" in _home(town)
    assert "Reopen" in _home(town)
    town.settled()
    assert "#1 · done" in _home(town)
    _press_at_home(town, ids.REOPEN, 1)
    assert "#1 · done" not in _home(town)
    assert "This week (1)" in _home(town)
    _press_at_home(town, ids.DONE, 1)
    town.pass_by(minutes=5)
    town.box.open_home("U0EVA")
    assert "#1" not in _home(town)


def test_the_tabs_of_home(town: BotInWorkspace) -> None:
    """Home has a tab for one's own, for what one waits for and for the accounts; it is kept true on each."""
    receipt = town.receipt("U0EVA", "send it by Friday for Acme")
    town.press("U0EVA", receipt, ids.CREATE_ACCOUNT)
    town.receipt("U0EVA", "@ana count the seats by Friday")
    town.receipt("U0EVA", "theirs: sign the order by 4 Dec for Acme")
    town.box.open_home("U0EVA")
    assert "My commitments (1)" in _home(town)
    assert "I wait for (2)" in _home(town)
    assert "sign the order" not in _home(town)
    town.box.press("U0EVA", home=True, action_id=ids.HOME_WAITING)
    assert "sign the order" in _home(town)
    assert "send it" not in _home(town)
    town.press("U0ANA", town.item("U0ANA", 2), ids.DONE)
    town.settled()
    assert "I wait for (1)" in _home(town)
    town.box.press("U0EVA", home=True, action_id=ids.HOME_ACCOUNTS)
    assert "1 account" in _home(town)
    assert "2 open" in _home(town)
    assert town.box.press("U0EVA", home=True, action_id=ids.OPEN_ACCOUNT).ok
    assert "They owe us" in _home(town)
    assert town.box.modals("U0EVA") == []
    town.box.press("U0EVA", home=True, action_id=ids.HOME_MINE)
    assert "This week (1)" in _home(town)


def test_many_items_of_home_are_grouped_and_chosen(town: BotInWorkspace) -> None:
    """With more than five items Home is compact; it is grouped by date or account, and shows one account alone."""
    town.press("U0EVA", town.receipt("U0EVA", "send it by 4 Dec for Acme"), ids.CREATE_ACCOUNT)
    town.press("U0EVA", town.receipt("U0EVA", "call them by 4 Dec for Globex"), ids.CREATE_ACCOUNT)
    for number in range(5):
        town.receipt("U0EVA", f"write page {number} by 4 Dec for Acme")

    def blocks() -> Any:
        view = town.box.home("U0EVA")
        assert view is not None
        return view.blocks

    town.box.open_home("U0EVA")
    assert "Later (7)" in _home(town)
    assert ids.DONE not in [each["action_id"] for block in blocks() for each in block.get("elements", ())]
    _choose(town, ids.MORE, "Group by account")
    assert "Acme (6)" in _home(town)
    assert "Globex (1)" in _home(town)
    _choose(town, ids.HOME_ACCOUNT, "Globex")
    assert numbers(blocks()) == [2]
    town.settled()
    assert numbers(blocks()) == [2]
    # A new visit shows all accounts, and remembers the grouping.
    town.box.open_home("U0EVA")
    assert "Acme (6)" in _home(town)


def test_what_one_waits_for_shows_one_side_alone(town: BotInWorkspace) -> None:
    """With more than five that one waits for, a menu shows the client's commitments alone, or those of colleagues."""
    town.has_recorded("U0EVA", *[("U0ANA", f"write page {number}", "2026-12-04") for number in (1, 2, 3)])
    town.has_recorded("U0EVA", *[("U0EVA", f"sign {number}", "2026-12-04") for number in (4, 5, 6)], side="theirs")
    town.box.open_home("U0EVA")
    town.box.press("U0EVA", home=True, action_id=ids.HOME_WAITING)
    for words, shown in (
        ("The client owes us", [4, 5, 6]), ("Colleagues owe", [1, 2, 3]), ("Client and colleagues", [1, 2, 3, 4, 5, 6])
    ):  # fmt: skip
        _choose(town, ids.HOME_SIDE, words)
        view = town.box.home("U0EVA")
        assert view is not None
        assert sorted(numbers(view.blocks)) == shown


def _choose(town: BotInWorkspace, action_id: str, words: str) -> None:
    """Choose the option with these words from a menu of the Home tab."""
    view = town.box.home("U0EVA")
    assert view is not None
    options = (
        (each["action_id"], option["value"])
        for block in view.blocks for each in block.get("elements", ()) for option in each.get("options", ())
        if option["text"]["text"] == words
    )  # fmt: skip
    found = next(value for at, value in options if at == action_id)
    assert town.box.press("U0EVA", home=True, action_id=action_id, value=found).ok


@pytest.mark.parametrize("many", [120, pytest.param(1000, marks=pytest.mark.slow)])
def test_home_with_very_many_items_asks_eight_times(town: BotInWorkspace, many: int) -> None:
    """A visit to a Home tab of a thousand items takes at most eight statements, however many items it has."""
    for owner in ("U0EVA", "U0ANA"):
        town.has_recorded("U0EVA", *((owner, f"item {number}", "2026-12-04") for number in range(many // 2)))
    town.box.open_home("U0EVA")
    town.pass_by(minutes=5)
    with counted(town.makegood.ledger.engine) as statements:
        town.box.open_home("U0EVA")
    assert f"{many:,} open commitments" in _home(town)
    assert len(statements) <= 8, statements


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    """The statements that the engine executes meanwhile, without those around a transaction."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT")):
            found.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_home_follows_everybody(town: BotInWorkspace) -> None:
    """My Home shows without a press of mine what colleagues do to my items: recorded, handed over, done."""
    town.box.open_home("U0ANA")
    assert "Nothing is open" in words_of(town.box.home("U0ANA"))
    town.receipt("U0EVA", "@ana send it by Friday")
    town.settled()
    assert "This week (1)" in words_of(town.box.home("U0ANA"))
    over = town.form("U0EVA", town.item("U0EVA"), ids.HAND_OVER)
    town.submit("U0EVA", over, owner="U0BEN", reason="Ana is away")
    town.settled()
    assert "Nothing is open" in words_of(town.box.home("U0ANA"))


def test_home_knows_the_morning(town: BotInWorkspace) -> None:
    """A Home tab left open overnight shows new overdue items; after two weeks without use it does when it is opened."""
    town.receipt("U0EVA", "send it today")
    town.box.open_home("U0EVA")
    assert "This week (1)" in words_of(town.box.home("U0EVA"))
    town.jump(2026, 11, 24, 8, 35)
    assert "Tuesday 24 November 2026" in words_of(town.box.home("U0EVA"))
    assert "Overdue (1)" in words_of(town.box.home("U0EVA"))
    town.jump(2026, 12, 8, 8, 35)
    assert "Tuesday 24 November 2026" in words_of(town.box.home("U0EVA"))
    town.box.open_home("U0EVA")
    town.jump(2026, 12, 9, 8, 35)
    assert "Wednesday 9 December 2026" in words_of(town.box.home("U0EVA"))
