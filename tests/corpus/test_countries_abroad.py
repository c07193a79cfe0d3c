"""Countries in texts of other languages: names in their forms, adjectives, seats of government, and what is none."""

import pytest

from dragoman.corpus.description.countries import country_mentions
from dragoman.corpus.description.describe import describe, find_countries
from dragoman.corpus.description.translated_names import translated_country
from dragoman.corpus.document import Document


def countries_in(text: str, language: str) -> list[str]:
    return list(dict.fromkeys(mention.country for mention in country_mentions(text, language)))


@pytest.mark.parametrize(
    ("language", "text", "countries"),
    [
        ("de", "Deutschlands Kanzler, die Türkei, der US-Präsident und die französisch-polnischen Beziehungen",
         ["Germany", "Türkiye", "United States", "France", "Poland"]),
        ("fr", "Les Tchadiens, l'Egypte, la Côte d’Ivoire et les relations sino-allemandes",
         ["Chad", "Egypt", "Côte d’Ivoire", "Germany"]),
        ("es", "El presidente de EE.\xa0UU., los marroquíes y una ministra alemana",
         ["United States", "Morocco", "Germany"]),
        ("it", "I ministri tedeschi, le autorità francesi e gli Stati Uniti", ["Germany", "France", "United States"]),
        ("pt", "Os sul-coreanos, os EUA e as autoridades japonesas no Irã",
         ["South Korea", "United States", "Japan", "Iran"]),
        ("nl", "De VS, Duitsland en Zuid-Koreaanse diplomaten", ["United States", "Germany", "South Korea"]),
        ("ru", "Президент России, премьер Израиля, глава МИД Саудовской Аравии и турецкие дипломаты в Нидерландах",
         ["Russia", "Israel", "Saudi Arabia", "Türkiye", "Netherlands"]),
        ("uk", "Президент України у Польщі говорив про Туреччину", ["Ukraine", "Poland", "Türkiye"]),
        ("pl", "Prezydent Polski, kanclerz Niemiec, w Stanach Zjednoczonych o Iranie",
         ["Poland", "Germany", "United States", "Iran"]),
        ("tr", "Türkiye'nin bakanı Almanya'da ABD'li ve Çinli mevkidaşlarıyla görüştü",
         ["Türkiye", "Germany", "United States", "China"]),
        ("fi", "Suomen ja Venäjän presidentit tapasivat Ruotsissa", ["Finland", "Russia", "Sweden"]),
        ("hu", "Magyarországon és Németországgal", ["Hungary", "Germany"]),
        ("el", "Ο πρόεδρος της Γαλλίας και ο Τούρκος υπουργός", ["France", "Türkiye"]),
        ("ar", "وزير الخارجية المصري ونظيره الفرنسي وقال إن للصين ولإيران دورا",
         ["Egypt", "France", "China", "Iran"]),
        ("fa", "وزیر خارجه ایران با مقامات آمریکایی دیدار کرد", ["Iran", "United States"]),
        ("he", "ראש ממשלת ישראל נפגש עם נשיא רוסיה ובסין", ["Israel", "Russia", "China"]),
        ("hi", "भारत के प्रधानमंत्री ने चीन और अमेरिकी राष्ट्रपति से बात की", ["India", "China", "United States"]),
        ("vi", "Tổng thống Mỹ Donald Trump gặp Thủ tướng Nhật Bản", ["United States", "Japan"]),
        ("id", "Presiden Korea Selatan bertemu pejabat AS", ["South Korea", "United States"]),
        ("th", "นายกรัฐมนตรีไทยพบประธานาธิบดีสหรัฐ", ["Thailand", "United States"]),
        ("zh", "中韩关系，美国总统和沙特外长在日本",
         ["China", "South Korea", "United States", "Saudi Arabia", "Japan"]),
        ("zh", "南韓總統與美國國務卿", ["South Korea", "United States"]),
        ("ja", "日米首脳会談、トランプ米大統領、ウクライナと北朝鮮",
         ["Japan", "United States", "Ukraine", "North Korea"]),
        ("ko", "한미 동맹과 일본, 중국의 외교장관은 인도에서 만났다",
         ["South Korea", "United States", "Japan", "China", "India"]),
    ],
)  # fmt: skip
def test_names_have_the_forms_of_their_language(language: str, text: str, countries: list[str]) -> None:
    assert countries_in(text, language) == countries


@pytest.mark.parametrize(
    ("language", "text", "country"),
    [
        ("de", "Der Kreml schwieg", "Russia"),
        ("fr", "L’Élysée a confirmé l'appel", "France"),
        ("es", "La Casa Blanca respondió", "United States"),
        ("it", "Palazzo Chigi conferma", "Italy"),
        ("ru", "В Кремле заявили", "Russia"),
        ("ar", "أعلن البيت الأبيض", "United States"),
        ("zh", "白宫表示", "United States"),
        ("ja", "首相官邸で", "Japan"),
        ("ko", "청와대는 밝혔다", "South Korea"),
    ],
)
def test_a_seat_of_government_stands_for_its_country(language: str, text: str, country: str) -> None:
    assert countries_in(text, language) == [country]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Lateinamerika, die Deutsche Bank und der Golf von Mexiko; Desert Island Discs"),
        ("fr", "Maurice Ravel et Dominique Strauss-Kahn en Amérique latine; Israël Katz"),
        ("es", "Mauricio Macri en Granada; Israel Fernández en Nuevo México"),
        ("it", "Il signor Greco e il signor Russo, Maurizio Sarri"),
        ("ru", "Того он не сказал; Латинская Америка; чехол"),
        ("tr", "Mali yardım ve İngilizce dersi"),
        ("ar", "الدعم المالي لمدارس البنين"),
        ("vi", "Anh ấy nói. Ông Nguyễn Văn Đức. Pháp luật"),
        ("zh", "马里兰州的理查德；欧美国家；其中国内生产；今日本报讯"),
        ("ja", "インド洋のマリアさん、ヨルダン・スピース、中国地方"),
        ("ko", "인도적 지원, 그리스도교, 수단과 방법, 범죄인 인도를"),
        ("el", "του Γεωργίου Παπανδρέου"),
        ("ro", "Child, Ghandi"),
    ],
)
def test_what_only_looks_like_a_country(language: str, text: str) -> None:
    assert countries_in(text, language) == []


def test_georgia_of_the_united_states_where_a_language_has_one_name_for_both() -> None:
    assert countries_in("El gobernador de Georgia habló en Atlanta", "es") == []
    assert countries_in("El presidente de Georgia habló en Tiflis", "es") == ["Georgia"]
    assert countries_in("조지아주 애틀랜타와 조지아의 공장", "ko") == []


def test_a_document_is_searched_in_its_own_language() -> None:
    text = (
        "石破首相は１０日、首相官邸で韓国の趙兌烈外相と会談し、北朝鮮の核問題と両国の経済協力について意見を交わした。"
        "会談は１時間に及び、両氏は今後も緊密に連携していくことで一致した。\n"
        "外務省によると、フランスの話題は出なかった。"
    )
    assert describe(Document(id="x", text=text)).countries == ("Japan", "South Korea", "North Korea")
    assert find_countries("", "Chile und Tschad", "de") == ("Chile", "Chad")


def test_a_language_without_a_table_is_read_like_english() -> None:
    assert countries_in("Rais wa Kenya na Tanzania", "sw") == ["Kenya", "Tanzania"]


def test_filters_know_the_names_that_texts_are_searched_for() -> None:
    for name in ("Deutschland", "Китай", "中国", "türkei", "Corée du Sud", "Russische Föderation"):
        assert translated_country(name) in ("Germany", "China", "Türkiye", "South Korea", "Russia")
    assert translated_country("Nirgendwo") is None


def test_a_long_text_takes_no_long_time() -> None:
    for language in ("de", "zh", "ja", "ko", "ar", "ru", "vi"):
        for word in ("中", "日", "Anh ", "Россия", "a" * 50 + " ", "인도", "ال", "Vereinigte "):
            assert isinstance(countries_in(word * (200_000 // len(word)), language), list)
