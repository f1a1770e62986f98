"""The words beside a date. A date counts only if the words beside it are known to leave its meaning alone.

Words are folded: lower case, no accents. The lists hold the small words of English, German, French and Spanish.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from store.rules.line.words import EVENTS, codes_of, is_mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from store.dates import Frame
    from store.rules.line.words import Word


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEGATIONS = _set(
    "not dont never without neither nor nicht nie niemals kein keine keinen ohne ne pas jamais sans no nunca sin ni"
)
_REMINDERS = _set("forget vergessen oublier oublie oubliez olvidar olvides")
# A date beside one of these words is another day, no due date, or only perhaps one. Prepositions and conjunctions all
# stand here: "the minutes of 4 Dec", "since Monday", "to Friday", "by Friday unless …", "by Friday at the earliest".
CONNECTING = NEGATIONS | _set(
    """
    or except excluding excl but unless if than else otherwise maybe perhaps possibly probably ideally hopefully
    preferably earliest only and of from since for after between to at per about every each other another either both
    some any vs versus as like unlike around approx approximately circa ca roughly almost nearly barely hardly just
    because through thru throughout during over under against along across above below among amid behind beyond beside
    besides despite down given including inside outside instead minus plus near notwithstanding opposite past pending
    post pre save sub toward towards upon although though once whenever whereas wherever while whilst yet so
    later earlier sooner afterwards until till min minimum max maximum half hence onwards via into onto concerning
    considering failing regarding re following preceding previous last dated effective commencing beginning ending
    starting alternate provided providing assuming supposing w/c wc w/e
    """
    """
    oder ausser sofern falls wenn als sonst vielleicht eventuell fruhestens idealerweise bzw beziehungsweise und von
    vom zum zur seit ab nach jeden jede jeder jedem allen alle aller fur fuer gegen zwischen wie auf bei uber unter
    ungefahr etwa rund nur immer wegen trotz wahrend ehe aber sondern sowie anstatt statt aus bevor durch entlang
    entgegen gegenuber hinter infolge inklusive jenseits laut mitsamt samt mittels nachdem neben oberhalb unterhalb
    pro sobald solange um fast kaum spater fruher vorigen folgenden folgender folgendem darauffolgenden
    """
    """
    ou sauf excepte hors si sinon peut-etre tot idealement et de du des depuis chaque tous toutes apres partir entre ni
    quand lorsque pendant durant vers environ contre avec seulement d dudit suivant precedent chez comme concernant
    derriere devant envers hormis moins outre parmi pres selon sur mais donc car presque malgre passe plus tard
    """
    """
    o u salvo excepto pronto quizas quiza idealmente y e del desde despues tras cada todos todas cuando durante hacia
    sobre contra con aproximadamente como solo siguiente anterior ante bajo mediante por segun so pero sino casi
    & + / ~ < > =
    """
)
# "Escalate if no reply by Friday".
_CONDITIONS = _set("if unless falls wenn sofern si")
# At the end of an action such a word belongs to its verb: "find out what it is about by Friday".
_STRANDED = _set("about to for at of with into onto through down over across along so auf zu bei um")
# "Send the deck over Friday": before a day of the week, and before "tomorrow", these belong to their verb as well.
_BEFORE_A_WEEKDAY = _set("over across along")
# French and Spanish words for "to", which are no such words in English.
_TO = _set("a al au aux")
# A date stands in a clause about something else: "the call we had on Thursday", "the office is closed on Friday".
_CLAUSE = _set(
    """
    that which who whom whose where when what we he she they is are was were been has had will
    welche welcher welches was wer wo wir ist sind war waren hat hatte hatten wurde wurden wird
    qui que dont ils elle est sont etait etaient ete sera lieu findet
    quien cuando donde esta estan fue era eran ha han sera
    """
)
# The thing before a day has it: "the offer dated 30 Nov", "the email Dana sent Friday".
_HAVING = _set(
    """
    sent had held met gave made took said told got came went ran won saw wrote spoke put done begun paid left bought
    expires expiring expire starts start begins ends runs opens closes happens arrives lapses falls valid due
    gultig gilt lauft endet beginnt startet abgelaufen gultigkeit
    prevu prevue prevus prevues recu recue expire finit commence debute valable echoit tenu tenue vu
    previsto prevista previstos previstas visto hecho dicho vence caduca empieza termina valida valido
    """
)
_HAD = re.compile(
    r"[a-z]{2,}ed|(?!geben|gehen|gegen)ge[a-z]{2,}(?:t|en)|[a-z]{3,}iert"
    r"|(?!pedidos?$|mercados?$|estados?$|resultados?$|acuerdos?$)[a-z]{3,}[ai]d[oa]s?"
)
_HAD_ACCENTED = re.compile(r"\w{3,}(?:é|ée|és|ées|ó)", re.IGNORECASE)
# With one of these verbs the day is what changes: "move the demo on Monday", "cancel Friday".
_MOVING = _set(
    """
    move moved push postpone reschedule shift delay cancel extend prolong verschieben verlegen verlangern absagen
    deplacer decaler reporter annuler prolonger mover aplazar posponer cancelar ampliar prorrogar pasar cambiar
    """
)
# With one of these words "bis" says how long something lasts.
_LASTING = _MOVING | _set(
    """
    gultig gultigkeit gilt lauft laufzeit verlangerung befristet urlaub abwesend krank elternzeit weg ist sind hat
    bleibt bleiben sperrzeit bindefrist geoffnet geschlossen offen warten pausieren pause halten behalten aussetzen
    vom ab zwischen reservieren reserviert aktion rabatt
    """
)
_NAMED_DAYS = _set(
    """
    good black cyber easter whit maundy palm ash shrove holy giving super boxing bank holiday small blue fat pancake
    saint santo thanksgiving christmas weihnachten ostern noel paques navidad pascua
    """
)
_HAPPENINGS = EVENTS | _set(
    """
    webinar event fair flight flights hotel dinner lunch breakfast training session visit trip appointment interview
    party offsite summit standup townhall hearing audit exam congress expo gala
    messe besprechung schulung veranstaltung treffen flug fluge reise abendessen mittagessen besuch tagung seminar
    webinars gesprach feier prasentation
    atelier appel rendez-vous rdv vol vols diner dejeuner formation seminaire salon webinaire visite soiree
    taller llamada cita vuelo vuelos cena comida curso feria evento visita jornada
    """
)
# Events that are also verbs, and words that stand before the thing or person to which they are done.
_EVENTS_TO_DO = _set("call visit review interview")
_OBJECTS = _set("the a an our my your their his her its this these it them him us all both")
# Verbs that are no nouns too, by language: before one of them a day stands for itself.
_VERBS_ONLY = {
    "en": _set("send ask tell give prepare confirm submit deliver finalize finalise discuss remind"),
    "fr": _set("appeler rappeler envoyer renvoyer relancer preparer terminer confirmer livrer remettre demander"),
    "es": _set("llamar enviar mandar preparar terminar confirmar entregar pedir revisar"),
}
# "Kundentermin", "Jahresgespräch".
_COMPOUND_ENDS = (
    "termin", "sitzung", "messe", "schulung", "veranstaltung", "besprechung", "gesprach", "meeting", "workshop",
)  # fmt: skip
_LINKS = CONNECTING | _set("with in on im mit en dans chez the der die das la le el")
# "By email" is no deadline.
MEANS = _set("email e-mail mail phone post courier hand fax teams zoom slack chat")
# These words may follow a date in the middle of a line; then the action goes on.
_GOES_ON = _set(
    """
    the a an our my your their his her its this these it them us me to for with via about re regarding so
    please pls done ready
    die das den dem der ein eine einen einem unser unsere unseren mein meine meinen an mit per fur fuer zu bitte
    bei auf uber von fertig
    le la les l un une des notre nos mon ma mes votre vos pour avec par pret
    el los las una uno unos unas nuestro nuestra mi mis su sus con por listo lista
    """
)
_NOT_AFTER = CONNECTING | _CLAUSE | _NAMED_DAYS | (_TO - {"a"})
_VERB = re.compile(r"[a-zäöüß]{2,}(?:en|ern|eln|tun)")
_VERB_LINKS = _set("und zu fertig")
_SEPARATED = (",", ":", ";", "-", "–", "—")


def excepted(before: Sequence[Word]) -> bool:
    """Whether a word before "by Friday" says that Friday is not the due date, or only perhaps."""
    named = [word.folded for word in before if word.folded]
    return bool(named) and (named[-1] in CONNECTING - _STRANDED or not _CONDITIONS.isdisjoint(named))


def negated(before: Iterable[Word]) -> bool:
    """Whether there is a negation; "don't forget to …" is none."""
    folded = [word.folded for word in before]
    found = any(word in NEGATIONS or word.endswith("n't") for word in folded)
    return found and not _REMINDERS.intersection(folded)


def belongs_elsewhere(before: list[Word], first: int, asked: Frame, *, kind: str | None) -> bool:
    """Whether a day without "by" belongs to the words before it, and is no due date.

    `first`: the start of the line's first word. `kind`: that of the phrase.
    """
    exact = kind not in ("period", "vague")
    named = [word for word in before if word.folded or word.typed in CONNECTING]
    if not named:
        return False
    last = named[-1]
    name = last.folded or last.typed
    if kind in ("day", "weekday") and name in _BEFORE_A_WEEKDAY:
        return belongs_elsewhere(named[:-1], first, asked, kind=kind)
    if name in CONNECTING or (exact and name in _TO and asked.language in ("fr", "es")):
        return True
    folded = {word.folded for word in named}
    if folded & _CLAUSE or negated(named):
        return True
    if name == "out" and len(named) > 1:
        last = named[-2]
    return _has_a_day(last, first) or _on_an_event(named, first)


def _has_a_day(last: Word, first: int) -> bool:
    if last.folded in _HAVING:
        return True
    if last.start == first or not last.typed[:1].islower():
        return False
    return bool(_HAD.fullmatch(last.folded) or _HAD_ACCENTED.fullmatch(last.typed))


def _on_an_event(named: list[Word], first: int) -> bool:
    """“The kickoff on 10 Dec”: an event that is not the action itself, before the day or before "with", "in" …"""
    for word, following in zip(named, [*named[1:], None], strict=True):
        if word.start != first and is_event(word.folded) and (following is None or following.folded in _LINKS):
            return True
    return False


def is_event(folded: str) -> bool:
    word = folded.removesuffix("s")
    return word in _HAPPENINGS or folded in _HAPPENINGS or any(word.endswith(end) for end in _COMPOUND_ENDS)


def is_the_action(following: Sequence[Word], asked: Frame) -> bool:
    """“Friday call Marcus”, "Friday send …": the words after a day begin with a verb, and not with an event or a thing
    of that day. A verb that may be an event as well stands before a name or an article.
    """
    if len(following) > 1 and following[0].typed in _VERBS_ONLY.get(asked.language, ()):
        return True
    if asked.language != "en" or len(following) < 2 or following[0].typed not in _EVENTS_TO_DO:  # noqa: PLR2004
        return False
    thing = following[1]
    return is_mention(thing.typed) or thing.folded in _OBJECTS or thing.typed[:1].isupper()


def names_a_day(before: Sequence[Word]) -> bool:
    """“Black Friday”, "Whit Monday": with this word a weekday is the name of one day of the year."""
    return bool(before) and before[-1].folded in _NAMED_DAYS


def moves(line: Iterable[str]) -> bool:
    """Whether a line with these folded words moves or cancels something: the day is then a part of that."""
    return not _MOVING.isdisjoint(line)


def lasts(line: Iterable[str]) -> bool:
    """Whether "bis" in a line with these folded words says how long something lasts."""
    return not _LASTING.isdisjoint(line)


def goes_on(following: Sequence[Word], last: Word, asked: Frame, *, any_word: bool) -> bool:
    """Whether the words after a date are the action again, and leave the date alone.

    `any_word`: the date stands first, so an ordinary word is the action's first one. Elsewhere the next word must be
    one of _GOES_ON, or come after a comma.
    """
    free = any_word or last.typed.endswith(_SEPARATED)
    for word in following:
        if is_mention(word.typed) or word.folded in ("whether", "ob"):
            return True
        if not word.folded:
            free = free or word.typed in _SEPARATED
        elif word.folded in _GOES_ON:
            free = True
        elif word.folded in _NOT_AFTER or _of_time(word, asked):
            return False
        else:
            return free
    return True


def _of_time(word: Word, asked: Frame) -> bool:
    return any(code not in ("", "a", "le", "biz", "close", "time") for code in codes_of(word.folded, asked))


def without_verbs(tail: Sequence[Word], asked: Frame) -> int:
    """How many of the words remain before the verbs that end a German line: "Angebot bis Freitag | schicken"."""
    kept = len(tail)
    while kept and (_VERB.fullmatch(tail[kept - 1].typed) or tail[kept - 1].folded in _VERB_LINKS):
        folded = tail[kept - 1].folded
        if folded not in _VERB_LINKS and (folded in CONNECTING or codes_of(folded, asked)):
            break
        kept -= 1
    return kept
