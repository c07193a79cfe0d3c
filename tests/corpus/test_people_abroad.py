"""People in texts of other languages: those named in full beside an office that the tables have."""

import pytest

from dragoman.corpus.description.describe import describe
from dragoman.corpus.description.people import find_people
from dragoman.corpus.document import Document


@pytest.mark.parametrize(
    ("language", "text", "people"),
    [
        ("de", "Bundeskanzler Friedrich Merz traf den französischen Präsidenten Emmanuel Macron Dienstag.",
         [("Friedrich Merz", "Bundeskanzler", ""), ("Emmanuel Macron", "Präsident", "France")]),
        ("de", "Ursula von der Leyen, die Präsidentin der Europäischen Kommission, und US-Präsident Donald Trump",
         [("Ursula von der Leyen", "Präsidentin der Europäischen Kommission", ""),
          ("Donald Trump", "Präsident", "United States")]),
        ("fr", "Le président Emmanuel Macron a reçu la ministre allemande des Affaires étrangères, Annalena Baerbock, "
         "et le ministre des Affaires étrangères Jean-Noël Barrot.",
         [("Emmanuel Macron", "Président", ""), ("Annalena Baerbock", "Ministre", "Germany"),
          ("Jean-Noël Barrot", "Ministre des Affaires étrangères", "")]),
        ("es", "El presidente francés, Emmanuel Macron, y la ministra de Exteriores de Alemania, Annalena Baerbock, "
         "hablaron.",
         [("Emmanuel Macron", "Presidente", "France"), ("Annalena Baerbock", "Ministra de Exteriores", "Germany")]),
        ("es", "El rey Felipe VI y el canciller chileno Alberto van Klaveren",
         [("Felipe VI", "Rey", ""), ("Alberto van Klaveren", "Canciller", "Chile")]),
        ("ko", "우원식 국회의장과 정청래 민주당 대표, 왕이 중국 외교부장, 마크 루터 나토 사무총장",
         [("우원식", "국회의장", ""), ("정청래", "민주당 대표", ""), ("왕이", "외교부장", "China"),
          ("마크 루터", "사무총장", "")]),
        ("ja", "ウォロディミル・ゼレンスキー・ウクライナ大統領とマルコ・ルビオ米国務長官",
         [("ウォロディミル・ゼレンスキー", "大統領", "Ukraine"), ("マルコ・ルビオ", "国務長官", "United States")]),
        ("it", "La presidente del Consiglio Giorgia Meloni e il ministro degli Esteri Antonio Tajani",
         [("Giorgia Meloni", "Presidente del Consiglio", ""), ("Antonio Tajani", "Ministro degli Esteri", "")]),
        ("pt", "O presidente Luiz Inácio Lula da Silva recebeu o primeiro-ministro indiano Narendra Modi",
         [("Luiz Inácio Lula da Silva", "Presidente", ""), ("Narendra Modi", "Primeiro-ministro", "India")]),
        ("nl", "De Franse president Emmanuel Macron en minister van Buitenlandse Zaken Caspar Veldkamp",
         [("Emmanuel Macron", "President", "France"), ("Caspar Veldkamp", "Minister van Buitenlandse Zaken", "")]),
        ("ru", "Президент Франции Эммануэль Макрон и министр иностранных дел России Сергей Лавров",
         [("Эммануэль Макрон", "Президент", "France"), ("Сергей Лавров", "Министр иностранных дел", "Russia")]),
        ("pl", "Prezydent Karol Nawrocki i minister spraw zagranicznych Radosław Sikorski",
         [("Karol Nawrocki", "Prezydent", ""), ("Radosław Sikorski", "Minister spraw zagranicznych", "")]),
        ("tr", "Cumhurbaşkanı Recep Tayyip Erdoğan'ın daveti üzerine ABD Başkanı Donald Trump geldi",
         [("Recep Tayyip Erdoğan", "Cumhurbaşkanı", ""), ("Donald Trump", "Başkanı", "United States")]),
        ("id", "Presiden Prancis Emmanuel Macron bertemu Menlu AS Marco Rubio",
         [("Emmanuel Macron", "Presiden", "France"), ("Marco Rubio", "Menlu", "United States")]),
        ("vi", "Tổng thống Mỹ Donald Trump gặp Thủ tướng Phạm Minh Chính",
         [("Donald Trump", "Tổng thống", "United States"), ("Phạm Minh Chính", "Thủ tướng", "")]),
        ("sv", "Statsminister Ulf Kristersson och Finlands president Alexander Stubb",
         [("Ulf Kristersson", "Statsminister", ""), ("Alexander Stubb", "President", "Finland")]),
        ("el", "Ο πρωθυπουργός Κυριάκος Μητσοτάκης", [("Κυριάκος Μητσοτάκης", "Πρωθυπουργός", "")]),
        ("ko", "이재명 대통령은 조현 외교부 장관과 함께 도널드 트럼프 미국 대통령, 이시바 시게루 일본 총리를 만났다.",
         [("이재명", "대통령", ""), ("조현", "외교부 장관", ""), ("도널드 트럼프", "대통령", "United States"),
          ("이시바 시게루", "총리", "Japan")]),
        ("ja", "石破茂首相は岩屋毅外相とともに、エマニュエル・マクロン仏大統領、韓国の李在明大統領と会談した。",
         [("石破茂", "首相", ""), ("岩屋毅", "外相", ""), ("エマニュエル・マクロン", "大統領", "France"),
          ("李在明", "大統領", "South Korea")]),
        ("zh", "国家主席习近平在北京会见法国总统埃马纽埃尔·马克龙。外交部长王毅表示，愿同石破茂首相合作。",
         [("习近平", "国家主席", ""), ("埃马纽埃尔·马克龙", "总统", "France"), ("王毅", "外交部长", ""),
          ("石破茂", "首相", "")]),
        ("ja", "アントニオ・グテレス国連事務総長、金正恩朝鮮労働党総書記、河野太郎デジタル相、麻生太郎副総裁",
         [("アントニオ・グテレス", "事務総長", ""), ("金正恩", "総書記", ""), ("河野太郎", "デジタル相", ""),
          ("麻生太郎", "副総裁", "")]),
        ("de", "CDU-Chef Friedrich Merz und der südkoreanische Präsident Lee Jae Myung",
         [("Friedrich Merz", "Chef", ""), ("Lee Jae Myung", "Präsident", "South Korea")]),
        ("zh", "王毅外长会见法国外长让-诺埃尔·巴罗，",
         [("王毅", "外长", ""), ("让-诺埃尔·巴罗", "外长", "France")]),
        ("zh", "外交部发言人毛宁说，美方应停止加征关税。", [("毛宁", "发言人", "")]),
        ("zh", "中國國家主席習近平與美國國務卿馬可·魯比歐會面。",
         [("習近平", "國家主席", "China"), ("馬可·魯比歐", "國務卿", "United States")]),
    ],
)  # fmt: skip
def test_who_is_named_with_an_office(language: str, text: str, people: list[tuple[str, str, str]]) -> None:
    assert [(person.name, person.role, person.country) for person in find_people(text, language)] == people


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Der Präsident der Cromwell Society und Präsident Trumps Team; Trump und Präsident Selenskyj kamen."),
        ("fr", "Le président de la Croix Rouge et le président Poutine ; le directeur du Scottish Council"),
        ("es", "El presidente Lula y el presidente del Partido Laborista; el presidente, Nueva York,"),
        (
            "ru",
            "Встреча с президентом Дональдом Трампом; президент Западной Вирджинии; президент Путин",
        ),
        ("tr", "Dışişleri Bakanı Fidan ve Başkan Yardımcısı"),
        ("ko", "현직 대통령과 한국 대통령, 외교부 장관, 여당 대표, 차기 대통령, 트럼프 대통령, 시민사회 대표"),
        ("ja", "トランプ米大統領と韓国大統領、両国外相、日本の首相、次期大統領、安全委員長"),
        ("zh", "美国总统特朗普说，时任国家主席，全国人大常委会主席，任期内总统，周六总统"),
        ("sw", "Rais Samia Suluhu Hassan"),
    ],
)
def test_surnames_organisations_and_oblique_cases_are_left_alone(language: str, text: str) -> None:
    assert find_people(text, language) == ()


def test_a_document_says_who_is_in_it_in_its_own_language() -> None:
    text = "이재명 대통령은 10일 용산에서 조현 외교부 장관의 보고를 받고 한미 동맹의 발전 방안을 논의했다고 밝혔다."
    document = describe(Document(id="x", text=text))
    assert [person.name for person in document.people] == ["이재명", "조현"]
    assert document.provenance["people"] == "extracted"


@pytest.mark.parametrize("language", ["de", "fr", "ru", "tr", "vi", "ko", "ja", "zh"])
def test_a_long_text_takes_no_long_time(language: str) -> None:
    for words in (
        "Präsident der ",
        "Président de la ",
        "президент ",
        "Başkanı ",
        "대통령 ",
        "首相",
        "主席王",
        "王",
        "가나다 ",
        "ア・",
    ):
        find_people(words * (60_000 // len(words)), language)  # a quadratic step would take minutes
