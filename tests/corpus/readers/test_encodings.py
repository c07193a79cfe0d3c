"""Bytes to text: UTF-8 with something wrong in it, labels as browsers understand them, encodings that nobody names."""

import email.message
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dragoman.corpus.document import Document, Remark
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import Skipped

REPLACED = "bytes that are no UTF-8 were replaced"
GUESSED = "the encoding was guessed"

EAST_ASIAN = [("zh", "gb18030"), ("tw", "big5"), ("ja", "cp932"), ("ja", "euc_jp"), ("ko", "cp949")]

# What is said is our own, in the languages of many alphabets.
SAID = {
    "en": "The minister’s envoys left the “non-paper” in Ankara. They will meet again in the spring, he said.",
    "fr": "Le ministre a été reçu à l’Élysée, où il s’est félicité de la reprise des négociations entre les deux pays.",
    "de": "Der Außenminister fuhr für drei Tage nach Österreich, um über die künftigen Zölle zu verhandeln.",
    "tr": "Dışişleri Bakanı çarşamba günü Atina’da Yunan mevkidaşıyla görüştü; İstanbul’da yine buluşacaklar.",
    "hu": "A külügyminiszter szerdán Prágában tárgyalt cseh kollégájával, és győri találkozót tűztek ki őszre.",
    "cs": "Český ministr zahraničí přijel ve středu do Budapešti, kde jednal o dodávkách plynu na příští zimu.",
    "pl": "Minister spraw zagranicznych przybył w środę do Wilna, gdzie rozmawiał o bezpieczeństwie żeglugi.",
    "ru": "Министр иностранных дел прибыл в среду в Сеул, где стороны договорились продолжить переговоры.",
    "uk": "Міністр закордонних справ прибув у середу до Варшави, де йшлося про енергетичну безпеку Європи.",
    "el": "Ο υπουργός Εξωτερικών έφτασε την Τετάρτη στη Λευκωσία και συζήτησε για την ενεργειακή ασφάλεια.",
    "he": "שר החוץ הגיע ביום רביעי לאתונה ושוחח עם עמיתו היווני על ביטחון אנרגטי ועל שיתוף פעולה.",
    "ar": "وصل وزير الخارجية يوم الأربعاء إلى القاهرة وبحث مع نظيره المصري أمن الطاقة والتعاون بين البلدين.",
    "th": "รัฐมนตรีต่างประเทศเดินทางถึงกรุงโซลเมื่อวันพุธ และหารือเรื่องความมั่นคงทางพลังงานกับเกาหลีใต้",
    "ja": "外務大臣は水曜日にソウルを訪問し、韓国の外相とエネルギー安全保障について会談した。次回は春に開く。",
    "ko": "외교부 장관은 수요일 도쿄를 방문해 일본 외무상과 에너지 안보를 논의했으며 봄에 다시 만나기로 했다.",
    "zh": "外交部长星期三抵达首尔，与韩国外长就能源安全和两国合作举行了会谈，双方同意春季再次会晤。",
    "tw": "外交部長週三抵達首爾，與韓國外長就能源安全和兩國合作舉行會談，雙方同意明年春天再度會面。",
    "hi": "विदेश मंत्री बुधवार को सियोल पहुँचे और ऊर्जा सुरक्षा पर अपने समकक्ष से बातचीत की।",
}


def document(path: Path, data: bytes) -> Document:
    path.write_bytes(data)
    (found,) = read([path])
    assert isinstance(found, Document), found
    return found


def counted(found: Document, kind: str = REPLACED) -> list[str]:
    return [remark.example for remark in found.remarks if remark.kind == kind]


# ------------------------------------------------------------------------------------- UTF-8 with something wrong


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("wrong", [b"\xff", b"\xe2\x80", b"\x81"])
def test_a_wrong_byte_in_utf8_costs_itself_alone(tmp_path: Path, language: str, wrong: bytes) -> None:
    said = SAID[language]
    at = len(said) // 2
    data = f"{SAID['en']}\n\n{said[:at]}".encode() + wrong + f"{said[at:]} {said}".encode()
    found = document(tmp_path / "x.txt", data)
    assert found.text.replace("\N{REPLACEMENT CHARACTER}", "") == f"{SAID['en']}\n\n{said} {said}"
    (example,) = counted(found)
    assert example in ("1, in line 3", "2, the first in line 3")


@pytest.mark.parametrize("language", [each for each in SAID if each != "en"])
def test_a_text_that_ends_within_a_character_is_kept(tmp_path: Path, language: str) -> None:
    said = SAID[language]
    last = max(at for at, char in enumerate(said) if not char.isascii())
    found = document(tmp_path / "x.txt", f"{said} {said[: last + 1]}".encode()[:-1])
    assert found.text.startswith(f"{said} {said[:last]}")
    assert counted(found)


def test_ten_wrong_bytes_are_counted(tmp_path: Path) -> None:
    found = document(tmp_path / "x.txt", f"{SAID['ru']} ".encode().replace(b" ", b"\xfe ", 10))
    assert found.text.replace("\N{REPLACEMENT CHARACTER}", "") == SAID["ru"]
    assert counted(found) == ["10, the first in line 1"]


PARAGRAPHS = "".join(f"<p>{SAID[each]}</p>" for each in ("en", "fr", "de"))
PAGE = f"<html><head><title>Envoys in Ankara</title></head><body><article><h1>Talks</h1>{PARAGRAPHS * 3}"


def _markdown(said: bytes) -> bytes:
    return b"---\ntitle: Talks\n---\n" + said


def _eml(said: bytes) -> bytes:
    return b"From: a@b.org\nSubject: Talks\nContent-Type: text/plain; charset=utf-8\n\n" + said


def _html(said: bytes) -> bytes:
    return PAGE.encode().replace(b"</h1>", b"</h1><p>" + said + b"</p>")


def _epub(said: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as book:
        rootfile = "<container><rootfiles><rootfile full-path='x.opf'/></rootfiles></container>"
        item = "<item id='a' href='a.xhtml' media-type='application/xhtml+xml'/>"
        opf = f"<package><metadata/><manifest>{item}</manifest><spine><itemref idref='a'/></spine></package>"
        book.writestr("META-INF/container.xml", rootfile)
        book.writestr("x.opf", opf)
        book.writestr("a.xhtml", b'<?xml version="1.0"?><html><body><p>' + said + b"</p></body></html>")
    return held.getvalue()


def _jsonl(said: bytes) -> bytes:
    return b'{"id": "a", "text": "' + said + b'"}\n'


def _csv(said: bytes) -> bytes:
    return b'id,text\na,"' + said + b'"\n'


@pytest.mark.parametrize(
    ("name", "made"),
    [("x.md", _markdown), ("x.eml", _eml), ("x.html", _html), ("x.epub", _epub), ("x.jsonl", _jsonl), ("x.csv", _csv)],
)
def test_every_reader_keeps_a_text_with_a_wrong_byte(tmp_path: Path, name: str, made: Callable[[bytes], bytes]) -> None:
    said = SAID["fr"].encode()
    found = document(tmp_path / name, made(said.replace(b"pays", b"pa\xe9ys")))
    assert SAID["fr"].replace("pays", "pa\N{REPLACEMENT CHARACTER}ys") in found.text
    assert [each.split(",")[0] for each in counted(found)] == ["1"]


def test_declared_utf8_is_utf8_even_if_all_else_is_ascii(tmp_path: Path) -> None:
    page = PAGE.encode("ascii", "ignore").replace(b"<head>", b'<head><meta charset="utf-8">')
    found = document(tmp_path / "x.html", page.replace(b"spring", b"spr\xe9ing"))
    assert "spr\N{REPLACEMENT CHARACTER}ing" in found.text
    assert counted(found) == ["3, the first in line 1"]


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("en", "cp1252"),
        ("fr", "cp1252"),
        ("de", "cp1252"),
        ("ru", "cp1251"),
        ("ru", "koi8-r"),
        ("uk", "cp1251"),
        ("zh", "gb18030"),
        ("tw", "big5"),
        ("ja", "cp932"),
        ("ja", "euc_jp"),
        ("ko", "cp949"),
        ("tr", "cp1254"),
        ("tr", "iso8859-9"),
        ("hu", "cp1250"),
        ("hu", "iso8859-2"),
        ("cs", "cp1250"),
        ("cs", "iso8859-2"),
        ("pl", "cp1250"),
        ("pl", "iso8859-2"),
        ("el", "cp1253"),
        ("he", "cp1255"),
        ("ar", "cp1256"),
        ("th", "cp874"),
        ("ja", "iso2022_jp"),
        ("ru", "utf-16-le"),
        ("ja", "utf-16-be"),
        ("zh", "utf-16-le"),
        ("de", "utf-16-le"),
        ("ko", "utf-16-be"),
        ("th", "utf-16-le"),
    ],
)
def test_an_encoding_that_nobody_names_is_told_by_its_language(tmp_path: Path, language: str, encoding: str) -> None:
    said = SAID[language].encode(encoding, "ignore").decode(encoding)
    found = document(tmp_path / "x.txt", said.encode(encoding))
    assert found.text == said
    assert counted(found) == []
    assert bool(counted(found, GUESSED)) == (not encoding.startswith(("utf-16", "iso2022")))


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("ru", "cp1251"), ("zh", "gb18030"), ("ja", "cp932"), ("ar", "cp1256"), ("el", "cp1253"), ("de", "cp1252")],
)
def test_what_is_falsely_said_to_be_utf8_is_read_as_what_it_is(tmp_path: Path, language: str, encoding: str) -> None:
    head = b"Subject: Talks\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    found = document(tmp_path / "x.eml", head + SAID[language].encode(encoding))
    assert found.text == SAID[language]
    assert counted(found, GUESSED)


@pytest.mark.parametrize("said", ["café", "São Paulo", "“yes”", "£5 a day", "10 °C", "§ 5", "L’Élysée", "naïve", "½"])
def test_a_sign_of_western_europe_within_ascii_is_what_windows_writes(tmp_path: Path, said: str) -> None:
    text = f"The minister said in the interview: {said} . They agreed to meet again in the spring of next year."
    found = document(tmp_path / "x.txt", text.encode("cp1252"))
    assert found.text.replace("œ", "½") == text
    assert counted(found) == []


def test_a_byte_that_no_text_would_have_there_is_replaced(tmp_path: Path) -> None:
    found = document(tmp_path / "x.txt", b"The two foreign ministers met in Nara and ag\xffreed to resume the talks.")
    assert "ag\N{REPLACEMENT CHARACTER}reed" in found.text
    assert found.remarks == (Remark(REPLACED, "1, in line 1"),)


# ---------------------------------------------------------------------------------------------------------- labels


@pytest.mark.parametrize(
    ("label", "encoding", "said"),
    [
        ("iso-8859-1", "cp1252", "The minister’s “non-paper”—handed over in Ankara—asks for €5 million."),
        ("latin1", "cp1252", "The minister’s “non-paper” asks for €5 million…"),
        ("us-ascii", "cp1252", "The minister’s “non-paper”"),
        ("iso-8859-9", "cp1254", "Dışişleri Bakanı’nın “mektubu”"),
        ("tis-620", "cp874", "รัฐมนตรี “ต่างประเทศ” …"),
        ("shift_jis", "cp932", "①髙橋大臣と會談～"),
        ("x-sjis", "cp932", "①髙橋大臣"),
        ("gb2312", "gb18030", "朱镕基總理訪問美國"),
        ("gbk", "gb18030", "朱镕基㐀总理"),
        ("euc-kr", "cp949", "똠방각하 장관이 말했다"),
        ("ks_c_5601-1987", "cp949", "똠방각하 장관"),
        ("big5", "big5hkscs", "外交部長係佢哋嘅同事"),
        ("iso-8859-8-i", "iso8859-8", "שר החוץ הגיע לאתונה"),
        ("windows-1251", "cp1251", "Министр «прибыл»"),
        ("koi8-u", "koi8-u", "Міністр їде"),
        ("iso-2022-jp", "iso2022_jp", "外務大臣は水曜日に"),
        ("iso-2022-kr", "iso2022_kr", "외교부 장관은 수요일"),
        ("cp850", "cp850", "Zölle für Österreich"),
    ],
)
def test_a_label_means_what_it_means_to_a_browser(tmp_path: Path, label: str, encoding: str, said: str) -> None:
    message = email.message.Message()
    message["Subject"] = "Talks"
    message["Content-Type"] = f"text/plain; charset={label}"
    message["Content-Transfer-Encoding"] = "8bit"
    found = document(tmp_path / "x.eml", message.as_bytes() + said.encode(encoding))
    assert found.text == said
    assert found.remarks == ()
    page = PAGE.encode("ascii", "ignore").replace(b"<head>", f"<head><meta charset={label}>".encode())
    shown = document(tmp_path / "x.html", page.replace(b"<article>", b"<article><p>" + said.encode(encoding) + b"</p>"))
    assert said in shown.text


def test_a_page_in_cyrillic_that_a_server_calls_latin_is_read_as_what_it_is(tmp_path: Path) -> None:
    head = (
        b"From: a@b.org\nSubject: x\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n"
    )
    assert document(tmp_path / "x.eml", head + SAID["ru"].encode("cp1251")).text == SAID["ru"]


def test_utf8_goes_before_a_label_that_says_otherwise(tmp_path: Path) -> None:
    head = (
        b"From: a@b.org\nSubject: x\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n"
    )
    assert document(tmp_path / "x.eml", head + SAID["de"].encode()).text == SAID["de"]
    found = document(tmp_path / "x.eml", head + SAID["de"].encode() + b" \xff")
    assert (found.text, counted(found)) == (SAID["de"] + " \N{REPLACEMENT CHARACTER}", ["1, in line 1"])


def test_controls_of_old_are_what_windows_has_in_their_place(tmp_path: Path) -> None:
    record = {"id": "a", "text": "The minister\x92s \x93non-paper\x94\x85 asks for \x805.", "title": "A\x96B"}
    found = document(tmp_path / "x.jsonl", json.dumps(record).encode())
    assert (found.text, found.title) == ("The minister’s “non-paper”… asks for €5.", "A–B")
    xml = document(tmp_path / "x.txt", "One.\x85Two.\x85Three.".encode())
    assert xml.text == "One.\nTwo.\nThree."


# --------------------------------------------------------------------------------------------------------- records


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
@pytest.mark.parametrize("name", ["x.jsonl", "x.csv"])
def test_records_in_any_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    said = SAID["fr"].replace("’", "'")
    rows = [f'{{"id": "{number}", "text": "{said}"}}' for number in range(3)]
    text = "\n".join(rows) if name == "x.jsonl" else "id;text\r\n" + "".join(f"{n};{said}\r\n" for n in range(3))
    (tmp_path / name).write_bytes(text.encode(encoding))
    found = list(read([tmp_path / name]))
    assert [each.text for each in found if isinstance(each, Document)] == [said] * 3
    assert len(found) == 3


def test_the_first_line_that_is_not_ascii_shows_the_encoding_however_late_it_comes(tmp_path: Path) -> None:
    early = "".join(f'{{"id": "{number}", "text": "They met {number} times."}}\n' for number in range(3000))
    late = "".join(f'{{"id": "late-{number}", "text": "{SAID["ru"]}"}}\n' for number in range(3))
    (tmp_path / "x.jsonl").write_bytes(early.encode() + late.encode("cp1251"))
    found = [each for each in read([tmp_path / "x.jsonl"]) if isinstance(each, Document)]
    assert [each.text for each in found[-3:]] == [SAID["ru"]] * 3


def test_a_row_in_another_alphabet_and_encoding_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(f"id,text\n1,{SAID['el']}\n".encode() + f"2,{SAID['ru']}\n".encode("cp1251"))
    first, second = read([tmp_path / "x.csv"])
    assert isinstance(first, Document)
    assert isinstance(second, Skipped)
    assert "line 3: not in the encoding that the file begins in" in str(second)


@pytest.mark.parametrize(("data", "text"), [(b"\x96", "–"), (b"\xc3", "Ã"), (b"\n\x96\n", "–")])
def test_a_byte_that_is_all_there_is_has_no_encoding_to_be_found(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "x.txt").write_bytes(data)
    (found,) = read([tmp_path / "x.txt"])
    assert isinstance(found, Document), found
    assert found.text == text


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + b"\0" * 99, b"\0\1\2\3" * 50])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.txt").write_bytes(data)
    (found,) = read([tmp_path / "x.txt"])
    assert isinstance(found, Skipped)
    assert found.reason == "binary"


# ------------------------------------------------------------------------------------------------------------- XML

VOLUME = (
    '<?xml version="1.0"{}?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/><text><body>'
    '<div type="document" xml:id="d1"><head>1. Note</head>\n<p>{}</p></div></body></text></TEI>'
)


def test_a_wrong_byte_in_xml_costs_itself_alone(tmp_path: Path) -> None:
    for declared in ("", ' encoding="utf-8"'):
        data = VOLUME.format(declared, SAID["fr"]).encode().replace(b"pays", b"pa\xe9ys")
        found = document(tmp_path / "x.xml", data)
        assert found.text == SAID["fr"].replace("pays", "pa\N{REPLACEMENT CHARACTER}ys")
        assert counted(found) == ["1, in line 3"]


@pytest.mark.parametrize(
    ("label", "encoding", "language"),
    [
        ("iso-8859-1", "cp1252", "en"),
        ("windows-1251", "cp1251", "ru"),
        ("utf-16", "utf-16", "ja"),
        ("gb2312", "gb18030", "zh"),
        ("utf-8", "cp1251", "ru"),
    ],
)
def test_xml_is_in_the_encoding_that_it_names_or_shows(
    tmp_path: Path, label: str, encoding: str, language: str
) -> None:
    data = VOLUME.format(f' encoding="{label}"', SAID[language]).encode(encoding)
    found = document(tmp_path / "x.xml", data)
    assert (found.text, counted(found)) == (SAID[language], [])


@pytest.mark.parametrize("name", ["eacute", "nbsp", "mdash"])
def test_an_entity_that_xml_does_not_know_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.xml").write_text(VOLUME.format("", f"caf&{name}; and &amp;"))
    (tmp_path / "y.xml").write_text("")
    first, second = read([tmp_path / "x.xml", tmp_path / "y.xml"])
    assert isinstance(first, Skipped)
    assert first.reason.startswith(f"undefined entity &{name}; in line 3: ")
    assert isinstance(second, Skipped)
    assert second.reason == "empty"


@pytest.mark.parametrize("wrong", [b"\xff", b"\xff\xff"])
@pytest.mark.parametrize(("language", "codec"), EAST_ASIAN)
def test_a_wrong_byte_in_an_encoding_of_east_asia_costs_itself_alone(
    tmp_path: Path, language: str, codec: str, wrong: bytes
) -> None:
    said = SAID[language]
    at = len(said) // 2
    found = document(tmp_path / "x.txt", said[:at].encode(codec) + wrong + said[at:].encode(codec))
    # Windows' Japanese has a private character there.
    assert found.text.replace("\N{REPLACEMENT CHARACTER}", "").replace("\uf8f3", "") == said
    assert found.language == language.replace("tw", "zh")


@pytest.mark.parametrize(("declared", "codec"), [("UTF-8", "cp1252"), ("UTF-8", "cp1251"), ("windows-1252", "cp1252")])
def test_a_guess_is_told_of_tei_too(tmp_path: Path, declared: str, codec: str) -> None:
    said = SAID["ru" if codec == "cp1251" else "fr"]
    tei = f'<?xml version="1.0" encoding="{declared}"?><TEI><text><p>{said}</p></text></TEI>'
    found = document(tmp_path / "x.xml", tei.encode(codec))
    assert found.text == said
    name = codec.replace("cp", "windows-")
    assert counted(found, GUESSED) == ([name] if declared == "UTF-8" else [])
