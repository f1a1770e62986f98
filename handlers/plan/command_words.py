"""The words of `/plan`: an account, a section, and perhaps the beginning of a new row. Pure; in four languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handlers.plan.views import Words

# Other words for the sections, as people say them.
_ALSO = {
    "stakeholder": "stakeholder stakeholders contact contacts persons leute personen person kontakte ansprechpartner"
    " personnes personne interlocuteurs personas persona contactos",
    "objective": "goal goals outcome outcomes ziel ziele objectif objectifs objetivo objetivos",
    "cell": "cell cells whitespace grid penetration",
    "opportunity": "deal deals expansion expansions chance chancen verkaufschancen opportunité opportunités affaire"
    " affaires oportunidad oportunidades",
    "risk": "threat threats risiko risiken risque risques riesgo riesgos",
    "competitor": "competitors wettbewerb wettbewerber konkurrenz konkurrent concurrence concurrent concurrents"
    " competencia competidor competidores",
    "key_date": "date dates renewal renewals termin termine échéance échéances fecha fechas",
    "resource": "resources ressource ressourcen ressources recurso recursos",
    "opinion": "opinions feedback meinung meinungen avis opinión opiniones",
    "figure": "number numbers kennzahl kennzahlen zahlen chiffre chiffres cifra cifras",
    "year": "sales revenue jahr jahre umsatz umsätze année années año años ventas",
    "meeting": "treffen gespräch gespräche réunion réunions rendez-vous reunión reuniones",
}  # fmt: skip
_PHRASES = {
    "weiße flecken": "cell", "weisse flecken": "cell", "espace blanc": "cell", "espacio en blanco": "cell",
    "resources from our company": "resource", "key days": "key_date", "success plan": "objective",
    "account lead": "opportunity", "account leads": "opportunity", "why they stay": "opinion",
    "what annoys them": "opinion",
}  # fmt: skip
_ADD = r"(?:add|new|neu|neues?|neuer?|neuen|ajouter|ajoute|nouveau|nouvelle|añadir|añade|agregar|nuevo|nueva)"
_ARTICLE = r"(?:(?:an?|eine?n?|une?|una)\s+)?"
ALL = frozenset({"all", "accounts", "alle", "tous", "todas", "todos"})
HELP = frozenset({"help", "?", "hilfe", "aide", "ayuda"})


# “Acme page for Dana”, “Seite für Dana”
_PAGE = re.compile(
    r"(?:(.+?)\s+)?(?:client\s+)?(?:page|seite|página|pagina)\s+(?:for|für|fuer|pour|para)\s+(.+)",
    re.IGNORECASE | re.DOTALL,
)


def page_named(said: str) -> tuple[str, str] | None:
    """The account, "" if the line names none, and the person whose page the line asks for."""
    found = _PAGE.fullmatch(said)
    return (found[1] or "", found[2].strip()) if found else None


@dataclass(frozen=True)
class Asked:
    """A line: the `account` as it is written, "" if the line names none; the `section` by its kind; whether it `adds`
    to that section, and the `text` with which the form begins.
    """

    account: str = ""
    section: str = ""
    adds: bool = False
    text: str = ""


class Reader:
    """Reads the lines about these sections."""

    def __init__(self, sections: Iterable[Words]) -> None:
        self._kinds: dict[str, str] = {}
        for words in sections:
            kind = words.section.kind
            also = _ALSO.get(kind, "").split()
            self._kinds |= {name.casefold(): kind for name in (words.section.title, words.section.noun, *also)}
        self._kinds |= {phrase: kind for phrase, kind in _PHRASES.items() if kind in self._kinds.values()}
        named = "|".join(re.escape(name) for name in sorted(self._kinds, key=len, reverse=True))
        # “Acme add a risk late delivery”, “add risk to Acme”
        self._adds = re.compile(rf"(?:(.+?)\s+)?{_ADD}\s+{_ARTICLE}({named})(?:\s+(.+))?", re.IGNORECASE | re.DOTALL)
        # “Acme risks”, “risks”
        self._shows = re.compile(rf"(?:(.+?)\s+)?({named})", re.IGNORECASE | re.DOTALL)

    def readings(self, said: str) -> Iterator[Asked]:
        """All that the line may mean, the likeliest first: the account of which it speaks decides."""
        if found := self._adds.fullmatch(said):
            account, section, rest = found[1] or "", self._kinds[found[2].casefold()], found[3] or ""
            if account:
                yield Asked(account, section, adds=True, text=rest)
                return
            to = re.fullmatch(r"(?:(.*)\s)?(?:to|for|zu|für|à|pour|para)\s+(.+)", rest, re.IGNORECASE | re.DOTALL)
            if to:
                yield Asked(to[2], section, adds=True, text=(to[1] or "").strip())
            if rest:
                yield Asked(rest, section, adds=True)
            yield Asked("", section, adds=True, text=rest)
        elif found := self._shows.fullmatch(said):
            yield Asked(found[1] or "", self._kinds[found[2].casefold()])
        else:
            yield Asked(said)
