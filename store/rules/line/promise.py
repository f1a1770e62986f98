"""The promise in a message: "Hi all, thanks. I'll send the deck by Friday" promises "send the deck by Friday".

Plain rules, in four languages. A message that they do not fit stays whole. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLAGS = re.IGNORECASE
_MENTIONS = r"(?:<@[UW][A-Z0-9]+(?:\|[^<>]*)?>[\s,:;]*(?:(?:and|und|et|y|&amp;)\s+(?=<@))?)+"
_LEADING = re.compile(_MENTIONS)
# A sentence ends here, unless the word before the dot is short, a number or an abbreviation.
_END = re.compile(r"\n+|(?<=[!?…])\s+|(?<=[^\W\d_]{3}\.)\s+")
_ABBREVIATED = re.compile(
    r"(?<!\w)(?:inc|ltd|corp|bros|llc|approx|bzw|usw|etc|prof|mrs|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|jan|feb"
    r"|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|dez|okt|janv|févr|avr|juil|déc|ene|abr|ago|dic)\.\Z",
    _FLAGS,
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|morning|hallo|moin|servus|guten (?:morgen|tag|abend)"
    r"|liebe[rs]?|bonjour|bonsoir|salut|coucou|hola|buenos días|buenas(?: tardes)?|querid[oa]s?)(?!\w)"
    r"(?:[ ,]+(?:all|team|everyone|everybody|folks|there|guys|both|again|zusammen|alle|à tous|à toutes|tout le monde"
    r"|equipo|a todos|a todas|tod[oa]s))?"
    r"(?: (?!(?:I|we|ich|wir|je|nous|on)\b)[^\W\d_a-z][\w'’-]*){0,2}\s*(?:[,!.:;–—-]+\s*|(?=<@)|(?=\b(?:I|we)\b)|\Z)",
    _FLAGS,
)
_COURTESY = re.compile(
    r"(?:(?:many )?thanks|thank you|thx"
    r"|(?:great|good|nice|lovely|super) (?:call|meeting|chat|talk|to|seeing|speaking|stuff|point|job|work)"
    r"|ok|okay|sure|yes|yep|yeah|of course|sounds good|perfect|great|no problem|will do|got it|noted"
    r"|let me know|have a|best|cheers|talk soon|see you|speak soon|danke|vielen dank|super|alles klar|gerne?|klar|ja"
    r"|viele grüße|liebe grüße|lg|vg|bis (?:dann|bald)|merci|parfait|d['’]accord|oui|entendu|à bientôt|cordialement"
    r"|bonne journée|(?:muchas )?gracias|perfecto|vale|claro|sí|saludos|un saludo|hasta (?:luego|pronto))(?!\w)"
    r"(?:[^,.!?;:–—\n<]{0,60}?(?:[,.!?;–—]+|:(?!\w)| -+)\s*|[^,.!?;:–—\n<]{0,60}\Z)",
    _FLAGS,
)
_EMOJI = re.compile(r"(?:\s|:[a-z0-9_+'-]+:|[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d])+", _FLAGS)
# The words with which people promise. The action follows them.
_PROMISE = re.compile(
    r"(?:(?:I|we)(?:['’]ll| will| shall| can|['’](?:m|re) going to| (?:am|are) going to| promise to)"
    r"|will(?= [a-z])|let me|(?:I['’]m )?happy to|ich (?:werde|kann)|wir (?:werden|können)"
    r"|je (?:vais|peux)|on va|nous allons|(?:voy|vamos) a|(?:puedo|podemos))"
    r"(?: also| then| definitely| gladly| make sure to| auch| dann| gerne?| aussi| también)?"
    r" (?!be\b|not\b|nicht\b|pas\b)",
    _FLAGS,
)
# “Ich schicke die Liste”: the verb stays.
_PROMISE_OF_ONE = re.compile(
    r"ich (?=(?!(?:habe|hatte|finde|glaube|denke|freue|hoffe|würde|hätte|wäre|brauche|möchte|verstehe|sehe)\b)\w+e\b)",
    _FLAGS,
)
# A sentence that promises, though its words stay as they are.
_PROMISES = re.compile(
    r"\b(?:j['’]\w+e\b|j['’]\w+rai\b|je \w+rai\b|(?:te|les?|os) (?:envío|mando|paso)\b|\w+(?:ar|er|ir)é\b)", _FLAGS
)
_ASKED = re.compile(
    r"(?:(?:can|could|would|will) you|please|pls|(?:kannst|könntest|würdest) du|bitte|(?:peux|pourrais)[- ]tu"
    r"|(?:pouvez|pourriez)[- ]vous|tu (?:peux|pourrais)|¿?(?:puedes|podrías|puede|podría))"
    r"(?: (?:please|kindly|bitte|s['’]il te plaît|s['’]il vous plaît|por favor))? ",
    _FLAGS,
)


class Promise(NamedTuple):
    """`text`: the words of the action, with the people asked before them. `by_author`: the author promises it.
    `whole`: nothing but such words as "I'll" and "can you" is left out of the message.
    """

    text: str
    by_author: bool
    whole: bool


def promise_in(message: str) -> Promise:
    """The promise in a message, as Slack sends it. The whole message where it promises nothing, or several things."""
    sentences = list(_sentences(message))
    said = [left for one in sentences if (left := _without_courtesy(one))]
    promising = [one for one in said if _promises(one)]
    if len(said) == 1 or len(promising) == 1:
        (chosen,) = said if len(said) == 1 else promising
        return _opened(chosen, whole=_as_long(chosen, message))
    return Promise(message, by_author=False, whole=True)


def _as_long(chosen: str, message: str) -> bool:
    return len(chosen.split()) == len(message.split())


def _sentences(message: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(message):
        if not _ABBREVIATED.search(message[max(0, end.start() - 10) : end.start()]):
            yield message[start : end.start()].strip()
            start = end.end()
    yield message[start:].strip()


def _without_courtesy(sentence: str) -> str:
    """The sentence without greeting and thanks before it; empty if it says nothing else."""
    for _ in range(4):
        found = _GREETING.match(sentence) or _COURTESY.match(sentence) or _EMOJI.match(sentence)
        if found is None:
            break
        sentence = sentence[found.end() :]
    return sentence if any(character.isalnum() for character in sentence) else ""


def _promises(sentence: str) -> bool:
    at = _after_people(sentence)
    return any(words.match(sentence, at) for words in (_PROMISE, _PROMISE_OF_ONE, _ASKED)) or (
        _PROMISES.search(sentence) is not None
    )


def _after_people(sentence: str) -> int:
    people = _LEADING.match(sentence)
    return people.end() if people else 0


def _opened(sentence: str, *, whole: bool) -> Promise:
    at = _after_people(sentence)
    if found := _PROMISE.match(sentence, at) or _PROMISE_OF_ONE.match(sentence, at):
        return Promise(_begun(sentence[found.end() :]), by_author=True, whole=whole)
    if found := _ASKED.match(sentence, at):
        return Promise(sentence[:at] + _begun(sentence[found.end() :]).rstrip("? "), by_author=False, whole=whole)
    if _PROMISES.search(sentence):
        return Promise(sentence[at:], by_author=True, whole=whole)
    return Promise(sentence, by_author=False, whole=whole)


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]
