"""Reads the lines after /commit that are commands. Every other line is a commitment. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from handlers import ids
from store.rules.line.words import courtesy_at

_NUMBER = re.compile(r"#?(\d{1,20})[.!?,]?", re.ASCII)
# As Slack writes a person, and as people type one whom Slack does not know.
_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,20})(?:\|[^<>]*)?>|(@[\w.-]{1,80})")
_HELP = {"?", "??", "help", "help me", "help please", "commands", "hilfe", "aide", "ayuda"}
# Words that people write around a number and a verb: "17 is done", "mark 17 as done".
_FILLERS = {"is", "as", "to", "mark", "set", "please", "pls", "ist", "bitte"}
_AND = {"and", "&amp;", "+", "und", "et", "y"}
# A comment in one line: "note 17 sent the draft, waits for their OK".
_COMMENT = re.compile(r"(?:note|comment)\s+#?(\d{1,20})(?:\s*[:,]\s*|\s+)(\S.*)", re.ASCII | re.IGNORECASE | re.DOTALL)
# The words for each change of a commitment, and the button that makes it.
ACTS = {
    **dict.fromkeys(
        (
            "done",
            "finish",
            "finished",
            "complete",
            "completed",
            "close",
            "closed",
            "erledigt",
            "fertig",
            "fait",
            "hecho",
        ),
        ids.DONE,
    ),
    **dict.fromkeys(("reopen", "undone"), ids.REOPEN),
    "unblock": ids.UNBLOCK,
    "accept": ids.ACCEPT,
    "undo": ids.UNDO,
    **dict.fromkeys(("cancel", "drop", "delete", "remove", "storniere", "annuler", "annule", "cancela"), ids.CANCEL),
    **dict.fromkeys(("move", "postpone", "reschedule", "push", "delay", "shift", "defer"), ids.MOVE),
    **dict.fromkeys(("verschiebe", "verschieben", "reporte", "reporter", "décale", "décaler"), ids.MOVE),
    **dict.fromkeys(("mueve", "mover", "aplaza", "aplazar"), ids.MOVE),
    **dict.fromkeys(("block", "blocked"), ids.BLOCK),
    **dict.fromkeys(("snooze", "not today"), ids.SNOOZE),
    **dict.fromkeys(("handover", "hand over", "reassign", "delegate"), ids.HAND_OVER),
    **dict.fromkeys(("handback", "hand back", "decline"), ids.HAND_BACK),
    **dict.fromkeys(("edit", "change"), ids.EDIT),
    "redact": ids.REDACT,
    **dict.fromkeys(("end", "end series", "end the series", "stop"), ids.END_SERIES),
    **dict.fromkeys(("note", "comment"), ids.COMMENT),
    **dict.fromkeys(("show", "details", "view", "status", "history"), ids.SHOW),
}
# The verbs that take more words behind the number: those of these changes, and some that say nothing without them.
_TAKE_WORDS = {ids.DONE, ids.MOVE, ids.SNOOZE, ids.BLOCK, ids.HAND_OVER, ids.HAND_BACK, ids.CANCEL}
_WITH_WORDS = {
    **{verb: action_id for verb, action_id in ACTS.items() if action_id in _TAKE_WORDS},
    **dict.fromkeys(("give", "assign", "hand"), ids.HAND_OVER),
    **dict.fromkeys(("moved", "postponed"), ids.MOVE),
    **dict.fromkeys(("cancelled", "canceled"), ids.CANCEL),
}
# The longest verb first: "hand over" before "hand".
_VERB = "|".join(sorted(_WITH_WORDS, key=len, reverse=True))
_NUMBERED = re.compile(
    rf"(?:(?:please|pls|bitte) )?(?:(?P<verb>{_VERB}) (?P<sign>#?)(?P<number>\d{{1,20}})"
    rf"|(?:(?:mark|set) )?(?P<its_sign>#?)(?P<its_number>\d{{1,20}}) (?P<filler>(?:is|as|ist) )?(?P<its_verb>{_VERB}))"
    r"(?P<mark> ?[:;,–—]| -)?[ \t]+(?P<words>\S.*)",
    re.ASCII | re.IGNORECASE,
)
# “17 to Friday”. The words behind the number decide whether it is a command.
_TO_BE_MOVED = re.compile(r"#?(\d{1,20}) (?:to|by|auf|au|al) (\S.*)", re.ASCII | re.IGNORECASE)
_MORE_NUMBERS = re.compile(r"(?:(?:and|or|und|et|y|&|\+) *)?#?\d", re.IGNORECASE)
# The words before a reason.
BECAUSE = r"(?:because(?: of)?|due to|weil|porque|parce que)"
_BECAUSE = re.compile(rf"{BECAUSE}\b", re.IGNORECASE)
# A word of these goes from the beginning of a reason, as the field asks "why" already.
_WHY = re.compile(r"\A(?:because(?! of\b)|weil|porque|parce que)\s+", re.IGNORECASE)
_TO_DAY = re.compile(r"(?:to|onto|until|till|auf(?: den)?|bis(?: zum)?|au|à|al)\s+(?=\S)", re.IGNORECASE)
_TO_PERSON = re.compile(
    rf"(?:over )?(?:(?:to )?(?:{_MENTION.pattern})|to (?P<name>[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*)?))"
    rf"(?:(?: ?[:;,–—]| -) +(?P<words>.+)| (?P<reason>{_BECAUSE.pattern}.+))?",
    re.IGNORECASE,
)
# The obstacle of a commitment: "block 3 waiting for legal", and not "block 3 days for the workshop".
_WAITS = re.compile(r"(?:wait(?:s|ing)?|until|till|wartet|en attente)\b", re.IGNORECASE)
# "Finished 3 of the 5 slides" is a report.
_PART = re.compile(r"of\b", re.IGNORECASE)
# Verbs that say that it was done: "finish 3 slides" is a promise.
_WAS_DONE = {"done", "finished", "completed", "erledigt", "fertig", "fait", "hecho"}
# The words of a list: which part of it each sets, and to which value.
_OF_LISTS = {
    "mine": ("owner", "me"), "my": ("owner", "me"), "list": ("owner", "me"),
    "overdue": ("when", "overdue"), "late": ("when", "overdue"),
    "blocked": ("when", "blocked"), "moved": ("when", "moved"),
    "today": ("when", "today"),
    "theirs": ("side", "theirs"), "ours": ("side", "ours"),
    "done": ("when", "done"), "kept": ("when", "done"),
    "open": ("", ""), "everything": ("", ""), "all": ("", ""),
}  # fmt: skip
_WEEK = ("this", "week")
# Words of the longest list: nobody types more, and each is looked at several times.
_MOST_WORDS = 12
# Words of an account's name in "Acme overdue". More words are an action: "@ana send it all today".
_MOST_NAME_WORDS = 3


@dataclass(frozen=True)
class Help:
    """The help page."""


@dataclass(frozen=True)
class Act:
    """Do something to a commitment: `action_id` is that of the button. Without `number` the line does not say which.
    `text`: the words of a comment or a reason, or those of a date and perhaps a reason behind it. `who`: a Slack id,
    an @handle, or a name. `sure`: without it the line is a command only if the person sees the commitment.
    """

    action_id: str
    word: str
    number: str = ""
    text: str = ""
    who: str = ""
    sure: bool = True


@dataclass(frozen=True)
class Listing:
    """A list: whose (`owner`: "me", a Slack id, an @handle, or empty), `side`, `when` (a value of When), and the
    account, whose `name` is not looked up yet. `is_list`: the line begins with a word of a list. `either`: the name of
    an account or a colleague, in a question; `side` then counts for an account, `side_of_colleague` for a colleague.
    """

    owner: str = ""
    side: str = ""
    when: str = ""
    name: str = ""
    is_list: bool = True
    either: str = ""
    side_of_colleague: str = ""


@dataclass(frozen=True)
class AccountPage:
    """The page of an account whose name is not looked up yet."""

    name: str


Asked = Help | Act | Listing | AccountPage


@dataclass
class _Found:
    """The parts of a list that the words have named so far, and the words that remain."""

    said: dict[str, str] = field(default_factory=dict)
    name: list[str] = field(default_factory=list)

    def listing(self, *, is_list: bool) -> Listing:
        said = self.said
        return Listing(
            said.get("owner", ""), said.get("side", ""), said.get("when", ""), " ".join(self.name), is_list=is_list
        )


def read_command(text: str) -> Asked | None:
    """The request of the line; None if it is no command. A list whose `is_list` is False is one only if its name is an
    account's: "Acme overdue".
    """
    words = text.split()
    folded = [word.casefold() for word in words]
    if " ".join(folded).removesuffix("!") in _HELP:
        return Help()
    if found := _COMMENT.fullmatch(text.strip()):
        return Act(ids.COMMENT, "note", found[1], found[2])
    return _act(folded) or _act_with_words(text.strip()) or _listing(words, folded) or _moved(text.strip())


def is_command(action: str) -> bool:
    """Whether an action says nothing but a command, so that it is no promise even with a date: "snooze 17", "back"."""
    asked = read_command(action)
    if isinstance(asked, Act):
        return asked.sure and not asked.text and not asked.who
    return isinstance(asked, Help) or (isinstance(asked, Listing) and asked.is_list and not asked.name)


def _act(folded: list[str]) -> Act | None:
    said = [word for word in folded if word not in _FILLERS]
    numbers = [found[1] for word in said if (found := _NUMBER.fullmatch(word))]
    verb = " ".join(word for word in said if not _NUMBER.fullmatch(word) and not (len(numbers) > 1 and word in _AND))
    if len(numbers) == 1 and not verb:
        return Act(ids.SHOW, "show", numbers[0])
    if len(numbers) == 1 and verb in ACTS:
        return Act(ACTS[verb], verb, numbers[0])
    if len(numbers) > 1 and verb in ACTS and verb != "undo":
        # Which one is asked, as without a number.
        return Act(ACTS[verb], verb)
    if not numbers and verb in ACTS and verb not in _OF_LISTS and len(said) == len(folded):
        return Act(ACTS[verb], verb)
    return None


def _moved(text: str) -> Act | None:
    found = _TO_BE_MOVED.fullmatch(text)
    return Act(ids.MOVE, "move", found[1], found[2], sure=False) if found else None


def _act_with_words(text: str) -> Act | None:
    """The change of one commitment that the line describes: "move 17 to Friday", "3 blocked: waiting for legal"."""
    found = _NUMBERED.fullmatch(text)
    if found is None:
        return None
    verb, words = (found["verb"] or found["its_verb"]).casefold(), found["words"]
    action_id, act = _WITH_WORDS[verb], Act(_WITH_WORDS[verb], verb, found["number"] or found["its_number"])
    has_sign = bool(found["sign"] or found["its_sign"])
    if action_id in {ids.MOVE, ids.HAND_OVER} and (given := _handed_over(act, words)):
        return given
    if action_id in {ids.MOVE, ids.SNOOZE}:
        to_day = _TO_DAY.match(words)
        return replace(act, text=words[to_day.end() :] if to_day else words, sure=has_sign or to_day is not None)
    if action_id == ids.HAND_OVER or _MORE_NUMBERS.match(words):
        return None
    sure = has_sign or bool(found["mark"] or found["filler"] or _BECAUSE.match(words))
    is_first = found["verb"] is not None
    perhaps = {
        ids.BLOCK: not is_first or _WAITS.match(words) is not None,
        ids.DONE: is_first and verb in _WAS_DONE and not _PART.match(words),
    }
    if not sure and not perhaps.get(action_id):
        return None
    return replace(act, text=words if action_id == ids.DONE else _WHY.sub("", words, count=1), sure=sure)


def _handed_over(act: Act, words: str) -> Act | None:
    """The person behind "to", and perhaps a reason. A mere name is one only if it is a colleague's."""
    found = _TO_PERSON.fullmatch(words[: courtesy_at(words)].rstrip(" ,;.!"))
    if found is None or (act.action_id == ids.MOVE and found["name"]):
        return None
    who = found[1] or found[2] or f"@{found['name']}"
    reason = found["words"] or _WHY.sub("", found["reason"] or "", count=1)
    return Act(ids.HAND_OVER, act.word, act.number, reason, who, sure=not found["name"])


def _listing(words: list[str], folded: list[str]) -> Listing | AccountPage | None:
    if len(words) > _MOST_WORDS:
        return AccountPage(" ".join(words[1:])) if folded[0] == "account" else None
    if folded[:1] == ["account"]:
        rest = _read_list(words[1:], folded[1:])
        if rest.said and rest.name:
            return rest.listing(is_list=True)
        return AccountPage(" ".join(words[1:])) if words[1:] else None
    if folded[:1] == ["show"] and len(folded) > 1:
        words, folded = words[1:], folded[1:]
    found = _read_list(words, folded)
    if not found.said:
        return None
    begins = folded[0] in _OF_LISTS or not found.name
    if not begins and len(found.name) > _MOST_NAME_WORDS:
        return None
    return found.listing(is_list=begins)


def _read_list(words: list[str], folded: list[str]) -> _Found:
    """The words of a list, from both ends; between them stands an account's name."""
    found = _Found()
    start, end = 0, len(words)
    while start < end and (taken := _taken(words[start:end], folded[start:end], found)):
        start += taken
    while start < end and (taken := _taken_from_end(words[start:end], folded[start:end], found)):
        end -= taken
    found.name = words[start:end]
    return found


def _taken(words: list[str], folded: list[str], found: _Found) -> int:
    """How many words at the beginning belong to the list."""
    if tuple(folded[:2]) == _WEEK:
        return _note(found, "when", "week", 2)
    if mention := _MENTION.fullmatch(words[0]):
        return _note(found, "owner", mention[1] or mention[2], 1)
    return _note(found, *_OF_LISTS[folded[0]], 1) if folded[0] in _OF_LISTS else 0


def _taken_from_end(words: list[str], folded: list[str], found: _Found) -> int:
    if tuple(folded[-2:]) == _WEEK:
        return _note(found, "when", "week", 2)
    return _taken(words[-1:], folded[-1:], found)


def _note(found: _Found, key: str, value: str, taken: int) -> int:
    """`taken`, or 0 where the list has another such word: "overdue done" is no list."""
    if key and found.said.get(key, value) != value:
        return 0
    found.said |= {key: value} if key else {"owner": found.said.get("owner", "")}
    return taken
