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

SPELT = {
    "es": ("El ministro habló del {} durante la reunión con el embajador.",
           "año ano/niño nino/España Espana/negociación negociacion/peña pena/señal senal/sesión sesion"),
    "fr": ("Le ministre a parlé de {} pendant la réunion avec l'ambassadeur.",
           "Élysée Elysee/résumé resume/maïs mais/traité traite/marché marche/délégué delegue/côté cote/Genève Geneve"),
    "de": ("Der Minister sprach über {} während der Sitzung mit dem Botschafter.",
           "schön schon/Präsident Prasident/Köln Koln/Brüder Bruder/Straße Strasse/Zölle Zolle/drücken drucken"),
    "ru": ("Министр говорил про {} во время встречи с послом.",
           "ещё еще/самолёт самолет/Королёв Королев/отчёт отчет/объём объем/Хрущёв Хрущев/расчёт расчет/приём прием"),
    "tr": ("Bakan toplantı sırasında {} konusunda elçiyle konuştu.",
           "ülke ulke/barış baris/görüşme gorusme/Türkiye Turkiye/kâr kar/sınır sinir/çözüm cozum/savaş savas"),
    "pt": ("O ministro falou sobre {} durante a reunião com o embaixador.",
           "negociação negociacao/país pais/avó avo/nação nacao/câmara camara/questão questao/relatório relatorio"),
}  # fmt: skip
"""By language, a sentence, and pairs of words for it that differ in their accents alone."""

BARE = {
    "fr": "deposee negocierait etrangere preferer delegations protegee",
    "es": "cancion naciones ninos",
    "tr": "buyukelciler gorusmelerin ulkelerin anlasmalarin",
    "pt": "questoes sancoes economicas",
    "ro": "tarilor granitele relatiile",
}
"""Words by their language, typed without their accents."""

BEGUN = {
    "fr": "étrang étrangers/réfug réfugiés/délég délégation/négoc négociaient/prés présidents/préf préféré",
    "de": "Präs Präsidenten/Unterhänd Unterhändler/Löh Löhne",
    "es": "españ españoles/Señ Señora/naci nación/canc canciller",
    "tr": "görüş görüşmelerin/anlaş anlaşmaların/anlas anlaşmaların",
    "pt": "negoci negociações/sanç sanções/quest questões",
}
"""By language, what is typed, and the word of the documents that it is to be completed to, among others."""

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
        right = [language in _languages(collection, word) for language, words in BARE.items() for word in words.split()]
        yield Share("typed without accents", sum(right), len(right))
        cases = [each.split() for words in BEGUN.values() for each in words.split("/")]
        right = [_is_offered(collection, typed, word) for typed, word in cases]
        yield Share("completed as written", sum(right), len(right))
    yield _as_written(work)


def _is_offered(collection: dragoman.Collection, typed: str, word: str) -> bool:
    """Whether a word is offered that somebody begins to type, and of words only those that the documents have."""
    written = {each.strip(",.;") for texts in TEXTS.values() for text in texts for each in text.lower().split()}
    try:
        offered = [each.text for each in collection.complete(typed, 20) if each.kind == "word"]
    except Exception:
        return False
    return word in offered and all(each.lower() in written for each in offered)


def _as_written(work: Path) -> Share:
    """Ask for words among pairs of sentences that differ in the accents of one word: the right one is to be first."""
    source = work / "accents.jsonl"
    every = [
        (f"{language}-{place}-{side}", word, sentence.format(word), language)
        for language, (sentence, pairs) in SPELT.items()
        for place, pair in enumerate(pairs.split("/"))
        for side, word in enumerate(pair.split())
    ]
    rows = [{"id": name, "text": text, "lang": language} for name, _, text, language in every]
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with dragoman.create_collection(work / "accents.idx") as collection:
        collection.add(dragoman.read([source]))
        right = 0
        for name, word, text, _ in every:
            for question in (word, text):
                found = [hit.document.id for hit in collection.search(question, fold=False, limit=100)]
                pair = [each for each in found if each[:-1] == name[:-1]]
                right += pair[:1] == [name]
    return Share("as written ranks first", right, 2 * len(every))


def _languages(collection: dragoman.Collection, word: str) -> set[str]:
    """The languages of documents that have a mark for a word, or nothing if it fails or marks what is not the word."""
    try:
        hits = list(collection.search(word, mode="keyword", fold=False))
    except Exception:
        return set()
    marked = {hit.document.text[mark.start : mark.end].lower() for hit in hits for mark in hit.highlights}
    return set() if NOT.get(word) in marked else {hit.document.language for hit in hits}
