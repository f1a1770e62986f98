"""The follow-up letter: from a meeting, a review or a person, in their language, with what the client may see."""

from __future__ import annotations

import email
import re
from email.policy import SMTP
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import sqlalchemy as sa

from handlers import ids
from handlers.letters import files
from store import accounts, commitments, letters, stakeholders
from store.accounts import access
from store.agreements import Agreement
from store.errors import NotFoundError
from store.plan import expectations, meetings, section
from store.plan import people as plan_people
from store.tables import Habit, Held, Letter, Side, Subject, Way
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.plan_sections import has_account, open_list, press, values
from tests.journeys.reviews import Session, begun, promises, review
from tests.journeys.web_pages import signed_in, visitor

if TYPE_CHECKING:
    from sandbox import Outcome, View

SECRET = "walk away below 80 thousand"


def has_met(town: BotInWorkspace, *names: str, **dana: str) -> int:
    """Eva has met these people of Acme yesterday; the id of the meeting. `dana`: more values of the first one."""
    has_account(town)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        ids_of = [
            section.add(tx, eva, plan_people.SECTION, acme, {"name": name, **(dana if not place else {})},
                        origin_key=f"person:{name}", now=now).id
            for place, name in enumerate(names or ("Dana Whitfield",))
        ]  # fmt: skip
        given = {
            "stakeholders": ",".join(map(str, ids_of)), "day": "2026-11-22", "state": Held.HELD, "name": SECRET,
            "note": SECRET,
        }  # fmt: skip
        return section.add(tx, eva, meetings.SECTION, acme, given, origin_key="meeting", now=now).id


def agreed(town: BotInWorkspace, meeting: int, *rows: tuple[Side, str, bool], is_wish: bool = False) -> None:
    """The agreements of the meeting: the side, the words, and whether the client may see it."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        row = section.get(tx, eva, meetings.SECTION, meeting)
        dana = stakeholders.get(tx, eva, row.stakeholder_ids[0], account=row.account)
        for place, (side, action, shareable) in enumerate(rows):
            draft = commitments.Draft(
                action, eva, now.date(), account=row.account, stakeholder=dana, side=side, internal=not shareable,
                note=SECRET, serves=row, agreed=None if is_wish else Agreement(dana, now.date(), Way.MEETING),
            )  # fmt: skip
            commitments.record(tx, eva, draft, origin_key=f"agreed:{place}", now=now)


def form(town: BotInWorkspace, user: str = "U0EVA") -> View:
    """The form of the letter, from the meeting."""
    open_list(town, user, kind="meeting")
    press(town, user, ids.SECTION_SHOW, kind="meeting")
    view: View | None = press(town, user, ids.LETTER, kind="meeting").view
    assert view is not None
    return view


def typed(view: View) -> dict[str, str]:
    """The values that the form begins with."""
    return {
        block["block_id"].partition(":")[0]: block["element"].get("initial_value", "")
        for block in view.blocks
        if block["type"] == "input"
    }


def press_on_top(town: BotInWorkspace, action_id: str, user: str = "U0EVA") -> Outcome:
    view = town.box.modals(user)[-1]
    (value,) = values(view.blocks, action_id)
    outcome = town.box.press(user, action_id=action_id, value=value, view_id=view.id)
    assert outcome.problem is None, outcome
    return outcome


def choose(town: BotInWorkspace, field: str, value: str, user: str = "U0EVA") -> None:
    """Choose an option in the form on top, which hears of it at once."""
    outcome = town.box.press(user, action_id=field, value=value, view_id=top(town, user).id)
    assert outcome.problem is None, outcome


def top(town: BotInWorkspace, user: str = "U0EVA") -> View:
    view: View = town.box.modals(user)[-1]
    return view


def keep(town: BotInWorkspace, view: View, user: str = "U0EVA", **changed: str) -> Outcome:
    """Submit the form with another `subject` or `body`."""
    blocks = {block["block_id"].partition(":")[0]: block["block_id"] for block in view.blocks}
    state = {blocks[f"letter_{name}"]: {f"letter_{name}": value} for name, value in changed.items()}
    outcome: Outcome = town.box.submit(user, view.id, state)
    return outcome


def every_letter(town: BotInWorkspace) -> list[Letter]:
    with town.makegood.ledger.read() as tx:
        return list(tx.scalars(sa.select(Letter).order_by(Letter.id)))


def test_from_the_meeting_to_sent(town: BotInWorkspace) -> None:
    """The form has what the client may see, and nothing else; the edited words are kept when they are sent, and the
    meeting and the person show them.
    """
    meeting = has_met(town)
    agreed(
        town, meeting, (Side.OURS, "Send the SOC 2 report", True), (Side.THEIRS, "Sign the order", True),
        (Side.OURS, SECRET, False),
    )  # fmt: skip
    view = form(town)
    body = typed(view)[ids.LETTER_BODY]
    assert "Hello Dana Whitfield," in body
    assert re.search(r"We will:\n- Send the SOC 2 report, by .* \(Eva Lindqvist\)", body)
    assert re.search(r"You will:\n- Sign the order, by ", body)
    assert SECRET not in str(view.blocks)
    assert "1 commitment is left out" in words_of(view)
    done = keep(town, view, body=body.replace("SOC 2 report", "report"))
    assert (done.problem, done.errors) == (None, {})
    assert "Not sent yet" in words_of(top(town))
    press_on_top(town, ids.LETTER_SENT)
    assert "sent on Mon 23 Nov 2026" in words_of(top(town))
    assert not values(top(town).blocks, ids.LETTER_SENT)
    town.box.close("U0EVA", top(town).id)
    shown = words_of(top(town))
    assert "Letter to Dana Whitfield" in shown
    assert "sent the letter about it" in shown
    (letter,) = every_letter(town)
    assert "- Send the report, by" in letter.body
    press_on_top(town, ids.LETTER_SHOW)
    assert "Send the report" in str(top(town).blocks)


def test_a_wish_is_no_agreement(town: BotInWorkspace) -> None:
    """A commitment of theirs to which nobody of theirs agreed stands apart, as what we ask them for."""
    agreed(town, has_met(town), (Side.THEIRS, "Sign the order", True), (Side.OURS, "Send it", True), is_wish=True)
    body = typed(form(town))[ids.LETTER_BODY]
    assert re.search(r"Still to be agreed. We ask you to:\n- Sign the order, by ", body)
    assert re.search(r"We will:\n- Send it, by ", body)
    assert "You will:" not in body


@pytest.mark.parametrize(
    ("language", "said"),
    [("de", "Guten Tag Dana Whitfield"), ("fr", "Bonjour Dana Whitfield"), ("es", "Buenos días, Dana Whitfield")],
)
def test_in_their_language(town: BotInWorkspace, language: str, said: str) -> None:
    """A person with a language gets the letter in it; another choice in the form writes it anew."""
    meeting = has_met(town, language=language)
    agreed(town, meeting, (Side.OURS, "Send the report", True))
    view = form(town)
    assert said in typed(view)[ids.LETTER_BODY]
    choose(town, ids.LETTER_LANGUAGE, "en")
    assert "Hello Dana Whitfield" in typed(top(town))[ids.LETTER_BODY]
    choose(town, ids.LETTER_LANGUAGE, language)
    assert said in typed(top(town))[ids.LETTER_BODY]
    done = keep(town, top(town))
    assert (done.problem, done.errors) == (None, {})
    assert every_letter(town)[0].language == language


def test_two_readers(town: BotInWorkspace) -> None:
    """A meeting with two of theirs asks to whom the letter goes; the other choice writes it to that person."""
    has_met(town, "Dana Whitfield", "Marcus Hale")
    view = form(town)
    assert "Hello Dana Whitfield" in typed(view)[ids.LETTER_BODY]
    marcus = next(
        option["value"] for block in view.blocks if block["block_id"] == ids.LETTER_READER
        for option in block["element"]["options"] if option["text"]["text"] == "Marcus Hale"
    )  # fmt: skip
    choose(town, ids.LETTER_READER, marcus)
    assert "Hello Marcus Hale" in typed(top(town))[ids.LETTER_BODY]
    keep(town, top(town))
    assert "To Marcus Hale" in words_of(top(town))


def test_an_edited_letter_is_another_one(town: BotInWorkspace) -> None:
    """*Edit …* goes back to the words; the form keeps a new letter, and the older one stays as it was."""
    has_met(town)
    keep(town, form(town), subject="First", body="First words")
    press_on_top(town, ids.LETTER_EDIT)
    assert typed(top(town))[ids.LETTER_BODY] == "First words"
    keep(town, top(town), subject="Second", body="Second words")
    assert [(one.subject, one.body) for one in every_letter(town)] == [
        ("First", "First words"), ("Second", "Second words"),
    ]  # fmt: skip
    press_on_top(town, ids.LETTER_EDIT)
    assert ids.LETTER_BODY in str(keep(town, top(town), body="\u200b").errors)


def test_by_a_line(town: BotInWorkspace) -> None:
    """`/plan Acme letter to Dana` opens the form; a name that is not certain, or unknown, says what to write."""
    has_met(town, "Dana Whitfield", "Dana Black")
    for line in ("Acme letter to Dana Whitfield", "Acme Brief an Dana Whitfield", "letter to Whitfield"):
        outcome = town.box.command("U0EVA", "C0GENERAL", ids.COMMAND_PLAN, line)
        assert outcome.view is not None, (line, outcome)
        assert "Hello Dana Whitfield" in typed(outcome.view)[ids.LETTER_BODY]
        town.box.close("U0EVA", outcome.view.id)
    unclear = town.box.command("U0EVA", "C0GENERAL", ids.COMMAND_PLAN, "Acme letter to Dana")
    assert "Dana Black of Acme" in words(unclear.messages[-1])
    unknown = town.box.command("U0EVA", "C0GENERAL", ids.COMMAND_PLAN, "Acme letter to Nobody")
    assert "I know nobody called" in words(unknown.messages[-1])


def test_with_expectations(town: BotInWorkspace) -> None:
    """The letter to a person holds what they expect and what we expect, if it is shared and agreed, however many wishes
    there are.
    """
    has_met(town, "Dana Whitfield", "Marcus Reed", language="de")
    given: dict[str, str] = {"agreed_on": "2026-11-22", "agreed_how": "meeting", "sharing": "shareable"}
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        wish = {"agreed_on": "", "agreed_how": ""}
        wishes = {f"hidden wish {n}": wish for n in range(10)}
        for name, more in (wishes | {
            "one invoice a quarter": {"side": "theirs"}, "a word with their CIO": {"side": "ours"},
            "hidden one": {"sharing": "internal"}, "hidden two": wish,
            "hidden three": {"stakeholder": "2"},
        }).items():  # fmt: skip
            values = {"stakeholder": "1", "side": "ours", "name": name, "note": SECRET} | given | more
            section.add(tx, eva, expectations.SECTION, acme, values, origin_key=name, now=town.box.clock.now())
    view = town.box.command("U0EVA", "C0GENERAL", ids.COMMAND_PLAN, "Acme letter to Dana Whitfield").view
    assert view is not None
    body = typed(view)[ids.LETTER_BODY]
    assert "- Sie erwarten von uns: one invoice a quarter\n- Wir erwarten von Ihnen: a word with their CIO\n" in body
    assert "hidden" not in body
    assert SECRET not in str(view.blocks)


def test_the_link_and_the_file_say_the_same(town: BotInWorkspace) -> None:
    """The mailto: link and the file have the subject and the words, in UTF-8, and no address and no sender."""
    has_met(town)
    subject, body = "Über alles: 100 % & mehr?", "Guten Tag,\n\nwir schicken *es* <bis> Freitag. שלום"
    keep(town, form(town), subject=subject, body=body)
    link = re.search(r"<(mailto:[^|]+)\|", str(top(town).blocks))
    assert link is not None
    address = urlsplit(link[1].replace("&amp;", "&"))
    assert address.path == ""
    said = {name: unquote(value) for name, value in (one.split("=") for one in address.query.split("&"))}
    assert said == {"subject": subject, "body": body.replace("\n", "\r\n")}
    press_on_top(town, ids.LETTER_FILE)
    town.settled()
    file = next(iter(town.box.world.cabinet.files.values()))
    assert file.name == "letter-to-dana-whitfield.eml"
    message = email.message_from_bytes(file.content or b"", policy=SMTP)
    assert (message["subject"], message["to"], message["from"], message["x-unsent"]) == (subject, None, None, "1")
    assert message.get_content().strip().replace("\r\n", "\n") == body
    assert "in your messages with me" in words_of(top(town))
    assert file.shared == {town.box.dm("U0EVA")[-1].channel}
    assert "open it in your mail program" in words(town.box.dm("U0EVA")[-1])


SHALOM = "\u05e9\u05dc\u05d5\u05dd"


def test_from_right_to_left(town: BotInWorkspace) -> None:
    """A name and an action from right to left are set apart in the text, the link and the file, so that the words and
    dates beside them keep their order; Latin ones stay plain. An edit keeps that, and no half of it.
    """
    agreed(town, has_met(town, SHALOM), (Side.OURS, f"{SHALOM} 12", True), (Side.OURS, "Send the report", True))
    view = form(town)
    body = typed(view)[ids.LETTER_BODY]
    assert f"Hello \u2068{SHALOM}\u2069,\n" in body
    assert f"- \u2068{SHALOM} 12\u2069, by " in body
    assert "- Send the report, by " in body
    assert (body.count("\u2068"), body.count("\u2069")) == (2, 2)
    assert keep(town, view, body=body.replace("\u2069, by", ", by").replace("Hello", "Dear")).errors == {}
    (kept,) = every_letter(town)
    assert f"Dear \u2068{SHALOM}\u2069,\n" in kept.body
    assert f"- {SHALOM} 12, by " in kept.body
    link = files.mailto(kept)
    assert link is not None
    assert parse_qs(urlsplit(link).query)["body"] == [kept.body.replace("\n", "\r\n")]
    mail = email.message_from_bytes(files.eml(kept), policy=SMTP)
    assert mail.get_content().replace("\r\n", "\n").strip() == kept.body


def test_without_the_permission_the_text_remains(bare_town: BotInWorkspace) -> None:
    """Where Slack takes no files the answer says so, and the letter stays to be copied."""
    town = bare_town
    has_met(town)
    keep(town, form(town))
    town.box.manifest.scopes = tuple(ids.SCOPES)
    press_on_top(town, ids.LETTER_FILE)
    town.settled()
    assert "Slack takes no file from me here" in words(town.box.dm("U0EVA")[-1])


def test_a_long_letter_has_no_link(town: BotInWorkspace) -> None:
    """A letter that no mail program takes as a link offers the text and the file only."""
    has_met(town)
    keep(town, form(town), body="ü" * 900)
    assert "mailto:" not in str(top(town).blocks)
    assert "too long for a link" in words_of(top(town))


INJECTIONS = {
    "carriage return": "x\r\nBcc: thief@example.com\r\n\r\nBuy this",
    "line feed": "x\nBcc: thief@example.com",
    "line separator": "x\u2028Bcc: thief@example.com",
    "next line": "x\x85Bcc: thief@example.com",
    "encoded": "x%0D%0ABcc: thief@example.com&bcc=thief@example.com?to=thief@example.com",
    "encoded word": "=?utf-8?q?x=0D=0ABcc=3A_thief=40example=2Ecom?=",
    "right-to-left override": "x\u202emoc.elpmaxe@feiht",
    "markup": "<script>alert(1)</script> <@U0BEN> <!channel> {{ 7 * 7 }} {% raw %}",
}


@pytest.mark.parametrize("kind", INJECTIONS)
def test_no_text_breaks_out(town: BotInWorkspace, kind: str) -> None:
    """A subject or text with line breaks, addresses or markup makes no header, no recipient, no mention, no markup."""
    has_met(town)
    given = INJECTIONS[kind]
    keep(town, form(town), subject=given, body=given)
    (letter,) = every_letter(town)
    assert not set("\r\n\x85\u2028\u202e") & set(letter.subject)
    link = re.search(r"<(mailto:[^|>]+)\|", str(top(town).blocks))
    assert link is not None
    address = urlsplit(link[1].replace("&amp;", "&"))
    assert (address.path, sorted(parse_qs(address.query))) == ("", ["body", "subject"])
    press_on_top(town, ids.LETTER_FILE)
    town.settled()
    file = next(iter(town.box.world.cabinet.files.values()))
    message = email.message_from_bytes(file.content or b"", policy=SMTP)
    assert sorted(name.lower() for name in message) == [
        "content-language", "content-transfer-encoding", "content-type", "date", "mime-version", "subject", "x-unsent",
    ]  # fmt: skip
    assert "<@U0BEN>" not in str([block for block in top(town).blocks if block["type"] == "section"])


@pytest.mark.parametrize("name", ["D" * 100, "شركة النور", "<b>Dana</b> & Co *x*", "{{ reader }}"])
def test_any_name(town: BotInWorkspace, name: str) -> None:
    """A long name, a right-to-left one, and one with markup stand in the letter as they are."""
    has_met(town, name)
    view = form(town)
    assert name in typed(view)[ids.LETTER_BODY]
    assert keep(town, view).errors == {}
    press_on_top(town, ids.LETTER_FILE)
    town.settled()


def test_too_long(town: BotInWorkspace) -> None:
    """Ten kilobytes are refused at their field; thirty long commitments make a letter that fits."""
    meeting = has_met(town)
    agreed(town, meeting, *((Side.OURS, f"{place} " + "long " * 90, True) for place in range(30)))
    view = form(town)
    body = typed(view)[ids.LETTER_BODY]
    assert len(body) <= 3000
    assert "There is more" in body
    assert keep(town, view, body="x" * 10_000).errors
    assert every_letter(town) == []


@pytest.mark.both_databases
def test_two_people_send_it(town: BotInWorkspace) -> None:
    """Of two who mark a letter as sent the second reads who was first; a gesture that comes twice counts once."""
    has_met(town)
    keep(town, form(town))
    (letter,) = every_letter(town)
    press_on_top(town, ids.LETTER_SENT)
    town.again()
    with pytest.raises(Exception, match="Eva Lindqvist has marked this letter"), town.makegood.ledger.begin() as tx:
        letters.mark_sent(tx, town.person(tx, "U0ADA"), letter.id, origin_key="ada", now=town.box.clock.now())
    with town.makegood.ledger.read() as tx:
        eva = town.person(tx, "U0EVA")
        assert len(letters.sent_about(tx, eva, Subject.MEETING, letter.about_id, size=9)) == 1


@pytest.mark.both_databases
@pytest.mark.parametrize("change", [{"body": "other"}, {"subject": "other"}, {"sent_at": None, "sender_id": None}])
def test_the_words_never_change(town: BotInWorkspace, change: dict[str, Any]) -> None:
    """The database refuses to change the words of a letter, to take back that it was sent, and to delete it."""
    has_met(town)
    keep(town, form(town))
    press_on_top(town, ids.LETTER_SENT)
    for statement in (sa.update(Letter).values(change), sa.delete(Letter)):
        with pytest.raises(sa.exc.DBAPIError, match="cannot be rewritten"), town.makegood.ledger.begin() as tx:
            tx.execute(statement)


def test_who_may_write(town: BotInWorkspace) -> None:
    """A colleague without a part in the account is told who can write; the line opens no form for them."""
    has_met(town)
    told = town.box.command("U0BEN", "C0GENERAL", ids.COMMAND_PLAN, "Acme letter to Dana Whitfield")
    assert "Only Eva Lindqvist (who leads Acme)" in words(told.messages[-1])


def test_after_a_review(town: BotInWorkspace) -> None:
    """The minutes offer the letter with the shareable decisions, and the next self-check counts it."""
    has_met(town)
    promises(town, 3)
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        for number in (1, 3):
            commitments.get(tx, eva, number).internal = False
    session = begun(town, "Acme on 12 Jan 10:00 with Dana Whitfield")
    assert "0 of 1 meeting since the last review were followed by a letter" in words_of(session.top)
    session.press(ids.REVIEW_ITEMS)
    session.choose(3, "terminate")
    assert session.submit(reason=SECRET).errors == {}
    session.press(ids.REVIEW_SEVERAL)
    session.submit()
    session.press(ids.REVIEW_OPEN)
    session.press(ids.REVIEW_ANSWER)
    session.submit(gained="Two days less for each order.")
    session.press(ids.REVIEW_SCORE)
    assert session.submit(**dict.fromkeys(Habit, "3")).errors == {}
    session.press(ids.REVIEW_CLOSE)
    assert session.submit(day="2027-04-12", time="10:00").errors == {}
    minutes = review(town, "Acme last")
    assert "promise 1" in words(minutes)
    view = town.press("U0EVA", minutes, ids.LETTER).view
    assert view is not None
    assert "- promise 1, by" in typed(view)[ids.LETTER_BODY]
    assert "Not pursued any further:\n- promise 3\n" in typed(view)[ids.LETTER_BODY]
    assert SECRET not in str(view.blocks)
    assert "promise 2" not in str(view.blocks)
    keep(town, view)
    press_on_top(town, ids.LETTER_SENT)
    town.box.close("U0EVA", top(town).id)
    assert "sent on" in words(review(town, "Acme last"))
    session = Session(town)
    session.open()
    session.press(ids.REVIEW_START)
    assert "1 of 1 meeting since the last review was followed by a letter" in words_of(session.top)
    session.press(ids.REVIEW_SCORE)
    (chosen,) = (
        block["element"]["initial_option"]["value"]
        for block in session.top.blocks
        if block["block_id"] == Habit.WRITTEN
    )
    assert chosen == "4"


def test_the_page_to_print(town: BotInWorkspace) -> None:
    """*To print* opens the letter as a page in its language, for colleagues who see the account; text is no markup."""
    has_met(town, language="de")
    keep(town, form(town), subject="Was wir vereinbart haben", body="Guten Tag,\n\n<script>alert(1)</script>")
    view = press_on_top(town, ids.LETTER_PAGE).view
    assert view is not None
    (address,) = [e["url"] for block in view.blocks for e in block.get("elements", ()) if "url" in e]
    browser = visitor(town)
    assert browser.get(address).status == 200
    opened = browser.press(address)
    assert (opened.status, opened.place) == (303, "/plan/letters/1")
    page = browser.get("/plan/letters/1")
    assert page.status == 200
    assert 'lang="de"' in page.html
    assert "&lt;script&gt;" in page.html
    assert "<script>" not in page.html
    assert visitor(town).get("/plan/letters/1").status == 403
    assert browser.get("/plan/letters/2").status == 404


def test_a_restricted_account(town: BotInWorkspace) -> None:
    """The letters of a restricted account exist for nobody outside of it: not in Slack and not in a browser."""
    has_met(town)
    keep(town, form(town))
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        access.restrict(tx, eva, acme.id, known=(), origin_key="restrict", now=town.box.clock.now())
    has_account(town, "Umbrella", "U0BEN")
    browser = signed_in(town, "U0BEN", "Umbrella")
    assert browser.get("/plan/letters/1").status == 404
    with pytest.raises(NotFoundError), town.makegood.ledger.begin() as tx:
        letters.mark_sent(tx, town.person(tx, "U0BEN"), 1, origin_key="ben", now=town.box.clock.now())
    told = town.box.command("U0BEN", "C0GENERAL", ids.COMMAND_PLAN, "Acme letter to Dana Whitfield")
    assert "I don't know an account" in words(told.messages[-1])
