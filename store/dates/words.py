"""The words of time in English, German, French and Spanish, and the code of each word.

Words are folded: lower case, no accents. A word has one meaning in a language. Full names and function words of all
four languages are known in every language, because teams mix them. Abbreviations are known in their own language only
(those of English in all), because "sam", "mi" and "so" are words and names in other languages. An abbreviation of a
day or month that has another meaning in English ("mar": March, mardi, martes) is refused in the other language.
"""

from __future__ import annotations

from functools import lru_cache

# The code of a word with two meanings. No form of the grammar contains it, so the phrase is refused.
TWO_MEANINGS = "?"
LANGUAGES = ("en", "de", "fr", "es")

_WEEKDAYS = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miercoles jueves viernes sabado domingo",
}
_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar marz april mai juni juli august september oktober november dezember",
    "fr": "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
# "x5" is a weekday only beside a day of a month: alone, the word may be a person (Sam, Dom), or March for "x1".
_SHORT = {
    "en": {
        "w0": "mon", "w1": "tue tues", "w2": "wed weds", "w3": "thu thur thurs", "w4": "fri", "w5": "sat",
        "w6": "sun", "m1": "jan", "m2": "feb", "m3": "mar", "m4": "apr", "m6": "jun", "m7": "jul",
        "m8": "aug", "m9": "sep sept", "m10": "oct", "m11": "nov", "m12": "dec",
    },
    "de": {
        "w0": "mo", "w1": "di", "w2": "mi", "w3": "do", "w4": "fr", "w5": "sa", "w6": "so", "m1": "janner",
        "m2": "feber", "m3": "mrz maerz", "m10": "okt", "m12": "dez",
    },
    "fr": {
        "w0": "lun", "x1": "mar", "w2": "mer", "w3": "jeu", "w4": "ven", "x5": "sam", "x6": "dim",
        "m1": "janv", "m2": "fev fevr", "m4": "avr", "m7": "juil juill", "m8": "aou",
    },
    "es": {
        "w0": "lun", "x1": "mar", "w2": "mie", "w3": "jue", "w4": "vie", "w5": "sab", "x6": "dom",
        "m1": "ene", "m4": "abr", "m8": "ago", "m9": "set setiembre", "m12": "dic",
    },
}  # fmt: skip
# Words whose own meaning wins over the English one: in Spanish, "3 ago" (3 August) cannot be "3 days ago".
_OWN = {("es", "ago"), ("fr", "mar"), ("es", "mar")}

# Function words, the same in every locale.
_SHARED = {
    "by": "by due until till til on deadline frist echeance plazo bis zum fallig pour jusqu jusque "
    "para hasta",
    "before": "before vor avant antes",
    "in": "in within im binnen innerhalb dans sous en dentro",
    "hence": "ici aqui",
    "from": "from",
    "now": "now",
    "after": "after",
    "over": "apres pasado",
    "ago": "ago hace",
    "next": "next nachste nachster nachsten nachstes nachstem naechste naechster naechsten naechstes "
    "prochain prochaine prochains prochaines proximo proxima proximos proximas entrante",
    "coming": "coming upcoming kommende kommender kommenden kommendes kommendem",
    "next2": "ubernachste ubernachster ubernachsten ubernachstes uebernaechste uebernaechster uebernaechsten",
    "this": "this diese dieser diesen dieses diesem ce cet cette este esta",
    "last": "last previous letzte letzter letzten letztes letztem dernier derniere ultimo ultima",
    "end": "end ende fin final",
    "early": "early anfang debut principios comienzos inicios",
    "mid": "mid mitte mediados",
    "late": "late finales",
    "today": "today heute aujourd hoy",
    "today part": "tonight",
    "tomorrow": "tomorrow tomorow tommorow tommorrow tmrw tmr tmw morgen demain manana",
    "d2": "ubermorgen uebermorgen",
    "yesterday": "yesterday gestern vorgestern hier ayer anteayer",
    "day": "day days",
    "dayg": "tag tage tagen",
    "dayr": "jour jours dia dias",
    "biz": "business working work ouvre ouvres habil habiles laborable laborables",
    "biz day": "workday workdays weekday weekdays arbeitstag arbeitstage arbeitstagen",
    "bizq": "ouvrable ouvrables",
    "bizq day": "werktag werktage werktagen",
    "week": "week weeks wk wks woche wochen semaine semaines semana semanas",
    "fortnight": "fortnight",
    "month": "month months monat monate monaten monats mois mes meses",
    "quarter": "quarter quartal quartals trimestre",
    "year": "year years jahr jahre jahres jahren annee annees ano anos",
    "hour": "hour hours hr hrs minute minutes min mins stunde stunden minuten heure heures hora horas "
    "minutos",
    "end week": "eow",
    "end month": "eom monatsende",
    "end quarter": "eoq quartalsende",
    "end year": "eoy jahresende",
    "end fiscal year": "eofy fye geschaftsjahresende",
    "fiscal year": "geschaftsjahr geschaftsjahres",
    "eod": "eod cob eob feierabend tagesende dienstschluss geschaftsschluss",
    "close": "close",
    "fiscal": "fiscal financial",
    "calendar": "calendar",
    "weekend": "weekend wochenende",
    "kw": "kw cw",
    "part": "morning afternoon evening night pm vormittag vormittags nachmittag nachmittags abend abends matin soir "
    "aprem soiree",
    "few": "couple few several paar einige einigen quelques unos unas algunos",
    "time": "time",
    "": "the of der die das den dem des am la les l d du de del el las al au aux hui at latest spatestens spaetestens",
    "a": "a an",
    "le": "le los",
    "1": "one ein eine einer einem einen eines un une una uno",
    "2": "two zwei deux dos",
    "3": "three drei trois tres",
    "4": "four vier quatre cuatro",
    "5": "five funf fuenf cinq cinco",
    "6": "six sechs seis",
    "7": "seven sieben siete",
    "8": "eight acht huit ocho",
    "9": "nine neun neuf nueve",
    "10": "ten zehn dix diez",
    "11": "eleven elf onze",
    "12": "twelve zwolf zwoelf douze doce",
    "13": "thirteen dreizehn treize trece",
    "14": "fourteen vierzehn quatorze catorce",
    "15": "fifteen quinze quince",
    "16": "sixteen sechzehn seize",
    "17": "seventeen siebzehn",
    "18": "eighteen achtzehn",
    "19": "nineteen neunzehn",
    "20": "twenty zwanzig vingt veinte",
    "30": "thirty dreissig trente treinta",
    "60": "sixty sechzig soixante sesenta",
    "90": "ninety neunzig noventa",
    "1o": "first erster ersten erstes premier primero primer",
    "2o": "second zweiter zweiten zweites deuxieme segundo",
    "3o": "third dritter dritten drittes troisieme tercero tercer",
    "4o": "fourth vierter vierten viertes quatrieme cuarto",
}  # fmt: skip
# Words for their own language only: in the other languages they have another meaning.
_LOCAL = {"fr": {"mid": "mi"}, "de": {"": "zu noch", "part": "fruh"}, "es": {"": "mismo", "part": "tarde noche"}}
# "Freitagmittag" is the middle of Friday.
_GERMAN_PARTS = "morgen vormittag mittag nachmittag abend fruh"
_ENGLISH_ORDINALS = (
    "fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth "
    "eighteenth nineteenth twentieth"
)
_GERMAN_ORDINALS = (
    "funfte sechste siebte achte neunte zehnte elfte zwolfte dreizehnte vierzehnte funfzehnte sechzehnte siebzehnte "
    "achtzehnte neunzehnte zwanzigste"
)


def _ordinals() -> dict[str, str]:
    """The ordinals from the fifth on, and the German ones with their endings."""
    found = {word: f"{n}o" for n, word in enumerate(_ENGLISH_ORDINALS.split(), start=5)}
    for n, word in enumerate(_GERMAN_ORDINALS.split(), start=5):
        found |= {f"{word}{ending}": f"{n}o" for ending in ("", "n", "r", "s")}
    return found


def _spread(table: dict[str, str]) -> dict[str, str]:
    return {word: code for code, words in table.items() for word in words.split()}


def _names(language: str) -> dict[str, str]:
    days = {word: f"w{n}" for n, word in enumerate(_WEEKDAYS[language].split())}
    months = {word: f"m{n}" for n, word in enumerate(_MONTHS[language].split(), start=1)}
    if language != "de":
        return days | months
    parts = {f"{day}{part}": f"{code} part" for day, code in days.items() for part in _GERMAN_PARTS.split()}
    return days | months | parts | {"sonnabend": "w5", "maerz": "m3"}


@lru_cache(maxsize=16)
def vocabulary(language: str) -> dict[str, str]:
    """Word → code for a language. An unknown language has the words of English and the full names of all languages."""
    words = _spread(_SHARED) | _ordinals()
    for name in LANGUAGES:
        words |= _names(name)
    words |= _spread(_SHORT["en"])
    if language in LANGUAGES and language != "en":
        words |= _spread(_LOCAL.get(language, {}))
        for word, code in _spread(_SHORT[language]).items():
            if words.get(word, code) == code or (language, word) in _OWN:
                words[word] = code
            elif code[0] in "wmx" and words[word][0] in "wm":
                words[word] = TWO_MEANINGS
            else:
                words[word] = code
    return words
