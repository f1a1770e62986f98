"""The words of the pages for clients, in four languages. A page addresses its reader, and “we” are our company."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_skeleton, format_time

from store.tables import Language

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

LANGUAGES: dict[str, str] = {
    Language.EN: "English", Language.DE: "Deutsch", Language.FR: "Français", Language.ES: "Español",
}  # fmt: skip
# British English has the day before the month, which all readers of English understand with the month as a word.
LOCALES: dict[str, str] = {Language.EN: "en_GB", Language.DE: "de", Language.FR: "fr", Language.ES: "es"}

# For each key the words in the order of LANGUAGES.
_WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "title": ("Our agreements", "Unsere Vereinbarungen", "Nos engagements", "Nuestros acuerdos"),
    "neutral": (
        "A page with what two companies have agreed.", "Eine Seite mit dem, was zwei Firmen vereinbart haben.",
        "Une page avec ce que deux entreprises ont convenu.", "Una página con lo que dos empresas han acordado.",
    ),
    "for": ("This page is for", "Diese Seite ist für", "Cette page est pour", "Esta página es para"),
    "not_you": (
        "If that is not you, please close it. Everything you do here is done in that name.",
        "Wenn Sie das nicht sind, schließen Sie sie bitte. Alles hier geschieht in diesem Namen.",
        "Si ce n’est pas vous, veuillez la fermer. Tout ce qui est fait ici l’est en ce nom.",
        "Si no es usted, ciérrela, por favor. Todo lo que se hace aquí se hace en ese nombre.",
    ),
    "who": ("Who are you?", "Wer sind Sie?", "Qui êtes-vous ?", "¿Quién es usted?"),
    "who_words": (
        "Several people share this page. Everything you do here is done in the name that you choose.",
        "Mehrere Personen teilen sich diese Seite. Alles hier geschieht in dem Namen, den Sie wählen.",
        "Plusieurs personnes partagent cette page. Tout ce qui est fait ici l’est au nom que vous choisissez.",
        "Varias personas comparten esta página. Todo lo que se hace aquí se hace en el nombre que usted elija.",
    ),
    "another": (
        "I am another person", "Ich bin eine andere Person", "Je suis une autre personne", "Soy otra persona",
    ),
    "contact": ("Your contact here", "Ihr Kontakt bei uns", "Votre contact chez nous", "Su contacto con nosotros"),
    "language": ("Language", "Sprache", "Langue", "Idioma"),
    "we_owe": ("We owe you", "Das schulden wir Ihnen", "Ce que nous vous devons", "Lo que le debemos"),
    "you_owe": ("You owe us", "Das schulden Sie uns", "Ce que vous nous devez", "Lo que nos debe"),
    "nothing": ("Nothing at the moment.", "Zurzeit nichts.", "Rien pour le moment.", "Nada por ahora."),
    "due": ("due {day}", "fällig {day}", "pour le {day}", "para el {day}"),
    "late": ("late", "überfällig", "en retard", "con retraso"),
    "agreed": (
        "agreed by {name} on {day}", "vereinbart mit {name} am {day}", "convenu par {name} le {day}",
        "acordado por {name} el {day}",
    ),
    "former": ("a former colleague", "einer früheren Person", "une ancienne personne", "una persona anterior"),
    "agreed_on": ("agreed on {day}", "vereinbart am {day}", "convenu le {day}", "acordado el {day}"),
    "not_agreed": ("not agreed yet", "noch nicht vereinbart", "pas encore convenu", "aún sin acordar"),
    "delivered": ("Done lately", "Zuletzt erledigt", "Fait récemment", "Hecho recientemente"),
    "done_state": ("done", "erledigt", "fait", "hecho"),
    "expected": (
        "What we expect of each other", "Was wir voneinander erwarten", "Ce que nous attendons l’un de l’autre",
        "Lo que esperamos el uno del otro",
    ),
    "we_expect": ("We expect", "Wir erwarten", "Nous attendons", "Esperamos"),
    "you_expect": ("You expect", "Sie erwarten", "Vous attendez", "Usted espera"),
    "next": ("Next time", "Das nächste Mal", "La prochaine fois", "La próxima vez"),
    "meeting": ("Meeting", "Treffen", "Rendez-vous", "Reunión"),
    "review": ("Review", "Review", "Bilan", "Revisión"),
    "agenda": (
        "What became of our agreements · what you gained · your goals now · what comes next",
        "Was aus unseren Vereinbarungen wurde · was Sie davon hatten · Ihre Ziele jetzt · was als Nächstes kommt",
        "Le suivi de nos engagements · ce que vous y avez gagné · vos objectifs · la suite",
        "Qué fue de nuestros acuerdos · qué ganó usted · sus objetivos · los próximos pasos",
    ),
    "said": ("What you proposed", "Ihre Vorschläge", "Vos propositions", "Sus propuestas"),
    "open": (
        "proposed, waits for our answer", "vorgeschlagen, wartet auf unsere Antwort",
        "proposé, en attente de notre réponse", "propuesto, a la espera de nuestra respuesta",
    ),
    "confirmed": ("confirmed", "bestätigt", "confirmé", "confirmado"),
    "answered": ("answered", "beantwortet", "répondu", "respondido"),
    "kind_done": ("It is done", "Es ist erledigt", "C’est fait", "Está hecho"),
    "kind_date": ("Another date", "Ein anderes Datum", "Une autre date", "Otra fecha"),
    "kind_question": ("A question", "Eine Frage", "Une question", "Una pregunta"),
    "kind_commitment": ("A new commitment", "Eine neue Zusage", "Un nouvel engagement", "Un nuevo compromiso"),
    "answer": ("Our answer", "Unsere Antwort", "Notre réponse", "Nuestra respuesta"),
    "agree": ("I agree", "Einverstanden", "D’accord", "De acuerdo"),
    "done": ("It is done", "Ist erledigt", "C’est fait", "Está hecho"),
    "more": ("Another date or a question", "Anderes Datum oder Frage", "Autre date ou question",
             "Otra fecha o pregunta"),
    "back": ("Back to the page", "Zurück zur Seite", "Retour à la page", "Volver a la página"),
    "other_date": ("Propose another date", "Ein anderes Datum vorschlagen", "Proposer une autre date",
                   "Proponer otra fecha"),
    "day": ("Date", "Datum", "Date", "Fecha"),
    "why": ("Why?", "Warum?", "Pourquoi ?", "¿Por qué?"),
    "propose": ("Propose it", "Vorschlagen", "Proposer", "Proponer"),
    "ask": ("Ask a question", "Eine Frage stellen", "Poser une question", "Hacer una pregunta"),
    "question": ("Your question", "Ihre Frage", "Votre question", "Su pregunta"),
    "send": ("Send it", "Absenden", "Envoyer", "Enviar"),
    "new": ("Propose something new", "Etwas Neues vorschlagen", "Proposer autre chose", "Proponer algo nuevo"),
    "who_owes": ("Who would do it?", "Wer soll es tun?", "Qui s’en chargerait ?", "¿Quién lo haría?"),
    "we": ("We", "Wir", "Nous", "Nosotros"),
    "you": ("You", "Sie", "Vous", "Usted"),
    "what": ("What should happen?", "Was soll geschehen?", "Que faudrait-il faire ?", "¿Qué habría que hacer?"),
    "by_when": ("By when?", "Bis wann?", "Pour quand ?", "¿Para cuándo?"),
    "foot": (
        "Nothing here changes before one of us confirms it, except “I agree”, which is yours to say.",
        "Nichts ändert sich hier, bevor jemand von uns es bestätigt. Nur „Einverstanden“ gilt sofort.",
        "Rien ne change ici avant que l’un de nous ne confirme, sauf « D’accord », qui ne dépend que de vous.",
        "Nada cambia aquí hasta que alguien de nosotros lo confirme, salvo «De acuerdo», que solo depende de usted.",
    ),
    "preview": (
        "Preview: this is what {name} sees. The buttons do nothing here.",
        "Vorschau: Das sieht {name}. Die Knöpfe tun hier nichts.",
        "Aperçu : voici ce que voit {name}. Les boutons ne font rien ici.",
        "Vista previa: esto es lo que ve {name}. Aquí los botones no hacen nada.",
    ),
    "gone": (
        "This link does not work any more", "Dieser Link gilt nicht mehr", "Ce lien n’est plus valable",
        "Este enlace ya no funciona",
    ),
    "gone_words": (
        "It has ended, or was replaced by a new one.", "Er ist abgelaufen, oder es gibt einen neuen.",
        "Il a expiré, ou un nouveau lien l’a remplacé.", "Ha caducado, o hay uno nuevo.",
    ),
    "ask_new": ("Ask for a new one", "Einen neuen anfordern", "En demander un nouveau", "Pedir uno nuevo"),
    "asked_new": (
        "We have been told. You will hear from us.", "Wir haben Bescheid bekommen. Sie hören von uns.",
        "Nous sommes prévenus. Vous aurez de nos nouvelles.", "Ya lo sabemos. Tendrá noticias nuestras.",
    ),
    "unknown": ("Nothing is here", "Hier ist nichts", "Il n’y a rien ici", "Aquí no hay nada"),
    "unknown_words": (
        "Please check the address, or ask the person who gave it to you.",
        "Bitte prüfen Sie die Adresse, oder fragen Sie die Person, die sie Ihnen gab.",
        "Vérifiez l’adresse, ou demandez à la personne qui vous l’a donnée.",
        "Compruebe la dirección, o pregunte a quien se la dio.",
    ),
    "wait": ("Please wait a little", "Bitte warten Sie etwas", "Veuillez patienter", "Espere un poco, por favor"),
    "wait_words": (
        "That was a lot for one hour. Please go on a little later.",
        "Das war viel für eine Stunde. Bitte machen Sie etwas später weiter.",
        "C’était beaucoup pour une heure. Continuez un peu plus tard.",
        "Ha sido mucho para una hora. Siga un poco más tarde, por favor.",
    ),
    "refused": ("That did not work", "Das hat nicht geklappt", "Cela n’a pas marché", "No ha funcionado"),
    "elsewhere": (
        "Please press the button on the page itself.", "Bitte drücken Sie den Knopf auf der Seite selbst.",
        "Appuyez sur le bouton de la page elle-même.", "Pulse el botón en la página misma.",
    ),
    "no_empty": ("Please write a few words.", "Bitte schreiben Sie ein paar Worte.",
                    "Écrivez quelques mots, s’il vous plaît.", "Escriba unas palabras, por favor."),
    "no_long": ("That is too long. Please say it in fewer words.", "Das ist zu lang. Bitte fassen Sie sich kürzer.",
                   "C’est trop long. Dites-le en moins de mots.", "Es demasiado largo. Dígalo en menos palabras."),
    "no_day": ("Please choose a date.", "Bitte wählen Sie ein Datum.", "Choisissez une date.", "Elija una fecha."),
    "no_passed": ("That day has passed. Please choose a later one.", "Dieser Tag ist vorbei. Bitte einen späteren.",
                     "Ce jour est passé. Choisissez-en un autre.", "Ese día ya pasó. Elija otro."),
    "no_far": ("That is more than two years away.", "Das ist in mehr als zwei Jahren.",
                  "C’est dans plus de deux ans.", "Faltan más de dos años."),
    "no_over": ("This has changed meanwhile. Please look at the page again.",
                   "Das hat sich inzwischen geändert. Bitte sehen Sie die Seite noch einmal an.",
                   "Cela a changé entre-temps. Regardez la page à nouveau.",
                   "Esto ha cambiado mientras tanto. Mire la página otra vez."),
}  # fmt: skip


class Words(SimpleNamespace):
    """The words of one language as attributes, and its days and times."""

    def __init__(self, language: str) -> None:
        place = list(LANGUAGES).index(language)
        super().__init__(**{str(key): words[place] for key, words in _WORDS.items()})
        self.code, self._locale = language, Locale.parse(LOCALES[language])
        self._days: dict[date, str] = {}

    def of(self, key: str) -> str:
        words: str = getattr(self, key)
        return words

    def on(self, day: date) -> str:
        """“Fri, 4 Dec 2026”"""
        if day not in self._days:
            self._days[day] = format_skeleton("yMMMEd", day, locale=self._locale)
        return self._days[day]

    def at(self, moment: datetime) -> str:
        """“Fri, 4 Dec 2026, 10:00” of a time in its own zone."""
        return f"{self.on(moment.date())}, {format_time(moment, 'short', locale=self._locale)}"


def words_of(language: str) -> Words:
    """The words of that language, or else English."""
    return Words(language if language in LANGUAGES else "en")
