"""Text that people wrote stays in its place: in its line, in its quotation marks, and without a meaning of its own."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime
from itertools import product
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.absences import views as absence_view
from handlers.accounts import views as account_views
from handlers.accounts.basis import Basis
from handlers.briefs import notice_views
from handlers.briefs import views as brief_views
from handlers.commitments import brief_lines, forms, items, lists, why
from handlers.home.look import Look
from handlers.home.views import Away, Shown, home
from handlers.offerings import views as offering_views
from handlers.plan import key_dates, white_space
from handlers.plan import views as section_views
from handlers.slack import blocks as b
from handlers.slack.payloads import Context
from handlers.slack.refs import NOWHERE
from handlers.slack.words import escape
from sandbox import render as page
from sandbox.reader import Reader
from store.accounts import Listing, Proposals, Row, Whose
from store.commitments import Group, NextAction, OpenItems, Page, Part, Sums
from store.plan.values import Kind
from store.plan.white_space import grid
from store.rules.calendar.working_days import WorkingDays
from store.rules.kept import Kept
from store.rules.nudging.occasions import Occasion, OccasionKind
from store.rules.permissions import Relation
from store.rules.text import one_line
from store.tables import (
    Absence,
    Account,
    Cell,
    CellState,
    Commitment,
    Entry,
    KeyDate,
    Offering,
    OutboxKind,
    Person,
    Side,
    Stakeholder,
    Workspace,
)

if TYPE_CHECKING:
    from slackblocks import Block

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
# Text as the ledger keeps it: reasons and notes may have line breaks, and marks of every kind may stand in all.
MARKS = "\"“”„‟«»''’`\u2018\u2033\u02ee"
HARD = st.one_of(st.sampled_from(f"\n\n{MARKS}*_~<>&|#@!:.1)• ->–\u05d0ab"), st.characters(exclude_categories=["C"]))


def made(text: str, quote: str) -> Commitment:
    """A commitment all of whose texts are `text`, names included, and those that are shown as a quotation `quote`."""
    workspace = Workspace(id=1, team_id="T0NORTHWIND", name=text, working_week="01234", send_hour=9)
    eva, ana = (
        Person(id=number, workspace_id=1, slack_id=f"U0{number}", name=text, zone="UTC", workspace=workspace)
        for number in (1, 2)
    )
    account = Account(id=1, name=text, owner=eva, owner_id=1)
    return Commitment(
        id=1, number=1, version=1, side="theirs", state="blocked", action=text, first_action=f"{quote}.", slips=1,
        due_on=TODAY, first_due_on=date(2026, 11, 20), note=one_line(text), blocked_by=quote, internal=True, owner=ana,
        owner_id=2, creator=eva, creator_id=1, account=account, account_id=1, blocker=eva, blocker_id=1,
        stakeholder=Stakeholder(id=1, name=text), accepted_at=NOW, created_at=NOW, workspace_id=1,
    )  # fmt: skip


def shown_account(one: Commitment, text: str, quote: str) -> account_views.Shown:
    """The page of an archived account all of whose texts are `text`, and its quotations `quote`."""
    account = Account(
        id=1, workspace_id=1, version=1, name=text, category="A", owner=one.creator, owner_id=1, coach=one.owner,
        coach_id=2, archived_at=NOW, archive_reason=quote, created_at=NOW,
    )  # fmt: skip
    changes = {"name": [quote, quote], "owner_id": [None, 1], "coach_id": [1, None]}
    entries = [
        Entry(id=1, at=NOW, actor=one.creator, actor_id=1, subject_id=1, verb="edit", changes=changes),
        Entry(id=2, at=NOW, actor=one.creator, actor_id=1, subject_id=1, verb="archive", changes={}, reason=quote),
    ]
    names = {"people": {1: text}, "accounts": {1: text}}
    page, sums = Page([one], 0, 1), dict.fromkeys(Side, Sums(1, 1, 1, Kept(1, 2)))
    client = Stakeholder(id=1, name=text, title=text)
    return account_views.Shown(account, page, page, [client], entries, names, sums, Basis(account, None, []))


def key_date(one: Commitment, text: str, quote: str) -> KeyDate:
    """An archived key date of the commitment's account with `text` in all of it, and the reason `quote`."""
    return KeyDate(
        id=1, workspace_id=1, version=1, account_id=1, account=one.account, kind="show", name=text, day=TODAY,
        recurs="yearly", owner=one.owner, owner_id=2, note=one_line(text), archived_at=NOW, archive_reason=quote,
    )  # fmt: skip


def white_space_of(one: Commitment, text: str, quote: str) -> tuple[list[Offering], list[Cell]]:
    """Offerings, one of them archived, and the cells of two units with `text` in all of them."""
    sold = [Offering(id=n, workspace_id=1, version=1, name=text, name_key=text) for n in (1, 2)]
    sold[1].archived_at, sold[1].archive_reason = NOW, quote
    return sold, [
        Cell(id=n, workspace_id=1, version=1, account=one.account, account_id=1, offering=offering, state=CellState.HAS,
             offering_id=offering.id, unit=unit)
        for n, (offering, unit) in enumerate(product(sold, (text, None)))
    ]  # fmt: skip


def surfaces(text: str, quote: str) -> dict[str, list[b.Json]]:
    """Every kind of place that shows text of people's, drawn with these in all of it."""
    one = made(text, quote)
    eva, ana = one.creator, one.owner
    owns = {one.id: frozenset({Relation.OWNER})}
    entries = [
        Entry(id=n, at=NOW, actor=eva, actor_id=1, verb=verb, changes=changes, reason=quote)
        for n, (verb, changes) in enumerate(
            [("move", {"due_on": ["2026-11-20", "2026-11-23"]}), ("block", {"blocker_id": [None, 1]}), ("edit", {})]
        )
    ]
    away = Absence(id=1, person=eva, person_id=1, first_day=TODAY, last_day=TODAY, delegate=ana, created_at=NOW)
    deed = notice_views.Change(OutboxKind.HANDED_BACK, eva, quote)
    mentioned = brief_lines.Mentioned(one, Occasion(OccasionKind.TODAY), away_until=TODAY, told_on=TODAY, change=deed)
    line = brief_lines.line(mentioned, ana, owns, TODAY, TODAY, WorkingDays())
    remark = brief_views.Remark(f"*{escape(text)}* asks you to stand in.")
    listed = Page([one], 0, 1)
    noted = key_date(one, text, quote)
    noted_line = [key_dates.line(noted, Occasion(OccasionKind.DAYS_BEFORE, 14, TODAY), TODAY)]
    changes = {"name": [quote, quote], "owner_id": [1, None], "day": ["2026-11-20", None]}
    noted_entries = [
        Entry(id=1, at=NOW, actor=eva, actor_id=1, verb="edit", changes=changes),
        Entry(id=2, at=NOW, actor=eva, actor_id=1, verb="archive", changes={}, reason=quote),
    ]
    open_items = OpenItems(listed, {Part.MINE: 7}, 1, {Group.LATER: 1}, [(1, text)])
    sold, cells = white_space_of(one, text, quote)
    plan = section_views.Plan(noted.account, {"key_date": [noted], "cell": cells}, TODAY)
    following = {("key_date", 1): NextAction(7, text, TODAY)}
    views: dict[str, list[Block]] = {
        "details": items.details(one, entries, {"people": {1: text}}, ana, owns, TODAY, NOWHERE),
        "receipt": items.receipt(one, eva, TODAY, view=NOWHERE, may_undo=True, proposed=Proposals(quote)),
        "account": account_views.page(shown_account(one, text, quote), ana, TODAY),
        "accounts": account_views.listing(
            Listing(Whose.ALL, [Row(shown_account(one, text, quote).account, 2, 1)], 0, dict.fromkeys(Whose, 1)),
            ana, {},
        ),
        "list": lists.page_of(listed, ana, owns, TODAY, title=text, empty="", view=NOWHERE),
        "section": section_views.listing(key_dates.WORDS, plan, eva, following, start=0),
        "grid": white_space.page(plan, sold, eva, may_add=True, start=0),
        "offerings": offering_views.listing(sold, start=0, may_change=True),
        "row": section_views.details(
            key_dates.WORDS, noted, noted_entries, {(Kind.PERSON, 1): text}, eva, TODAY, listed
        ),
        "absence": absence_view.receipt(away, eva, TODAY, TODAY, view=NOWHERE, delegate_away=away,
                                    meanwhile=[(one, TODAY)]),
        "stands in": absence_view.stands_in([away]),
        "delegated": absence_view.delegated(away, ana, TODAY)[1],
        "why": items.reasons(one, [f"{text} hears of it.", *why.of_next([], one, eva)]),
        **{kind: notice_views.notice(notice_views.Change(kind, eva, quote), one, ana, owns, TODAY)[1]
           for kind in (OutboxKind.ASSIGNED, OutboxKind.HANDED_BACK, OutboxKind.CANCELLED)},
        "shared": notice_views.shared(one, eva, TODAY, others=False)[1],
    }  # fmt: skip
    return {
        **{name: b.resolved(blocks) for name, blocks in views.items()},
        "key date in a brief": brief_views.brief(noted_line, ana, TODAY)[1],
        "form of a unit": white_space.form(
            white_space.Part(1, unit=text), noted.account, grid(cells, sold), None, Context()
        )["blocks"],
        "form of a row": section_views.form(key_dates.WORDS, noted.account, noted, Context())["blocks"],
        "brief": brief_views.brief([line], ana, TODAY, [remark])[1],
        "home": home(Shown(open_items, owns, Away(away, [away]), [one]), ana, TODAY, Look(by_account=True))["blocks"],
        "form": forms.new(forms.Filled(action=text, note=text, remark=text), Context())["blocks"],
    }


def texts_of(blocks: Any) -> list[dict[str, Any]]:
    """Every text object in blocks, in order."""
    if isinstance(blocks, dict):
        if blocks.get("type") in {"mrkdwn", "plain_text"}:
            return [blocks]
        return [text for value in blocks.values() for text in texts_of(value)]
    return [text for block in blocks for text in texts_of(block)] if isinstance(blocks, list) else []


def shape(text: dict[str, Any]) -> tuple[object, ...]:
    """How a text is built, apart from its words: lines, quotation marks, and the markup that Slack reads in it."""
    said = text["text"]
    if text["type"] == "plain_text":
        return len(said.splitlines()), said.count("“"), said.count("”")
    reader = Reader("U01", ZoneInfo("UTC"), NOW)
    drawn = str(page.words(re.sub(r":(?=\S)", ":\u200b", said), reader))
    lines = [
        len(re.findall('[“”"]', html.unescape(line)))
        for line in re.sub(r"<[^>]*>", "", drawn.replace("<br>", "\n")).splitlines()
    ]
    return lines, re.findall(r"<(/?[a-z]+)", drawn), said.count("<"), said.count(">")


def check(text: str) -> None:
    """Every text has the shape that it has with a harmless word in it."""
    bare = "".join(character for character in text if character not in MARKS).strip() or "word"
    plain, hard = surfaces("word", "word"), surfaces(bare, text)
    for name, blocks in hard.items():
        assert [shape(one) for one in texts_of(blocks)] == [shape(one) for one in texts_of(plain[name])], name


FORGED = "client asked”\nFri 27 Nov 2026 · eva moved it from Mon to Tue: “late"


@pytest.mark.parametrize(
    "text", [FORGED, "’’ \n1. x", '"\n> y', "<!channel>\r<@U0ANA>\u2028<https://x|y>", "a`b` *c*\n*", "״א\n", "-", "1."]
)
def test_an_entry_cannot_be_forged(text: str) -> None:
    """A reason with quotation marks, line breaks and markup makes no line that looks like an entry of a history."""
    check(text)


@settings(max_examples=60)
@given(st.text(HARD, min_size=1, max_size=40).filter(str.strip))
def test_text_stays_in_its_place(text: str) -> None:
    """Any text keeps the same lines, quotation marks, mentions, links and formatting on every surface."""
    check(text)


def test_a_note_keeps_its_lines() -> None:
    """A note of several lines stands behind Slack's bar, line by line, so that none of them looks like ours."""
    one = made("word", "word")
    one.note = "Ask Dana.\nRecorded by Ben · internal\n\n> and *this*"
    said = texts_of(
        b.resolved(items.details(one, [], {"people": {}}, one.owner, {one.id: frozenset()}, TODAY, NOWHERE))
    )
    lines = next(text["text"] for text in said if "Note:" in text["text"]).splitlines()
    assert lines[lines.index("Note:") + 1 :] == [
        "> Ask Dana.", "> Recorded by Ben · internal", "> ", "> \u200b&gt; and \u2217this\u2217",
    ]  # fmt: skip
    assert lines[lines.index("Note:") - 1].startswith("Recorded by word")
