"""Questions of one word in a collection of many languages: do languages mix, and is a word found in its other forms?"""

import json
from collections.abc import Iterator
from pathlib import Path

import dragoman

from .share import Share

TEXTS = {
    "en": [
        "Ford Motor reported good news: the factory in Detroit stays open, and the union welcomed the decision.",
        "Lee spoke with the President about the war, and the men who were captured in the mine at dawn.",
        "The sale of the fast ship was on the agenda; a gift was handed to the director of the museum.",
        "Sen. Dole and Kim said that the hat and the bin were in the inn by the door at the end of an era.",
    ],
    "de": [
        "Die Gewerkschaften fordern höhere Löhne; die Regierung war dagegen und forderte Geduld von allen.",
        "Die Verhandlungen der Minister waren schwierig, und die Unterhändler des Präsidenten hatten geschwiegen.",
        "Sie bin ich nicht, sagte er, und man hat den neuen Vertrag am Ende doch mit großer Mehrheit unterzeichnet.",
    ],
    "fr": [
        "La nouvelle convention a été signée hier; les ministres ont déposé leurs lettres de créance à Paris.",
        "Le général est arrivé; les généraux négociaient déjà les termes de l'armistice avec son ennemi.",
        "Les étrangers et les réfugiés ont été protégés par la délégation; les présidents ont préféré la paix.",
    ],
    "es": [
        "El canciller negociaría un acuerdo; los cancilleres llegarán mañana a Montevideo.",
        "El año pasado los niños españoles visitaron la embajada; las canciones y la nación, dijo la señora.",
    ],
    "it": ["I ministri hanno firmato gli accordi; le ambasciate e le trattative con gli esperti continuano."],
    "tr": [
        "Büyükelçiler görüşmelerin sonuçlarını açıkladı; anlaşmaların ayrıntıları ve ülkelerin talepleri görüşüldü."
    ],
    "ru": [
        "Переговоры завершились; посол заявил, что молодой министр поехал в Китай с российской делегацией.",
        "Войска покинули город; воины вернулись домой, а послы говорили о войне на международном форуме.",
    ],
    "ro": ["Negocierile au început; granițele și relațiile diplomatice ale țărilor au fost discutate de miniștri."],
    "pt": ["As negociações continuarão; os ministros discutiram as questões das eleições e das sanções econômicas."],
    "ar": ["أعلن الوزير أن المفاوضات ستبدأ غدا في القاهرة، وبالاتفاق مع الدول العربية سيحضر الرئيس."],
    "el": ["Οι υπουργοί υπέγραψαν τις συμφωνίες ειρήνης στην Αθήνα παρουσία των πρέσβεων."],
    "sv": ["Ministrarna undertecknade avtalen om freden; förhandlingarna i städerna var svåra."],
    "th": ["รัฐมนตรีต่างประเทศลงนามในข้อตกลงสันติภาพที่กรุงเทพมหานคร", "ราคาข้าวสูงขึ้นในช่วงฤดูหนาว"],
}

ONE_LANGUAGE = (
    "Lee war men mine news ford gift fast sale Dole hat bin inn door end era director agenda ship museum"
).split()
"""English words, most of which are function words elsewhere, or share a stem with words of another language."""

FORMS = {
    "de": "Verhandlung Unterhändlern Vertrags Gewerkschaft Löhnen",
    "fr": "déposée généraux négocier étrangère réfugiée protégé préférer délégations",
    "es": "cancilleres negociar niño española canción naciones embajadas",
    "it": "accordo ambasciata trattativa esperto ministro",
    "tr": "büyükelçi görüşme anlaşmaları ülke",
    "ru": "переговорами молодая российский война международный форум делегация",
    "ro": "graniță relații țară",
    "pt": "negociação questão eleição sanção ministro",
    "ar": "مفاوضات الاتفاق وزير والرئيس دولة",
    "el": "υπουργός ειρήνη",
    "sv": "avtal fred förhandling",
    "th": "ข้อตกลง สันติภาพ ข้าว",
}
"""Words by their language, each in another form than its documents have, or within what stands together in them."""

NOT = {"война": "воины"}
"""What must not be marked for a word, in lower case."""


def measure(work: Path) -> Iterator[Share]:
    """Build a collection of documents in thirteen languages and ask it, word by word."""
    source = work / "languages.jsonl"
    rows = [
        {"id": f"{language}-{number}", "text": text, "lang": language}
        for language, texts in TEXTS.items()
        for number, text in enumerate(texts)
    ]
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with dragoman.create_collection(work / "languages.idx") as collection:
        collection.add(dragoman.read([source]))
        right = [_languages(collection, word) == {"en"} for word in ONE_LANGUAGE]
        yield Share("languages do not mix", sum(right), len(right))
        right = [
            language in _languages(collection, word) for language, words in FORMS.items() for word in words.split()
        ]
        yield Share("stems as written", sum(right), len(right))


def _languages(collection: dragoman.Collection, word: str) -> set[str]:
    """The languages of documents that have a mark for a word, or nothing if it fails or marks what is not the word."""
    try:
        hits = list(collection.search(word, mode="keyword", fold=False))
    except Exception:
        return set()
    marked = {hit.document.text[mark.start : mark.end].lower() for hit in hits for mark in hit.highlights}
    return set() if NOT.get(word) in marked else {hit.document.language for hit in hits}
