"""The promise in a message: without greeting, thanks and “I'll”; a message that the rules do not fit stays whole."""

from __future__ import annotations

import pytest

from store.rules.line.promise import promise_in

# message → (the action, whether its author promises it)
PROMISES = {
    "Hi all, thanks for today. I'll send the pricing sheet by Friday :pray:": "Send the pricing sheet by Friday :pray:",
    "Thanks for today, I’ll send the pricing sheet by Friday": "Send the pricing sheet by Friday",
    "Hi <@U0ANA> and <@U0BEN>, I'll call Dana tomorrow": "Call Dana tomorrow",
    "Sure - I will send it tomorrow": "Send it tomorrow",
    "Will send the deck Friday": "Send the deck Friday",
    "Let me check the numbers by Friday": "Check the numbers by Friday",
    "The client asked for it.\nI'm going to get it by Monday\nSee you": "Get it by Monday",
    "Hallo zusammen, danke für heute. Ich schicke die Preisliste bis Freitag.": "Schicke die Preisliste bis Freitag.",
    "Guten Morgen! Ich werde die Preisliste bis Freitag schicken": "Die Preisliste bis Freitag schicken",
    "Bonjour à tous, merci. Je vais envoyer la grille d'ici vendredi.": "Envoyer la grille d'ici vendredi.",
    "Bonjour, j'enverrai la grille vendredi": "j'enverrai la grille vendredi",
    "Hola equipo, gracias por hoy. Voy a enviar la lista el viernes": "Enviar la lista el viernes",
}
ASKED = {
    "<@U0ANA> can you send the deck by Friday": "<@U0ANA> Send the deck by Friday",
    "hey <@U0ANA>, could you please send the deck by Friday?": "<@U0ANA>, Send the deck by Friday",
    "<@U0ANA> kannst du bitte das Angebot bis Freitag schicken?": "<@U0ANA> Das Angebot bis Freitag schicken",
    "<@U0ANA> peux-tu envoyer le devis vendredi ?": "<@U0ANA> Envoyer le devis vendredi",
    "Hola <@U0ANA>, ¿puedes enviar el contrato el viernes?": "<@U0ANA>, Enviar el contrato el viernes",
    "Good call with Acme. Dana wants the new pricing.": "Dana wants the new pricing.",
}
WHOLE = [
    "I'll send the deck by Friday. I'll call Dana on Monday.",
    "If legal agrees, I'll send the deck by Friday",
    "We will be there",
    "The offer is for Acme Inc. We need it by Fri. 4 Dec.",
    "Let me know if you need anything",
    "thanks!",
    "send R&amp;D &lt;b&gt; to <@U0BEN>\nfirst\nsecond",
    "",
]


@pytest.mark.parametrize("message", PROMISES)
def test_what_the_author_promises(message: str) -> None:
    """The one sentence in which the author promises something, in four languages."""
    assert promise_in(message)[:2] == (PROMISES[message], True)


@pytest.mark.parametrize("message", ASKED)
def test_what_a_message_asks(message: str) -> None:
    """The one sentence that says something; the people whom it asks stay before it."""
    assert promise_in(message)[:2] == (ASKED[message], False)


@pytest.mark.parametrize("message", WHOLE)
def test_a_message_of_another_kind_stays_whole(message: str) -> None:
    """Several promises, a condition, or no promise: no word is left out."""
    assert promise_in(message) == (message, False, True)


@pytest.mark.parametrize(
    "part", ["word ", "thanks ", "a.", "<@U0ANA> ", "I'll ", ":", "hi ", "!", "\n", ". a", "é", "a"]
)
def test_a_long_message_takes_no_long_time(part: str) -> None:
    """A message of 40,000 characters of any kind is read: none of the patterns takes quadratic time."""
    assert promise_in(part * (40_000 // len(part))).text
