"""Plain questions to the bot, in English, German, French and Spanish: which list each one asks for. Pure.

A question is read whole: a pattern fits all of its words, or the question is not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from handlers import ids
from handlers.commitments.command_words import AccountPage, Act, Asked, Listing
from store.rules.text import clean

# Words that begin a question, whether or not a question mark ends it.
_ASKING = re.compile(
    r"(?:what|what['’]?s|which|who|whose|when|where|why|how|was|welche[rs]?|wer|wem|wessen|wann|wo|warum|worauf"
    r"|wie(?! (?:besprochen|vereinbart|abgemacht|versprochen|zugesagt))|que|quoi|quel(?:le)?s?|qui|quand|pourquoi"
    r"|comment|combien|qué|cuál(?:es)?|quién(?:es)?|cuándo|dónde|cómo)(?![\w-])|qu['’]",
    re.IGNORECASE,
)
# Characters of the longest question.
_LONGEST = 200
# A name within a question: of an account, a colleague, or a mention as Slack writes it.
_NAME = r"(?:<@[UW][A-Z0-9]+(?:\|[^<>]*)?>|[@\w][\w.&'’-]*(?: [\w.&'’-]+){0,4}?)"
_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,20})(?:\|[^<>]*)?>")
# Beginnings that many questions share, in each language.
_BEGINNINGS = {
    "en": r"(?:what(?:['’]?s| is| are| do i have|)|which (?:ones|things|commitments) are|(?:is )?anything|show me)",
    "de": r"(?:was(?: ist| wird| habe ich| steht|)|ist (?:etwas|was))",
    "fr": r"(?:qu['’]est[- ]ce (?:qui(?: est)?|que j['’]ai|qu['’]il y a)|quoi|qu['’]ai[- ]je)",
    "es": r"(?:qué|que)(?: está| esta| están| hay| tengo|)",
    "ich": r"(?:qu['’]ai[- ]je|qu['’]est[- ]ce que j['’]ai)",
}
_NAMES = {name: f"(?P<{name}>{_NAME})" for name in ("acc", "who", "any")}


@dataclass(frozen=True)
class _Pattern:
    """A question, and the list that answers it. The groups `acc`, `who` and `any` are the name of an account, of a
    colleague, and of either.
    """

    words: re.Pattern[str]
    answer: Listing


def _of(answer: Listing, texts: str) -> list[_Pattern]:
    """The questions, one a line, that this list answers."""
    found = []
    for text in filter(None, map(str.strip, texts.splitlines())):
        for name, part in {**_BEGINNINGS, **_NAMES}.items():
            text = text.replace(f"{{{name}}}", part)  # noqa: PLW2901  one text, filled in step by step
        found.append(_Pattern(re.compile(text, re.IGNORECASE), answer))
    return found


_PATTERNS = [
    *_of(Listing(owner="me", when="today"), r"""
        {en} (?:due |to do |on |up )?(?:by |for )?today(?: for me)?
        what (?:do i have to|must i|should i) (?:do|deliver|send) today
        {de}(?: für)? heute(?: alles)?(?: fällig| zu tun| an| dran| zu erledigen)?
        was muss ich heute (?:tun|machen|erledigen|liefern)
        {fr}(?: dû| échu| prévu| à faire)?(?: pour)? aujourd['’]hui
        (?:que dois[- ]je|qu['’]est[- ]ce que je dois) faire aujourd['’]hui
        {es}(?: vence| toca| pendiente)?(?: para)? hoy
        qu[ée] tengo que hacer hoy
    """),
    *_of(Listing(owner="me", when="week"), r"""
        {en} (?:due |to do |on |up )?(?:by |for )?this week(?: for me)?
        what (?:do i have to|must i|should i) (?:do|deliver|send) this week
        {de}(?: für)? (?:in )?dieser? woche(?: alles)?(?: fällig| zu tun| an| dran| zu erledigen)?
        was muss ich diese woche (?:tun|machen|erledigen|liefern)
        {fr}(?: dû| échu| prévu| à faire)?(?: pour)? cette semaine
        {es}(?: vence| toca| pendiente)?(?: para)? esta semana
    """),
    *_of(Listing(owner="me", when="tomorrow"), r"""
        {en} (?:due |to do |on |up )?(?:by |for )?tomorrow(?: for me)?
        what (?:do i have to|must i|should i) (?:do|deliver|send) tomorrow
        {de}(?: für)? morgen(?: alles)?(?: fällig| zu tun| an| dran| zu erledigen)?
        was muss ich morgen (?:tun|machen|erledigen|liefern)
        {fr}(?: dû| échu| prévu| à faire)?(?: pour)? demain
        {es}(?: vence| toca| pendiente)?(?: para)? mañana
    """),
    *_of(Listing(owner="me", when="next_week"), r"""
        {en} (?:due |to do |on |up |coming up )?(?:in |for )?next week(?: for me)?
        what (?:do i have to|must i|should i) (?:do|deliver|send) next week
        {de}(?: für)? (?:in der )?nächsten? woche(?: alles)?(?: fällig| zu tun| an| dran| zu erledigen)?
        was muss ich nächste woche (?:tun|machen|erledigen|liefern)
        {fr}(?: dû| échu| prévu| à faire)?(?: pour)? la semaine prochaine
        {es}(?: vence| toca| pendiente)?(?: para)? la (?:próxima semana|semana (?:que viene|próxima))
    """),
    *_of(Listing(when="week"), r"""
        {en} due this week (?:for|at|with) {acc}
        {de} diese woche (?:bei|für) {acc} fällig
    """),
    *_of(Listing(when="next_week"), r"""
        {en} due next week (?:for|at|with) {acc}
        {de} nächste woche (?:bei|für) {acc} fällig
    """),
    *_of(Listing(when="overdue"), r"""
        {en} (?:over ?due|late)(?: (?:for|at|with) {acc})?
        who(?:['’]?s| is) (?:over ?due|late)(?: (?:for|at|with) {acc})?
        {de} (?:(?:bei|für) {acc} )?(?:überfällig|zu spät|verspätet)
        {fr} en retard(?: (?:chez|pour) {acc})?
        qu[ée] (?:está|esta|hay|tengo) (?:atrasado|vencido|retrasado)(?: (?:con|de|para) {acc})?
    """),
    *_of(Listing(when="blocked"), r"""
        {en} (?:blocked|stuck)(?: (?:for|at|with) {acc})?
        {de} (?:(?:bei|für) {acc} )?blockiert
        {de} blockiert (?:bei|für) {acc}
        {fr} bloqué(?: (?:chez|pour) {acc})?
        qu[ée] (?:está|esta|hay) bloqueado(?: (?:con|de|en|para) {acc})?
    """),
    *_of(Listing(when="moved"), r"""
        (?:what|which (?:ones|dates))(?: has| have| was| were)?(?: been)? (?:moved|postponed)(?: (?:for|at|with) {acc})?
        (?:was (?:wurde|ist)|welche termine wurden) (?:(?:bei|für) {acc} )?verschoben(?: worden)?
        qu['’]est[- ]ce qui a (?:été )?(?:reporté|décalé|bougé)(?: (?:chez|pour) {acc})?
        qu[ée] se (?:movió|aplazó|ha movido|ha aplazado)(?: (?:con|de|para) {acc})?
    """),
    *_of(Listing(when="moved_this_week"), r"""
        was (?:wurde|ist) diese woche (?:(?:bei|für) {acc} )?verschoben(?: worden)?
    """),
    *_of(Listing(owner="me", side="ours"), r"""
        what (?:do i|have i to|must i|should i) (?:still )?(?:owe|send|deliver)(?: to)? {acc}
        what (?:did|have) i promised? (?:to )?{acc}
        was schulde? ich (?:noch )?{acc}(?: noch)?
        was habe? ich {acc} (?:versprochen|zugesagt)
        (?:que dois[- ]je|qu['’]est[- ]ce que je dois)(?: encore)? à {acc}
        {ich} promis à {acc}
        qu[ée] (?:le )?(?:debo|promet[íi]|he prometido)(?: todavía| aún)? a {acc}
    """),
    *_of(Listing(owner="me"), r"""
        what (?:do|must) i (?:still )?owe
        what (?:did|have) i promised?(?: to do)?
        {en} due(?: for me)?
        what are my (?:open )?(?:commitments|promises|tasks|items)
        what(?:['’]?s| is) (?:still )?(?:open|left|on my (?:plate|list))(?: for me)?
        show (?:me )?my (?:commitments|promises|list|items|tasks)
        my (?:commitments|promises|items|tasks)
        was schulde? ich(?: noch)?
        was habe? ich (?:versprochen|zugesagt|(?:noch )?offen)
        was ist (?:noch )?offen
        (?:zeig mir )?meine (?:zusagen|offenen zusagen)
        (?:que dois[- ]je|qu['’]est[- ]ce que je dois)(?: encore)?(?: faire)?
        {ich} promis
        (?:montre[- ]moi )?mes (?:engagements|promesses)
        qu[ée] (?:debo|promet[íi]|he prometido|tengo pendiente)
        mis (?:compromisos|promesas)
    """),
    *_of(Listing(side="ours"), r"""
        what do we (?:still )?owe(?: to)? {acc}
        what (?:did|have) we promised? (?:to )?{acc}
        was schulden wir (?:noch )?{acc}(?: noch)?
        was haben wir {acc} (?:versprochen|zugesagt)
        (?:que devons[- ]nous|qu['’]est[- ]ce (?:que nous devons|qu['’]on doit))(?: encore)? à {acc}
        (?:qu['’]avons[- ]nous|qu['’]est[- ]ce (?:que nous avons|qu['’]on a)) promis à {acc}
        qu[ée] (?:le )?(?:debemos|prometimos|hemos prometido)(?: todavía| aún)? a {acc}
    """),
    *_of(Listing(side="theirs"), r"""
        what do they (?:still )?owe (?:us|me)
        what (?:did|have) they promised?(?: (?:us|me))?
        who (?:still )?owes (?:us|me)(?: something| anything)?
        was schulden sie (?:uns|mir)(?: noch)?
        wer schuldet (?:uns|mir)(?: noch)?(?: etwas| was)?
        qu['’]est[- ]ce qu['’]ils (?:nous|me) doivent(?: encore)?
        qui (?:nous|me) doit(?: encore)?(?: quelque chose)?
        qu[ée] (?:nos|me) deben(?: todavía| aún)?
        qui[ée]n (?:nos|me) debe(?: algo)?
        what (?:does|do) {acc} (?:still )?owe (?:us|me)
        what (?:did|has|have) {acc} promised? (?:to )?(?:us|me)
        what are we waiting for(?: from {acc})?
        was schulde[tn] (?:uns|mir) {acc}(?: noch)?
        was schulde[tn] {acc} (?:uns|mir)(?: noch)?
        was (?:hat|haben) (?:uns|mir) {acc} (?:versprochen|zugesagt)
        was (?:hat|haben) {acc} (?:uns|mir) (?:versprochen|zugesagt)
        worauf warten wir(?: (?:bei|von) {acc})?
        que (?:nous|me) doit(?: encore)? {acc}
        qu['’]est[- ]ce (?:que |qu['’]){acc} (?:nous|me) doit(?: encore)?
        que (?:nous |m['’])a promis {acc}
        qu['’]est[- ]ce (?:que |qu['’]){acc} (?:nous |m['’])a promis
        qu[ée] (?:nos|me) debe(?: todavía| aún)? {acc}
        qu[ée] (?:nos|me) (?:prometi[óo]|ha prometido) {acc}
    """),
    *_of(Listing(owner="me", side="theirs"), r"""
        what (?:am i waiting|do i wait) for(?: from {acc})?
        worauf warte ich(?: (?:bei|von) {acc})?
        qu['’]est[- ]ce que j['’]attends(?: de {acc})?
        qu[ée] (?:espero|estoy esperando)(?: de {acc})?
    """),
    *_of(Listing(side="ours"), r"""
        what are they (?:still )?waiting for(?: from us)?
        worauf warten sie(?: noch)?
        qu['’]est[- ]ce qu['’]ils attendent(?: encore)?(?: de nous)?
        qu[ée] (?:esperan|están esperando)(?: de nosotros)?
    """),
    # An account waits for us, a colleague for theirs.
    *_of(Listing(side="ours", side_of_colleague="theirs"), r"""
        what(?:['’]?s| is) {any} (?:still )?waiting for(?: from us)?
        what does {any} (?:still )?wait for
        worauf wartet {any}(?: noch)?(?: von uns)?
        qu['’]attend(?: encore)? {any}(?: de nous)?
        qu['’]est[- ]ce (?:que |qu['’]){any} attend(?: encore)?(?: de nous)?
        qu[ée] (?:espera|está esperando) {any}(?: de nosotros)?
    """),
    *_of(Listing(side="theirs"), r"""
        what(?:['’]?s| is) {who} (?:still )?waiting for from {acc}
    """),
    *_of(Listing(owner="me", when="done"), r"""
        what (?:did|have) i (?:do|done|finish|finished|keep|kept|deliver|delivered)(?: lately| this month)?
        was habe? ich (?:erledigt|geschafft|gehalten|geliefert)
        {ich} (?:fait|terminé|tenu|livré)
        qu[ée] (?:hice|he hecho|terminé|he terminado|cumplí|entregué)
    """),
    *_of(Listing(), r"""
        {en} due (?:for|at|with) {acc}
        {de} (?:bei|für) {acc} fällig
    """),
    # Of a colleague, or of an account: then of its side. Last, as these names are the most general.
    *_of(Listing(side="theirs"), r"""
        what (?:did|has|have) {any} promised?
        what (?:does|do) {any} (?:still )?owe
        was hat {any} (?:versprochen|zugesagt)
        was schuldet {any}(?: noch)?
        qu['’]est[- ]ce (?:que |qu['’]){any} (?:a promis|doit)
        (?:qu['’]a|que) promis {any}
        qu['’]a {any} promis
        que doit {any}
        qu[ée] (?:prometi[óo]|ha prometido|debe) {any}
    """),
    *_of(Listing(), r"""
        what (?:does|has) {any} (?:have )?(?:to do|open)
        what(?:['’]?s| is) {any} (?:doing|working on)
        what (?:did|has) {who} promised? (?:to |for ){acc}
        what does {who} (?:still )?owe(?: to)? {acc}
        what(?:['’]?s| is) (?:still )?open (?:for|at|with) {any}
        was hat {any} (?:(?:noch )?offen|zu tun)
        was hat {who} (?:bei|für) {acc} (?:versprochen|zugesagt|offen)
        was ist (?:noch )?(?:bei|für|von) {any} (?:noch )?offen
        was ist (?:noch )?offen (?:bei|für|von) {any}
        qu['’]est[- ]ce (?:que |qu['’]){who} a promis à {acc}
        qu['’]est[- ]ce qui est (?:encore )?ouvert (?:chez|pour) {any}
        qu[ée] (?:le )?(?:prometi[óo]|ha prometido|debe) {who} a {acc}
        qu[ée] (?:está|hay) (?:abierto|pendiente) (?:con|de|para) {any}
    """),
]  # fmt: skip
_PAGES = re.compile(
    r"(?:how (?:is|are|about)|what about|wie steht es (?:um|mit|bei)|was ist mit|où en est|comment va|qu[ée] tal"
    rf"|cómo (?:va|está)) (?P<acc>{_NAME})(?: doing)?",
    re.IGNORECASE,
)
_ABOUT_ONE = re.compile(
    r"(?:what(?:['’]?s| is| about| happened (?:to|with))|how is|when is|was ist(?: mit)?|wann ist|où en est|qué es"
    r"|qué pasa con|who (?:owns|has|does)|wer hat|qui a|quién tiene) #?(?P<number>\d{1,10})(?: due| fällig)?"
    r"|(?:is|ist|est-ce que|está) #?(?P<its>\d{1,10})(?: (?:still )?(?:done|ready|open|late|overdue)"
    r"| (?:noch )?(?:erledigt|fertig|offen)| (?:est )?(?:fait|terminé)| (?:hecho|listo|abierto))",
    re.IGNORECASE,
)
# The days at the end of a question: "… owe Acme this week".
_SPAN = re.compile(
    r" (?:(?P<week>this week|diese woche|cette semaine|esta semana)|(?P<today>today|heute|aujourd['’]hui|hoy)"
    r"|(?P<tomorrow>tomorrow|morgen|demain|mañana)"
    r"|(?P<next_week>next week|nächste woche|la semaine prochaine|la próxima semana|la semana (?:que viene|próxima))"
    r")\Z",
    re.IGNORECASE,
)
# The list of another span: what it holds, and the days at the end of the question. A list of blocked ones has none.
_WITHIN = {
    **{("", when): when for when in ("today", "tomorrow", "week", "next_week")}, ("moved", "week"): "moved_this_week",
    ("blocked", "week"): "blocked", ("blocked", "today"): "blocked",
}  # fmt: skip
_COURTESY = re.compile(
    r"^(?:hi|hello|hey|hallo|bonjour|hola|please|bitte|tell me|sag mir|dis[- ]moi|dime)[ ,]+"
    r"|[ ,]+(?:please|bitte|s['’]il (?:te|vous) plaît|por favor)$",
    re.IGNORECASE,
)


def is_question(text: str) -> bool:
    """Whether the line begins as a question does, and so is no promise."""
    return bool(_ASKING.match(_bare(text)))


def read_question(text: str) -> Asked | None:
    """The list or page that the question asks for; None if it is not understood. Its question mark may be missing."""
    if len(text) > _LONGEST:
        return None
    said = _bare(text)
    if found := _ABOUT_ONE.fullmatch(said):
        return Act(ids.SHOW, "show", found["number"] or found["its"])
    span = _SPAN.search(said)
    listing = _list(said[: span.start()]) if span else None
    if span and listing and (within := _WITHIN.get((listing.when, span.lastgroup or ""))):
        return replace(listing, when=within)
    if listing := _list(said):
        return listing
    found = _PAGES.fullmatch(said)
    return AccountPage(found["acc"]) if found else None


def _list(said: str) -> Listing | None:
    """The list that answers the question; None if it is not understood."""
    for pattern in _PATTERNS:
        if found := pattern.words.fullmatch(said):
            return _answer(pattern.answer, found.groupdict())
    return None


def _answer(listing: Listing, named: dict[str, str | None]) -> Listing:
    if who := named.get("who"):
        listing = replace(listing, owner=_handle(who))
    if either := named.get("any"):
        mention = _MENTION.fullmatch(either)
        its_owner = {"owner": mention[1], "side": listing.side_of_colleague} if mention else {"either": either}
        listing = replace(listing, **its_owner)
    return replace(listing, name=named.get("acc") or "")


def _handle(name: str) -> str:
    """The person as a list names them: a Slack id, or an @name."""
    mention = _MENTION.fullmatch(name)
    return mention[1] if mention else "@" + name.removeprefix("@")


def _bare(text: str) -> str:
    """The question without its marks and courtesies."""
    return _COURTESY.sub("", clean(text[:_LONGEST]).strip(" ?!.¿¡…")).strip()
