"""Wrong or hostile input of people and strangers: refused or stored, never broken, never markup."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from handlers import ids
from handlers.settings.views import Part
from sandbox import User
from sandbox.clock import wall_clock
from sandbox.delivery import sign
from store import accounts
from tests.journeys.conftest import SECRET, BotInWorkspace, read, texts, words, words_of
from tests.journeys.forms import filled, offer, open_form, open_part, open_settings

COMMAND = urlencode(
    {
        "command": "/commit", "text": "send it by Friday", "team_id": "T0NORTHWIND", "user_id": "U0EVA",
        "channel_id": "C0ACME", "trigger_id": "1.2.3", "response_url": "http://127.0.0.1:9/none",
    }
).encode()  # fmt: skip
FORM = "application/x-www-form-urlencoded"


def send(town: BotInWorkspace, body: bytes, *, kind: str = FORM, **headers: str) -> int:
    """Send raw bytes to the bot, as any stranger on the internet can; return the status."""
    named = {name.replace("_", "-").encode(): value.encode("latin-1") for name, value in headers.items()}
    assert town.box.app_url
    with httpx.Client(trust_env=False) as client:
        return client.post(town.box.app_url, content=body, headers={b"Content-Type": kind.encode()} | named).status_code


def signed(body: bytes, *, secret: str = SECRET, timestamp: str | None = None) -> dict[str, str]:
    """The headers with which Slack sends `body`, now unless `timestamp` says otherwise."""
    timestamp = timestamp or str(int(wall_clock().timestamp()))
    return {"X_Slack_Request_Timestamp": timestamp, "X_Slack_Signature": sign(secret, timestamp, body)}


def test_only_slack_is_let_in(town: BotInWorkspace) -> None:
    """An unsigned, wrongly signed, stale or early request, or a bad timestamp, gets 401 and changes no row."""
    before = town.rows()
    now = int(wall_clock().timestamp())
    cases: list[dict[str, str]] = [
        {},
        signed(COMMAND, secret="guessed"),
        signed(b"something else"),
        signed(COMMAND) | {"X_Slack_Signature": ""},
        signed(COMMAND) | {"X_Slack_Signature": "v0="},
        signed(COMMAND) | {"X_Slack_Signature": signed(COMMAND)["X_Slack_Signature"].upper()},
        signed(COMMAND, timestamp=str(now - 310)),
        signed(COMMAND, timestamp=str(now + 310)),
        *(signed(COMMAND, timestamp=odd) for odd in ("soon", "-1", "1e9", "9" * 40, "0x5f", f"{now}.5", "\xb2")),
    ]
    assert [send(town, COMMAND, **headers) for headers in cases] == [401] * len(cases)
    assert town.rows() == before
    assert send(town, COMMAND, **signed(COMMAND)) == 200
    assert town.commitment(1).action == "send it"


def test_what_makes_no_sense_is_refused(town: BotInWorkspace) -> None:
    """A signed body that is no payload gets 400; an unknown payload is ignored. No row changes."""
    before = town.rows()
    nonsense = [b"", b"{", b"[]", b"payload=", b"payload=%7B", b"payload=[]", b"payload=null", b"\xff\xfe", b"%"]
    for body in nonsense:
        assert send(town, body, **signed(body)) in {400, 404}, body
    for kind in (b"[[[[", b'"text"', b"12", b"{}", b"[" * 50_000):
        assert send(town, kind, kind="application/json", **signed(kind)) == 400, kind[:20]
    who = {
        "team": {"id": "T0NORTHWIND"}, "user": {"id": "U0EVA"},
        "trigger_id": town.box.triggers.issue("U0EVA"), "response_url": town.box.response_url("U0EVA", "C0ACME"),
    }  # fmt: skip
    unknown: list[dict[str, Any]] = [
        {"type": "block_actions", "actions": [{"action_id": "nobody.knows", "value": "1"}]},
        {"type": "block_actions", "actions": [{"value": "1"}]},
        {"type": "view_submission", "view": {"type": "modal", "callback_id": "nobody.knows"}},
        {"type": "shortcut", "callback_id": "nobody.knows"},
        {"type": "nonsense"},
    ]
    for payload in unknown:
        body = urlencode({"payload": json.dumps(who | payload)}).encode()
        assert send(town, body, **signed(body)) in {200, 400, 404}, payload
    assert town.rows() == before


# Only the bot writes the values of buttons: a sender of another value is told so, and nothing happens.
FORGED = [
    "", "x", "1", "1:1:item", "commitment:1:x:item:0:", "commitment:999999:1:item:0:", "account:1:1:item:0:",
    f"commitment:{'9' * 5000}:1:item:0:", "commitment:\xb2:1:item:0:", "commitment:1:1:nowhere:0:", "|", "item.show|",
    ":0:0:home:x:", ":0:0:account:0:x",
]  # fmt: skip


def test_a_button_that_we_did_not_make(town: BotInWorkspace) -> None:
    """A press with a value that no version of ours writes is answered in words and changes nothing."""
    receipt = town.receipt("U0EVA", "send it by Friday")
    with town.post.caught() as parcels:
        town.press("U0EVA", receipt, ids.UNDO)
    (parcel,) = parcels
    before = town.rows()
    for value in FORGED:
        for action in (ids.DONE, ids.MOVE, ids.MORE, ids.CREATE_ACCOUNT, ids.SHOW, ids.PAGE_OLDER):
            parcel.payload["actions"][0] |= {"action_id": action, "value": value}
            parcel.payload["response_url"] = town.box.response_url("U0EVA", "C0ACME")
            assert town.again(parcel).status == 200, (action, value[:20])
    assert town.rows() == before


SLIPS = {
    "overdu": "/commit overdue",
    "acount Acme": "/commit account Acme",
    "hlep": "/commit help",
    "Mine!": "/commit mine",
    "account": "/commit account …",
    "acount http://booking.com": "/commit account http://booking.com",
}


def test_a_slip_in_a_word_gets_help_for_the_nearest(town: BotInWorkspace) -> None:
    """The answer to an unknown command word names the nearest word; nothing is recorded."""
    for typed, meant in SLIPS.items():
        answer = read(town.commit("U0EVA", typed).messages[-1])
        assert f"Did you mean {meant}?" in answer
        assert "/commit help shows all commands" in answer
    assert town.rows()["commitment"] == 0


HARD = [
    ("*bold* _it_ `code` ~gone~", None),
    ("1 < 2 & 3 > 2", None),
    ("ask &lt;b&gt; & R&amp;D", None),
    ("<!channel> and <!here> and @channel", None),
    ("<@U0ANA> <#C0ACME> <https://evil.example|click>", None),
    ("> quoted", None),
    ("• dotted", None),
    ("```block``` and ``two``", None),
    ("🎉👩‍👩‍👧‍👦🇩🇪 celebrate", None),
    ("שלח את הדוח לדנה", None),
    ("أرسل العقد", None),
    ("bell\x07 null\x00 escape\x1b[31m red", "bell null escape[31m red"),
    ("over\u202eride and \u2066isolate", "override and isolate"),
    ("tab\there", "tab here"),
    ("zażółć gęślą jaźń", None),
    ("'; DROP TABLE commitment; -- x", None),
    ("{{ 7 * 7 }} {% raw %} %s {0}", None),
]


@pytest.mark.both_databases
def test_hard_texts_are_kept_and_read_as_typed(town: BotInWorkspace) -> None:
    """Markup, entities, emoji, right-to-left and control characters are kept, and all people read them as text."""
    for number, (typed, kept) in enumerate(HARD, start=1):
        receipt = town.receipt("U0EVA", f"@ana {typed} by today")
        assert (kept or typed) in read(receipt), typed
        assert (kept or typed) in read(town.commit("U0BEN", str(number)).messages[-1])
    town.settled()
    notices = [read(message) for message in town.box.dm("U0ANA")]
    assert len(notices) == len(HARD)
    for (typed, kept), notice in zip(HARD, notices, strict=True):
        assert (kept or typed) in notice
    town.jump(2026, 11, 26, 8, 45)
    town.commit("U0ANA", "mine")
    town.box.open_home("U0ANA")


def test_what_is_long_is_asked_back_whole(town: BotInWorkspace) -> None:
    """A line of 3000 characters opens the form with all of them; a text too long for a field gets an error there."""
    text = "word " * 600
    form = town.commit("U0EVA", text + "by Friday").view
    assert form is not None
    assert "longer than 500 characters" in words_of(form)
    note = next(block["element"] for block in form.blocks if block.get("block_id") == ids.NOTE)
    assert note["initial_value"].startswith(text[:2900])
    wrong = town.box.submit("U0EVA", form.id, {ids.ACTION: {ids.ACTION: "&" * 501}})
    assert "500 fit" in wrong.errors[ids.ACTION]
    assert town.box.submit("U0EVA", form.id, {ids.ACTION: {ids.ACTION: "&" * 500}}).errors == {}
    assert "&" * 500 in read(town.item("U0EVA"))
    assert "&" * 500 in read(town.commit("U0EVA", "mine").messages[-1])


def test_a_line_that_no_note_holds_says_so(town: BotInWorkspace) -> None:
    """A line that is longer than a note: the form says how much is kept, and the date is in its field."""
    form = town.commit("U0EVA", "word " * 600 + "by 4 Dec").view
    assert form is not None
    assert "Its first 3,000 characters are in the note" in words_of(form)
    due = next(block["element"] for block in form.blocks if block.get("block_id") == ids.DUE)
    assert due["initial_date"] == "2026-12-04"


def test_a_name_that_fits_a_thousand_accounts(town: BotInWorkspace) -> None:
    """The answer and the form list ten accounts, say how many more there are, and how to go on."""
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        for number in range(1000):
            accounts.create(tx, eva, f"Regional Bank of District Number {number}", now=town.box.clock.now())
    answer = read(town.commit("U0EVA", "account Regional").messages[-1])
    assert "990 others. Please write more of its name." in answer
    assert "District Number 9 or 990" in answer
    assert len(answer) < 700
    form = town.commit("U0EVA", "send it by Friday for Regional").view
    assert form is not None
    assert "Which account is it" in words_of(form)
    assert len(words_of(form)) < 2000


LONG = "x" * 2_950


def test_no_answer_quotes_more_than_a_line(town: BotInWorkspace) -> None:
    """A refusal quotes only the beginning of the text, in every answer that quotes it."""
    for typed in (
        f"account {LONG}",
        f"@{LONG} send it by Friday",
        f"away today @{LONG}",
        f"send it by {LONG} Friday",
    ):
        outcome = town.commit("U0EVA", typed)
        said = words_of(outcome.view) if outcome.view else read(outcome.messages[-1]).partition("You wrote:")[0]
        if outcome.view:
            said = said.partition("Action")[0].partition("First day")[0]
            town.box.close("U0EVA", outcome.view.id)
        assert len(said) < 400, typed[:12]
    usual, slipped = (read(town.commit("U0EVA", typed).messages[-1]) for typed in ("help", f"acount {LONG}"))
    assert "Did you mean" in slipped
    assert len(slipped) - len(usual) < 400
    for field in (ids.HOLIDAYS_REGION, ids.WORKSPACE_REGION):
        form = open_part(town, "U0ADA", Part.DAYS) if field == ids.WORKSPACE_REGION else open_settings(town, "U0ADA")
        wrong = town.box.submit("U0ADA", form.id, {field: {field: LONG}})
        assert 20 < len(wrong.errors[field]) < 300, field
        town.box.close("U0ADA", form.id)


IMPOSSIBLE = {
    "send it by 2000000-01-01": "date",
    "send it by 31 Feb": "There is no 31 February",
    "send it by 2026-13-45": "date",
    "send it by 1 January 2020": "passed",
    "send it by 2099-01-01": "two years",
    "send it by yesterday": "passed",
    "by Friday": "What is to be done?",
    "@nobody send it by Friday": "I don't know who @nobody is",
    "@ana @ben send it by Friday": "one accountable owner",
}


def test_what_cannot_be_is_asked_back(town: BotInWorkspace) -> None:
    """An impossible date or owner opens the form with the reason in words; nothing is stored."""
    for typed, said in IMPOSSIBLE.items():
        form = town.commit("U0EVA", typed).view
        assert form is not None, typed
        assert said in words_of(form), typed
        town.box.close("U0EVA", form.id)
    assert town.rows()["commitment"] == 0


def test_a_number_that_is_none_of_ours(town: BotInWorkspace) -> None:
    """An unknown number is answered with words, and so is a number that is too long to be one."""
    for number in ("0", "13", "#7", "#0013", "2147483647", "2147483648", "9999999999"):
        assert "There is no commitment #" in read(town.commit("U0EVA", number).messages[-1]), number
    for odd in ("9" * 11, "9" * 400, "9" * 5000, "٣", "²", "#", "#-1", "1.5"):
        outcome = town.commit("U0EVA", odd)
        assert outcome.messages or outcome.view, odd
    assert town.rows()["commitment"] == 0


def test_who_cannot_own_is_told_why(town: BotInWorkspace) -> None:
    """An app, a leaver or a person of another company is refused as owner in words, in line, form and hand over."""
    town.box.add_user(User("U0GUEST", "dana", "Dana Whitfield", team_id="T0ACME", is_stranger=True))
    town.box.add_user(User("U0GONE", "gone", "Gone Girl"))
    town.receipt("U0EVA", "send it by Friday")
    town.box.change_user("U0GONE", deleted=True)
    reasons = {"U0MAKEGOOD": "is an app", "U0GONE": "has left", "U0GUEST": "another company", "U0NOBODY": "don't know"}
    form = open_form(town)
    offer(town, form, account="Acme", stakeholder="Dana Whitfield")
    for owner, reason in reasons.items():
        wrong = town.box.submit("U0EVA", form.id, filled(owner=owner))
        assert set(wrong.errors) == {ids.OWNER}
        assert reason in wrong.errors[ids.OWNER]
    item = town.item("U0EVA")
    over = town.form("U0EVA", item, ids.HAND_OVER)
    for owner, reason in reasons.items():
        wrong = town.box.submit("U0EVA", over.id, {ids.OWNER: {ids.OWNER: owner}})
        assert reason in wrong.errors[ids.OWNER]
    for name, reason in {"makegood": "is an app", "dana": "another company", "gone": "@gone"}.items():
        assert reason in words_of(town.commit("U0EVA", f"@{name} send it by Friday").view)
    assert town.rows()["commitment"] == 1
    assert town.verbs(1) == ["record"]


HOSTILE = "<!channel> *x* <@U0BEN>"


@pytest.mark.both_databases
def test_names_are_text_too(town: BotInWorkspace) -> None:
    """Accounts, people, reasons and display names with markup in them: text in every list, form, notice and refusal."""
    town.box.change_user("U0BEN", display_name="<!here> *Ben*")
    form = open_form(town)
    account, other = f"Acme {HOSTILE}", "Acme <!everyone> _y_"
    offer(town, form, account=account, stakeholder=HOSTILE)
    hostile = {ids.ACCOUNT: f"new:{account}", ids.STAKEHOLDER: f"new:{HOSTILE}", ids.ACTION: HOSTILE, ids.NOTE: HOSTILE}
    assert town.box.submit("U0EVA", form.id, filled(**hostile)).errors == {}
    form = open_form(town)
    offer(town, form, account=other)
    town.box.submit("U0EVA", form.id, filled(account=f"new:{other}", stakeholder=None, owner="U0BEN"))
    town.settled()
    assert account in read(town.box.dm("U0ANA")[-1])
    assert account in (several := read(town.commit("U0EVA", "account Acme").messages[-1]))
    assert other in several
    assert account in read(town.commit("U0EVA", f"account {account}").messages[-1])
    item = town.item("U0ADA", 2, "C0GENERAL")
    assert "<!here> *Ben*" in read(item)
    _refused(town)
    _all_reasons(town)
    for user in ("U0ANA", "U0BEN", "U0EVA"):
        town.box.open_home(user)
    town.jump(2026, 12, 4, 15, 0)
    town.jump(2026, 12, 9, 15, 0)
    assert town.commit("U0EVA", "overdue")


def _refused(town: BotInWorkspace) -> None:
    """Ana, who may not change Ben's item, reads who can."""
    refusal = town.commit("U0ANA", "done 2").messages[-1]
    assert "<!here> *Ben*" in read(refusal)
    assert "<!everyone>" in read(refusal) or "Only" in read(refusal)


def _all_reasons(town: BotInWorkspace) -> None:
    """Give a hostile reason to every verb that takes one."""
    for action, field in ((ids.BLOCK, ids.REASON), (ids.MOVE, ids.REASON), (ids.HAND_BACK, ids.REASON)):
        notice = town.box.dm("U0ANA")[-1]
        assert town.submit("U0ANA", town.form("U0ANA", notice, action), **{field: f"{action} {HOSTILE}"}).errors == {}
        town.settled()
    assert HOSTILE in read(town.box.dm("U0EVA")[-1])
    details = read(town.item("U0EVA"))
    assert details.count(HOSTILE) >= 5


def test_a_line_that_was_refused_is_given_back(town: BotInWorkspace) -> None:
    """Slack clears the typed line, so the refusal repeats it: it can be copied and sent again."""
    typed = "account R&D <Team> for @ana in #acme at https://acme.example"
    refused = town.commit("U0EVA", typed).messages[-1]
    assert "I don't know an account called" in words(refused)
    assert typed in read(refused).partition("You wrote:")[2]
    assert "\u200b" not in refused.text.partition("You wrote:")[2]
    assert town.ask("U0EVA", accounts.names) == []


def test_any_message_can_be_made_a_commitment(town: BotInWorkspace) -> None:
    """A message of 4000 characters with markup and a broadcast, or of one emoji, opens the form with its text."""
    said = town.box.say("U0ANA", "C0ACME", f"@channel <b> R&D: {'very long ' * 390} *now*")
    form = town.box.message_shortcut("U0EVA", ids.SHORTCUT_FROM_MESSAGE, "C0ACME", said.ts).view
    assert form is not None
    note = next(block["element"]["initial_value"] for block in form.blocks if block.get("block_id") == ids.NOTE)
    assert "R&D: very long" in note
    assert town.submit("U0EVA", form, action="answer it", due="2026-11-30").errors == {}
    kept = town.commitment(1)
    assert kept.note is not None
    assert len(kept.note) > 2900
    assert "R&D: very long" in read(town.item("U0BEN"))
    emoji = town.box.say("U0ANA", "C0ACME", "🎉")
    form = town.box.message_shortcut("U0EVA", ids.SHORTCUT_FROM_MESSAGE, "C0ACME", emoji.ts).view
    assert form is not None
    assert town.submit("U0EVA", form, due="2026-11-30").errors == {}
    assert town.commitment(2).action == "🎉"


def test_what_shows_nothing_is_not_recorded(town: BotInWorkspace) -> None:
    """An action, an account or a reason of invisible characters counts as empty and is asked for."""
    for nothing in ("\u200b\u2060", "\u2800", "\u3164", "\ufeff\u00ad", "\u0301", "\ufe0f"):
        form = town.commit("U0EVA", f"{nothing} by Friday").view
        assert "What is to be done?" in words_of(form), ascii(nothing)
        assert form is not None
        wrong = town.box.submit("U0EVA", form.id, {ids.ACTION: {ids.ACTION: nothing}})
        assert "The action is missing" in wrong.errors[ids.ACTION], ascii(nothing)
        offered = town.box.suggestions("U0EVA", view_id=form.id, action_id=ids.ACCOUNT, text=nothing)
        assert "Create" not in str(offered)
        town.box.close("U0EVA", form.id)
    assert town.rows()["commitment"] == 0
    receipt = town.receipt("U0EVA", "send it by Friday")
    late = town.form("U0EVA", receipt, ids.EDIT)
    assert town.submit("U0EVA", late, action="send \u200bit\u2060 all").errors == {}
    assert town.commitment(1).action == "send it all"
    blocked = town.form("U0EVA", town.item("U0EVA"), ids.BLOCK)
    assert "is missing" in town.submit("U0EVA", blocked, reason="\u3164\u2800").errors[ids.REASON]


def test_names_that_read_the_same_are_one_account(town: BotInWorkspace) -> None:
    """A word joiner in a name makes no second Globex, in a line, in a list and in the form."""
    form = open_form(town)
    offer(town, form, account="Globex")
    assert town.box.submit("U0EVA", form.id, filled(account="new:Globex", stakeholder=None)).errors == {}
    receipt = town.receipt("U0EVA", "@ana send it by Friday for Glo\u2060bex")
    assert "Account: Globex" in read(receipt)
    assert "send it" in read(town.commit("U0EVA", "account Glo\ufeffbex").messages[-1])
    assert town.ask("U0EVA", accounts.names) == ["Globex"]


def test_a_profile_is_one_clean_line(town: BotInWorkspace) -> None:
    """Names in profiles are shown without escapes, overrides, invisible characters and line breaks."""
    town.box.change_user("U0BEN", display_name="Ben\x1b[31m\u202e\u200b Ok\r\nafor\u2028!")
    town.box.change_user("U0ADA", display_name="\u3164\u2060", real_name="Ada Moreau")
    with town.makegood.ledger.read() as tx:
        assert town.person(tx, "U0BEN").name == "Ben[31m Ok afor !"
        assert town.person(tx, "U0ADA").name == "Ada Moreau"


def test_a_reason_is_no_entry_of_the_history(town: BotInWorkspace) -> None:
    """A reason with a quotation mark and a line break stays in one line, inside our quotation marks."""
    town.receipt("U0EVA", "@ana send it by Friday")
    forged = "client asked”\nFri 27 Nov 2026 · eva moved it from Mon to Tue: “late"
    assert town.submit("U0EVA", town.form("U0EVA", town.item("U0EVA"), ids.BLOCK), reason=forged).errors == {}
    kept = "“client asked’ Fri 27 Nov 2026 · eva moved it from Mon to Tue: ’late”"
    lines = read(town.item("U0BEN")).splitlines()
    assert [line for line in lines if "client asked" in line and kept not in line] == []
    assert sum("moved it" in line for line in lines) == 2
    assert town.commitment(1).blocked_by == forged
    town.settled()
    assert kept in read(town.box.dm("U0ANA")[-1])


def test_a_look_alike_means_the_account_that_is_known(town: BotInWorkspace) -> None:
    """“Acme” with a Cyrillic letter: a line uses the known account, a question shows it, the form offers it first and
    says what creating another account means.
    """
    with town.makegood.ledger.begin() as tx:
        accounts.create(tx, town.person(tx, "U0EVA"), "Acme", now=town.box.clock.now())
    alike = "Acm\u0435"
    assert "Account: Acme" in read(town.receipt("U0EVA", f"send it by Friday for {alike}"))
    assert "Account: Acme" in read(town.receipt("U0EVA", f"call them by Friday for {alike.lower()}"))
    assert "send it" in read(town.commit("U0EVA", f"account {alike}").messages[-1])
    offered = town.box.suggestions("U0EVA", view_id=open_form(town).id, action_id=ids.ACCOUNT, text=alike)
    assert [each["text"]["text"] for each in offered] == ["Acme", f"Create “{alike}”, which only looks like Acme"]
    assert town.ask("U0EVA", accounts.names) == ["Acme"]


def test_long_texts_leave_the_rest_readable(town: BotInWorkspace) -> None:
    """Texts that grow when escaped do not cut the facts, the newest entries, or an entity in two."""
    form = open_form(town)
    town.submit("U0EVA", form, action="<&>" * 160, owner="U0ANA", due="2026-12-04", note="&" * 3000)
    assert town.submit("U0EVA", town.form("U0EVA", town.item("U0EVA"), ids.EDIT), action="<*>" * 160).errors == {}
    for day in range(5, 20):
        moved = town.form("U0EVA", town.item("U0EVA"), ids.MOVE)
        assert town.submit("U0EVA", moved, due=f"2026-12-{day:02}", reason="<&>" * 160).errors == {}
    item = town.item("U0EVA")
    assert "Recorded by Eva Lindqvist · we owe · only our team sees it" in words(item)
    history = next(block for block in item.blocks if block["type"] == "context")["elements"][0]["text"]
    assert "earlier entries" in history.splitlines()[1]
    assert "you moved it from Fri 18 Dec 2026 to Sat 19 Dec 2026" in history.splitlines()[-1]
    assert [text for text in texts(item.blocks) if re.search(r"&[a-z]*…", text)] == []


@pytest.mark.parametrize("side", ["", "both", "OURS"])
def test_a_side_that_is_none_is_ours(town: BotInWorkspace, side: str) -> None:
    """A forged choice of the side in the form is never stored."""
    form = open_form(town)
    with town.post.caught() as parcels:
        town.submit("U0EVA", form, action="send it", owner="U0EVA", due="2026-12-04")
    chosen = parcels[0].payload["view"]["state"]["values"][ids.SIDE][ids.SIDE]
    chosen["selected_option"] = {"value": side, "text": {"type": "plain_text", "text": "both"}}
    assert town.again(parcels[0]).status == 200
    assert town.commitment(1).side == "ours"


@pytest.mark.parametrize("length", [101, 146, 300])
def test_a_name_that_is_too_long_is_not_cut(town: BotInWorkspace, length: int) -> None:
    """An account name that is too long is refused at its field; no account gets a part of it."""
    form = open_form(town)
    (create,) = town.box.suggestions("U0EVA", view_id=form.id, action_id=ids.ACCOUNT, text="Acme " + "z" * (length - 5))
    done = town.submit("U0EVA", form, action="send it", owner="U0EVA", due="2026-12-04", account=create["value"])
    assert "100 fit. Please shorten it." in done.errors[ids.ACCOUNT]
    assert town.ask("U0EVA", accounts.names) == []
