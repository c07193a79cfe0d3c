"""Spellings of one word: a question in any of them finds all that write it in any other, before everything else."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import dragoman

from .share import Share

_BRITISH = (
    "defence=defense programme=program organisation=organization denuclearisation=denuclearization labour=labor "
    "centre=center travelled=traveled analyse=analyze cheque=check sceptical=skeptical manoeuvres=maneuvers grey=gray "
    "neighbouring=neighboring behaviour=behavior licence=license fulfilment=fulfillment jewellery=jewelry "
    "catalogue=catalog aluminium=aluminum paediatric=pediatric unrecognised=unrecognized mobilisation=mobilization "
    "theatres=theaters kilometres=kilometers counsellor=counselor harbours=harbors plough=plow sulphur=sulfur"
)
_CLOSED = (
    "cease-fire peace-keeping policy-makers build-up sub-committee vice-president co-operation counter-terrorism "
    "air-strikes re-election non-proliferation war-heads break-through take-over round-table work-force head-quarters "
    "stock-piling land-mines anti-aircraft inter-governmental follow-up draw-down cyber-attacks co-ordination "
    "ship-building"
)
_NUMBERS = (
    ("28,500 men", "28500 men", "28 500 men", "28\u202f500 men"),
    ("1,450,000 men", "1450000 men", "1 450 000 men", "14,50,000 men"),
    ("17%", "17 %", "17 percent", "17 per cent", "17pc"),
    ("$6 billion", "6bn", "US$6bn", "6 bn", "€6 billion"),
    ("1,900 km", "1900km", "1900 kilometres", "1 900 kilometers"),
    ("35 kg", "35kg", "35 kilograms"),
    ("450 MW", "450MW", "450 megawatts"),
    ("F-35A", "F35A"),
    ("F-16", "F16"),
    ("KF-21", "KF21"),
    ("MiG-29", "MiG29", "MIG 29"),
    ("KC-135", "KC135"),
    ("S-400", "S400"),
    ("T-72B3", "T72B3"),
    ("Su-57", "SU57"),
    ("Tu-160M", "Tu160M"),
)
_NAMES = (
    ("Putin", "Путин", "プーチン", "بوتين", "普京"),
    ("Xi Jinping", "习近平", "習近平", "Си Цзиньпин", "시진핑"),
    ("Lee Jae-myung", "이재명", "李在明"),
    ("Zelensky", "Zelenskyy", "Zelenskiy", "Зеленський", "زيلينسكي"),
    ("Merkel", "Меркель", "メルケル"),
    ("Netanyahu", "נתניהו", "نتنياهو", "Нетаньяху"),
    ("Erdogan", "Erdoğan", "Эрдоган", "أردوغان"),
    ("Lavrov", "Лавров", "Lawrow", "ラブロフ"),
    ("Khrushchev", "Chruschtschow", "Хрущёв", "フルシチョフ"),
    ("Mao Zedong", "Mao Tse-tung", "毛泽东", "毛沢東"),
    ("Kim Jong-un", "김정은", "金正恩", "Ким Чен Ын"),
    ("Gaddafi", "Qadhafi", "القذافي", "Каддафи"),
    ("Japan", "日本", "Япония", "اليابان"),
    ("Türkiye", "Turkey", "Турция", "土耳其"),
    ("Germany", "Германия", "ドイツ", "德国"),
    ("Ukraine", "Украина", "ウクライナ", "乌克兰"),
)


def measure(work: Path) -> Iterator[Share]:
    """Words in other spellings, compounds, numbers with their units, designations, and names across scripts."""
    british = [tuple(pair.split("=")) for pair in _BRITISH.split()]
    closed = [(each.replace("-", ""), each, each.replace("-", " ")) for each in _CLOSED.split()]
    yield _share(work, "British and American spelling", british)
    yield _share(work, "compounds in one word or two", closed)
    yield _share(work, "numbers, measures, designations", _NUMBERS, ("F-35B", "F-35", "F-3", "F-1", "17 men"))
    yield _share(work, "names across spellings and scripts", _NAMES)


def _share(work: Path, kind: str, groups: Sequence[Sequence[str]], others: Sequence[str] = ()) -> Share:
    """A question for each way to write each thing is right if its first hits are all that write it in any way."""
    documents = [
        dragoman.Document(f"{number}-{way}", f"We heard of {written} at the meeting on Monday.")
        for number, group in enumerate(groups)
        for way, written in enumerate(group)
    ]
    documents += [dragoman.Document(f"x-{n}", f"He heard of {each} on Monday.") for n, each in enumerate(others)]
    right = asked = 0
    with dragoman.create_collection(work / kind) as collection:
        collection.add(documents)
        for number, group in enumerate(groups):
            for question in group:
                hits = collection.search(question, mode="keyword", limit=len(group), fold=False).hits
                right += {hit.document.id for hit in hits} == {f"{number}-{way}" for way in range(len(group))}
                asked += 1
    return Share(kind, right, asked)
