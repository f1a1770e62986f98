"""The bot's Messages tab: a message there works as a line after /commit does, and each is answered once."""

from __future__ import annotations

import pytest

from handlers import ids
from store import accounts
from tests.journeys.conftest import BotInWorkspace, read, words, words_of
from tests.journeys.reading import LAST_WEEK, numbers


@pytest.fixture
def filled(town: BotInWorkspace) -> BotInWorkspace:
    """#1 is Eva's (overdue for Acme), #2 is hers for today, #3 is Ana's for Acme, #4 is owed by Acme, #5 is Eva's."""
    with town.makegood.ledger.begin() as tx:
        acme = accounts.create(tx, town.person(tx, "U0EVA"), "Acme", now=town.box.clock.now())
    town.has_recorded("U0EVA", ("U0EVA", "send the pricing", "2026-11-20"), account=acme, at=LAST_WEEK)
    town.has_recorded("U0EVA", ("U0EVA", "call Marcus", "2026-11-23"))
    town.has_recorded("U0EVA", ("U0ANA", "write the offer", "2026-12-15"), account=acme)
    town.has_recorded("U0EVA", ("U0EVA", "sign the order", "2026-12-01"), account=acme, side="theirs")
    town.has_recorded("U0EVA", ("U0EVA", "book a room", "2026-11-27"))
    town.settled()
    return town


def dm(town: BotInWorkspace, user: str = "U0EVA") -> str:
    return town.box.world.im(user).id


QUESTIONS = {
    "what is due today?": [1, 2],
    "What's due this week": [1, 2, 5],
    "what is due next week?": [4],
    "What's coming up next week": [4],
    "what is due next week at Acme?": [4],
    "what does Acme owe us next week?": [4],
    "what do I owe Acme next week?": [],
    "what is due tomorrow?": [],
    "what's due?": [1, 2, 5, 4],
    "what is due at Acme?": [1, 3, 4],
    "what is due at Acme this week?": [1],
    "what's due this week for Acme": [1],
    "Was ist bei Acme fällig?": [1, 3, 4],
    "what is overdue?": [1],
    "anything overdue?": [1],
    "who is late at Acme?": [1],
    "what is Eva waiting for?": [4],
    "what is @eva waiting for?": [4],
    "What is Acme waiting for?": [1, 3],
    "what is Acme still waiting for from us?": [1, 3],
    "What does Acme wait for?": [1, 3],
    "what are they waiting for?": [1, 2, 5, 3],
    "Worauf wartet Acme noch?": [1, 3],
    "Worauf wartet Eva?": [4],
    "Qu'attend Acme ?": [1, 3],
    "Qu'est-ce qu'Acme attend de nous ?": [1, 3],
    "¿Qué espera Acme?": [1, 3],
    "what do I owe Acme?": [1],
    "what do we owe Acme?": [1, 3],
    "what does Acme owe us?": [4],
    "what do they owe us?": [4],
    "who owes us something?": [4],
    "what has Acme promised?": [4],
    "what have we promised Acme this week?": [1],
    "what do I owe Acme today?": [1],
    "what does Ana owe this week?": [],
    "Was schulden wir Acme diese Woche?": [1],
    "who owns #3?": [3],
    "is 5 still open?": [5],
    "what did Ana promise?": [3],
    "what did @ana promise?": [3],
    "what does Ana owe Acme?": [3],
    "what have I promised?": [1, 2, 5, 4],
    "Was ist heute fällig?": [1, 2],
    "Was ist nächste Woche fällig?": [4],
    "Qu'est-ce qui est dû la semaine prochaine ?": [4],
    "¿Qué vence la semana que viene?": [4],
    "¿Qué vence la próxima semana?": [4],
    "was schuldet uns Acme noch?": [4],
    "Was hat Ana versprochen?": [3],
    "Qu'est-ce que je dois à Acme ?": [1],
    "Que nous doit Acme ?": [4],
    "¿Qué vence hoy?": [1, 2],
    "¿Qué prometió Ana?": [3],
    "mine": [1, 2, 5, 4],
    "overdue acme": [1],
    "search offer": [3],
    "3": [3],
    "what is #3?": [3],
}  # fmt: skip


@pytest.mark.parametrize(("asked", "shown"), QUESTIONS.items())
def test_a_question_is_answered_by_a_list(filled: BotInWorkspace, asked: str, shown: list[int]) -> None:
    """Plain questions in four languages, and the words of lists, show what they ask for and record nothing."""
    answer = filled.write("U0EVA", asked)
    assert answer.user == filled.box.world.bot
    assert answer.ephemeral_for is None
    assert numbers(answer.blocks) == shown
    assert filled.rows()["commitment"] == 5


TROUBLE = {
    "what's blocked?": [2, 3],
    "What is blocked at Acme?": [3],
    "what is stuck today?": [2, 3],
    "blocked": [2, 3],
    "blocked acme": [3],
    "mine blocked": [2],
    "Was ist bei Acme blockiert?": [3],
    "Qu'est-ce qui est bloqué ?": [2, 3],
    "¿Qué está bloqueado?": [2, 3],
    "what moved?": [5, 1, 3],
    "what has moved this week?": [5],
    "which dates were moved at Acme?": [3, 1],
    "what was postponed with Acme this week?": [],
    "moved": [5, 1, 3],
    "was wurde verschoben": [5, 1, 3],
    "Was wurde diese Woche verschoben?": [5],
    "Qu'est-ce qui a été reporté cette semaine ?": [5],
    "¿Qué se movió esta semana?": [5],
}  # fmt: skip


def test_what_is_in_trouble_is_listed(filled: BotInWorkspace) -> None:
    """Questions about what is blocked and what was moved show it, one's own first; the week begins on its Monday."""

    def change(user: str, line: str, **fields: str) -> None:
        view = filled.commit(user, line).view
        assert view is not None
        assert filled.submit(user, view, reason="legal", **fields).errors == {}

    filled.move(2026, 11, 29, 22, 30)
    change("U0ANA", "move 3", due="2026-12-16")
    change("U0EVA", "move 1", due="2026-12-18")
    change("U0EVA", "move 4", due="2026-12-14")
    filled.move(2026, 11, 29, 23, 30)
    change("U0EVA", "move 5", due="2026-12-11")
    filled.commit("U0EVA", "done 4")
    change("U0EVA", "block 2")
    change("U0ANA", "block 3")
    for asked, shown in TROUBLE.items():
        assert numbers(filled.write("U0EVA", asked).blocks) == shown, asked


def test_a_question_after_the_command_is_answered_too(filled: BotInWorkspace) -> None:
    """`/commit what do I owe Acme?` shows the list, and does not record the question."""
    assert numbers(filled.commit("U0EVA", "what do I owe Acme?").messages[-1].blocks) == [1]
    assert filled.commit("U0EVA", "what is due in the spring?").view is not None
    assert filled.rows()["commitment"] == 5


def test_a_promise_is_recorded_and_its_receipt_is_kept_true(town: BotInWorkspace) -> None:
    """A line is recorded as after /commit; the receipt works, and shows what became of the commitment."""
    receipt = town.write("U0EVA", "@ana send the pricing sheet by Friday")
    assert "Recorded as #1" in words(receipt)
    assert town.commitment(1).owner.slack_id == "U0ANA"
    assert ids.SHARE not in str(receipt.blocks)
    assert "pricing" in words(town.box.dm("U0ANA")[-1])
    form = town.form("U0EVA", receipt, ids.EDIT)
    town.submit("U0EVA", form, action="send the new sheet")
    town.settled()
    assert "send the new sheet" in words(town.box.messages(dm(town))[-1])
    town.press("U0EVA", town.write("U0EVA", "call Marcus tomorrow"), ids.UNDO)
    assert town.verbs(2) == ["record", "undo"]


def test_an_unknown_account_is_offered(town: BotInWorkspace) -> None:
    """The receipt offers to create an account that the line names; the button does it."""
    receipt = town.write("U0EVA", "call them by Friday for Initech")
    town.press("U0EVA", receipt, ids.CREATE_ACCOUNT)
    town.settled()
    account = town.commitment(1).account
    assert account is not None
    assert account.name == "Initech"
    assert "Initech" in words(town.box.messages(dm(town))[-1])


COMMANDS = {"done 2": "done", "move 2": "Move", "back": "not away", "help": "Record a promise", "settings": "Settings"}


@pytest.mark.parametrize(("typed", "said"), COMMANDS.items())
def test_words_of_commands_work(filled: BotInWorkspace, typed: str, said: str) -> None:
    """A command that acts at once acts; one that needs a form shows the button that opens it."""
    answer = filled.write("U0EVA", typed)
    if typed == "move 2":
        assert filled.form("U0EVA", answer, ids.MOVE).callback_id == ids.FORM_MOVE
    elif typed == "settings":
        assert filled.form("U0EVA", answer, ids.OPEN_SETTINGS).callback_id == ids.FORM_SETTINGS
    else:
        assert said.casefold() in words(answer).casefold()
    assert filled.rows()["commitment"] == 5


def test_an_absence_is_set(town: BotInWorkspace) -> None:
    """`away …` sets the absence; its button ends it, and the message says so."""
    answer = town.write("U0EVA", "away 30 Nov to 4 Dec @ben")
    assert "Ben" in words(answer)
    town.press("U0EVA", answer, ids.END_ABSENCE)
    assert town.rows()["absence"] == 0 or "30 Nov" not in words(town.box.messages(dm(town))[-1])


NOT_RECORDED = (
    "thanks", "hello there", "send the pricing to Dana", "can you send it by Friday?", "what is due on Friday?",
    "tomorrow", "ok Friday", "send it by 32 Dec", "how do I record something", "wer macht das bis Freitag",
)  # fmt: skip


@pytest.mark.parametrize("said", NOT_RECORDED)
def test_what_is_not_understood_is_asked(town: BotInWorkspace, said: str) -> None:
    """No promise, or one with an open question: three buttons; the first opens the form with the line as it is read."""
    answer = town.write("U0EVA", said)
    assert town.rows()["commitment"] == 0
    labels = [element["text"]["text"] for block in answer.blocks for element in block.get("elements", ())]
    assert labels == ["Record it as a commitment", "My commitments", "Help"]
    form = town.form("U0EVA", answer, ids.OPEN_LINE)
    assert form.callback_id == ids.FORM_NEW
    saved = town.submit("U0EVA", form, action="send the pricing", owner="U0EVA", due="2026-12-04")
    assert not saved.errors
    town.settled()
    assert town.commitment(1).action == "send the pricing"
    # The receipt takes the place of the question.
    last = town.box.messages(dm(town))[-1]
    assert last.ts == answer.ts
    assert "#1" in words(last)
    assert ids.OPEN_LINE not in str(last.blocks)


def test_several_lines_are_reviewed_as_a_list(town: BotInWorkspace) -> None:
    """A message of several promises: the button opens the list of them, and all are recorded together."""
    answer = town.write("U0EVA", "send the pricing to Dana by Friday\n@ana call Marcus by 4 Dec")
    assert town.rows()["commitment"] == 0
    form = town.form("U0EVA", answer, ids.OPEN_LINE)
    assert form.callback_id == ids.FORM_SEVERAL
    assert not town.box.submit("U0EVA", form.id, {}).errors
    assert [town.commitment(number).owner.slack_id for number in (1, 2)] == ["U0EVA", "U0ANA"]


def test_the_other_buttons_look(filled: BotInWorkspace) -> None:
    """*My commitments* and *Help* open on top, and the question stays."""
    answer = filled.write("U0EVA", "thanks")
    for action_id, said in ((ids.RUN, "send the pricing"), (ids.OPEN_HELP, "Record a promise")):
        filled.press("U0EVA", answer, action_id)
        assert said in words_of(filled.box.modals("U0EVA")[-1])
        filled.box.close("U0EVA", filled.box.modals("U0EVA")[-1].id)
    assert filled.box.messages(dm(filled))[-1].blocks == answer.blocks


@pytest.mark.both_databases
def test_an_event_sent_again_is_answered_once(town: BotInWorkspace) -> None:
    """Slack's retries of an event, also at the same moment, record and answer once."""
    town.write("U0EVA", "send the pricing sheet by Friday")
    parcel = town.post.parcels[-1]
    assert {ack.status for ack in town.at_once(*[parcel] * 4)} == {200}
    town.settled()
    assert town.rows()["commitment"] == 1
    assert len(town.box.messages(dm(town))) == 2
    town.write("U0EVA", "done 1")
    town.again()
    town.settled()
    assert town.verbs(1) == ["record", "finish"]
    assert len(town.box.messages(dm(town))) == 4


def test_the_same_words_written_twice_are_two_messages(town: BotInWorkspace) -> None:
    """A message that a person sends twice is no retry: each has its answer."""
    for _ in range(2):
        town.write("U0EVA", "mine")
    assert len(town.box.messages(dm(town))) == 4


def test_what_no_person_wrote_is_no_line(town: BotInWorkspace) -> None:
    """Edits, deletions, messages of apps and of ourselves are not answered, and record nothing."""
    bot, channel = town.box.world.bot, town.box.world.im("U0EVA")
    line = {"text": "send it by Friday", "channel": channel.id, "channel_type": "im", "ts": "1795428000.000100"}
    for number, more in enumerate((
        {"user": bot, "bot_id": town.box.seed.bot_id}, {"bot_id": "B1", "subtype": "bot_message"},
        {"user": "U0EVA", "subtype": "message_changed"}, {"user": "U0EVA", "subtype": "message_deleted"},
        {"user": "U0EVA", "subtype": "channel_join"}, {"user": "U0EVA", "bot_id": "B1"},
    )):  # fmt: skip
        event = {**line, **more, "ts": f"1795428000.00010{number}"}
        ack = town.box.events.emit("message", event, channel, subscription="message.im")
        assert ack is not None
        assert ack.ok
    town.settled()
    assert town.rows()["commitment"] == 0
    assert town.box.messages(channel.id) == []


def test_a_message_with_a_file_is_a_line(town: BotInWorkspace) -> None:
    """The words beside a file are read; a file alone is asked about."""
    channel = town.box.world.im("U0EVA")
    for ts, text in (("1795428000.000100", "send this to Dana by Friday"), ("1795428001.000100", "")):
        event = {"user": "U0EVA", "subtype": "file_share", "text": text, "channel": channel.id, "ts": ts}
        town.box.events.emit("message", event | {"files": [{"id": "F1"}]}, channel, subscription="message.im")
    town.settled()
    assert town.commitment(1).action == "send this to Dana"
    assert town.rows()["commitment"] == 1
    assert len(town.box.messages(channel.id)) == 2


def test_a_refusal_is_told_in_words(town: BotInWorkspace) -> None:
    """A number that does not exist, a person whom nobody knows: the answer says it."""
    assert "no commitment #99" in words(town.write("U0EVA", "done 99"))
    assert "don't know who" in words(town.write("U0EVA", "what did Zoe promise?"))
    assert "account called" in words(town.write("U0EVA", "what do I owe Zorg?"))


def test_redaction_reaches_the_answers(town: BotInWorkspace) -> None:
    """The words of a redacted commitment leave the receipt, the lists, and the account's name that was offered."""
    town.write("U0EVA", "send hunter2 to Dana by Friday for Hunterco")
    town.write("U0EVA", "mine")
    form = town.form("U0EVA", town.item("U0EVA"), ids.REDACT)
    town.submit("U0EVA", form, action="send it")
    town.settled()
    mine = [message for message in town.box.messages(dm(town)) if message.user == town.box.world.bot]
    assert len(mine) == 2
    assert not any("hunter" in words(message).casefold() for message in mine)
    assert not any("hunter" in str(row.details).casefold() for row in town.outbox())


def test_a_read_answer_is_no_reminder(filled: BotInWorkspace) -> None:
    """A list that Eva asked for takes nothing from her next brief."""
    filled.write("U0EVA", "mine")
    filled.jump(2026, 11, 24, 8, 30)
    brief = read(filled.box.messages(dm(filled))[-1])
    assert "call Marcus" in brief
    assert "send the pricing" in brief
