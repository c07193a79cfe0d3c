"""Countries: one usual English short name for each, and where a text names them.

The names come from pycountry (ISO 3166) and, where its names are not the usual ones or it has none, from the tables
here: the European Union, Kosovo and states that are no more are in the archives as much as any other.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

# Where the usual name differs from ISO's, by ISO code.
_USUAL: Final = {
    "BN": "Brunei", "BO": "Bolivia", "CD": "Democratic Republic of the Congo", "CG": "Republic of the Congo",
    "CI": "Côte d’Ivoire", "CV": "Cabo Verde", "CZ": "Czechia", "FK": "Falkland Islands", "FM": "Micronesia",
    "GB": "United Kingdom", "HK": "Hong Kong", "IR": "Iran", "KP": "North Korea", "KR": "South Korea", "LA": "Laos",
    "MD": "Moldova", "MO": "Macau", "NL": "Netherlands", "PS": "Palestine", "RU": "Russia", "SY": "Syria",
    "SZ": "Eswatini", "TL": "Timor-Leste", "TR": "Türkiye", "TW": "Taiwan", "TZ": "Tanzania", "US": "United States",
    "VA": "Holy See", "VE": "Venezuela", "VN": "Vietnam", "MF": "Saint Martin", "SX": "Sint Maarten",
    "SH": "Saint Helena", "VG": "British Virgin Islands", "VI": "US Virgin Islands",
}  # fmt: skip

# Other names, usual name first: those that a text may use as well.
_ALIASES: Final = """
Afghanistan: Islamic Emirate of Afghanistan
Bolivia: Plurinational State of Bolivia
Bosnia and Herzegovina: Bosnia, Bosnia-Herzegovina, Bosnia & Herzegovina
Cabo Verde: Cape Verde
Cambodia: Kampuchea
Central African Republic:
China: People’s Republic of China, PRC, P.R.C., Communist China, Red China, Mainland China, P.R. China, PR China
Côte d’Ivoire: Ivory Coast
Czechia: Czech Republic
Czechoslovakia:
Democratic Republic of the Congo: DR Congo, DRC, D.R. Congo, Congo-Kinshasa, Zaire, Democratic Republic of Congo
East Germany: GDR, G.D.R., German Democratic Republic, East German, East Germans
Eswatini: Swaziland
European Union: EU, E.U., European Communities, European Community
Gambia: The Gambia
Germany: Federal Republic of Germany, FRG, F.R.G.
Holy See: Vatican, Vatican City, Vatican City State
Hong Kong:
Iran: Islamic Republic of Iran, Persia
Kosovo: Republic of Kosovo
Kyrgyzstan: Kyrgyz Republic
Laos: Lao PDR, Lao People’s Democratic Republic
Libya: Libyan Arab Jamahiriya
Macau: Macao
Micronesia: Federated States of Micronesia
Myanmar: Burma
Netherlands: Holland, The Netherlands
North Korea: DPRK, D.P.R.K., Democratic People’s Republic of Korea
North Macedonia: Macedonia, FYROM
North Vietnam: Democratic Republic of Vietnam, DRV, North Viet-Nam, North Vietnamese
Palestine: State of Palestine
Republic of the Congo: Congo-Brazzaville
Russia: Russian Federation
Saudi Arabia: KSA, Kingdom of Saudi Arabia
South Africa: Republic of South Africa
South Korea: ROK, R.O.K., Republic of Korea
South Vietnam: Republic of Vietnam, South Viet-Nam, South Vietnamese
Soviet Union: USSR, U.S.S.R., Soviet Russia, Soviets, Soviet, Union of Soviet Socialist Republics
Sri Lanka: Ceylon
Syria: Syrian Arab Republic
São Tomé and Príncipe: Sao Tome and Principe
Taiwan: Republic of China, Formosa, Chinese Taipei
Thailand: Siam
Timor-Leste: East Timor
Türkiye: Turkey, Republic of Türkiye, Republic of Turkey, Turkiye
United Arab Emirates: UAE, U.A.E., Emirates
United Kingdom: UK, U.K., Great Britain, Britain, England, Northern Ireland
United States: U.S., U. S., US, USA, U.S.A., America, United States of America
Vanuatu: New Hebrides
Venezuela: Bolivarian Republic of Venezuela
Vietnam: Viet Nam, Viet-Nam, Socialist Republic of Vietnam
West Germany: West German, West Germans
Yugoslavia: Yugoslav, Yugoslavs, Yugoslavian
"""

# A country's people and adjective; a plural in -s goes without saying.
_DEMONYMS: Final = """
AF Afghan; AL Albanian; DZ Algerian; AD Andorran; AO Angolan; AR Argentine, Argentinian; AM Armenian; AU Australian,
Aussie; AT Austrian; AZ Azerbaijani, Azeri; BS Bahamian; BH Bahraini; BD Bangladeshi; BB Barbadian; BY Belarusian,
Belarussian; BE Belgian; BZ Belizean; BJ Beninese; BT Bhutanese; BO Bolivian; BA Bosnian; BW Botswanan; BR Brazilian;
BN Bruneian; BG Bulgarian; BF Burkinabe; MM Burmese; BI Burundian; KH Cambodian; CM Cameroonian; CA Canadian;
TD Chadian; CL Chilean; CN Chinese; CO Colombian; CD Congolese; CR Costa Rican; HR Croatian, Croat; CU Cuban;
CY Cypriot; CZ Czech; DK Danish, Dane; DJ Djiboutian; DO Dominican; TL Timorese; EC Ecuadorian, Ecuadorean;
EG Egyptian; SV Salvadoran, Salvadorean; GQ Equatoguinean; ER Eritrean; EE Estonian; ET Ethiopian; FJ Fijian;
FI Finnish, Finn; FR French, Frenchman, Frenchmen; GA Gabonese; GM Gambian; GE Georgian; DE German; GH Ghanaian;
GR Greek; GT Guatemalan; GN Guinean; GY Guyanese; HT Haitian; HN Honduran; HU Hungarian; IS Icelandic, Icelander;
IN Indian; ID Indonesian; IR Iranian; IQ Iraqi; IE Irish, Irishman; IL Israeli; IT Italian; CI Ivorian; JM Jamaican;
JP Japanese; JO Jordanian; KZ Kazakh, Kazakhstani; KE Kenyan; XK Kosovar; KW Kuwaiti; KG Kyrgyz; LA Laotian, Lao;
LV Latvian; LB Lebanese; LR Liberian; LY Libyan; LI Liechtensteiner; LT Lithuanian; LU Luxembourgish, Luxembourger;
MG Malagasy; MW Malawian; MY Malaysian; MV Maldivian; ML Malian; MT Maltese; MR Mauritanian; MU Mauritian;
MX Mexican; MD Moldovan; MN Mongolian; ME Montenegrin; MA Moroccan; MZ Mozambican; NA Namibian; NP Nepalese, Nepali;
NL Dutch, Dutchman; NZ New Zealander; NI Nicaraguan; NE Nigerien; NG Nigerian; KP North Korean; MK Macedonian,
North Macedonian; NO Norwegian; OM Omani; PK Pakistani; PW Palauan; PS Palestinian; PA Panamanian; PG Papua New
Guinean; PY Paraguayan; PE Peruvian; PH Philippine, Filipino; PL Polish, Pole; PT Portuguese; QA Qatari;
RO Romanian, Rumanian; RU Russian; RW Rwandan; SA Saudi, Saudi Arabian; SN Senegalese; RS Serbian, Serb;
SL Sierra Leonean; SG Singaporean; SK Slovak, Slovakian; SI Slovenian, Slovene; SO Somali; ZA South African;
KR South Korean; SS South Sudanese; ES Spanish, Spaniard; LK Sri Lankan, Ceylonese; SD Sudanese; SR Surinamese;
SE Swedish, Swede; CH Swiss; SY Syrian; TW Taiwanese; TJ Tajik; TZ Tanzanian; TH Thai; TG Togolese; TO Tongan;
TT Trinidadian; TN Tunisian; TR Turkish, Turk; TM Turkmen; UG Ugandan; UA Ukrainian; AE Emirati; GB British, Briton;
US American; UY Uruguayan; UZ Uzbek; VU Vanuatuan; VE Venezuelan; VN Vietnamese, Viet; YE Yemeni; ZM Zambian;
ZW Zimbabwean
"""

# Names that hold a country's but mean none, or another. They are found first, and count for nothing.
_NOT_COUNTRIES: Final = """
Latin America, Latin American, South America, South American, North America, North American, Central America,
Central American, Inter-American, Organization of American States, Pan American, Pan-American, African American,
African-American, American Samoa, American Indian, American Indians, Native American, Native Americans, Indian Ocean,
Indian Idol, Indian Affairs, West Indian, West Indies, South China Sea, East China Sea, South China Morning Post,
China Sea, Sea of Japan, Gulf of Mexico, New Mexico, New England, New Guinea, British Columbia, British Virgin Islands,
French Guiana, French Polynesia, French Fries, Dutch Antilles, River Jordan, Jordan River, Jordan Valley, Niger Delta,
Niger River, Guinea pig, Guinea pigs, Lake Chad, Georgia Tech, Gulf of Guinea, Gulf of Oman, Persian Gulf,
English Channel, Bank of America, Voice of America, Cuban heel, Swiss cheese, Turkish delight, Russian roulette,
US Airways, USA Today, US Open, Air America, Korea Republic, US Virgin Islands, Northern Cyprus Turkish
"""

_NOT_STATES: Final = (
    "AI AQ AS AW AX BL BM BQ BV CC CK CW CX FK FO GF GG GI GL GP GS GU HM IM IO JE KY MF MP MQ MS NC NF NU PF PM PN PR"
    " RE SH SJ SX TC TF TK UM VG VI WF YT EH"
)

_SAMPLE: Final = 20_000
"""How much of a text is looked at to tell which Georgia it speaks of, in characters."""

_FIRST_NAMES: Final = (
    r"Air|Michael|Vernon|Hamilton|Barbara|Neil|Jim|James|Eric|Robert|Thomas|William|David|Amy|Jeff|Louis|Deandre|Don|Len|George|Denzel|Kerry|"
    r"Mr\.?|Mrs\.?|Ms\.?|Miss|Dr\.?|Senator|Sen\.|Congressman|Congresswoman|Secretary|General|Gen\.|Col\."
)
_NAMED_PERSON = re.compile(rf"\b(?:{_FIRST_NAMES}|[A-Z]\.)\s$")
# After a country a capital letter means a headline's verb ("Jordan Says") or an office; after a first name, a surname.
_AFTER_A_COUNTRY = re.compile(
    r"\s(?:[A-Z]\w*[a-z]s|And|Is|To|Has|Will|On|In|For|King|Queen|Prime|Foreign|President|Crown|Army|Air|Government|Deal|"
    r"Border|Talks|Summit|Visit|Trip|Ties|Aid|War|Ministry|Embassy|[A-Z]{2,})\b"
)
_SURNAME = re.compile(r"\s[A-Z][a-z]+")
_US_STATE = re.compile(
    r"Atlanta|Savannah|Augusta|Macon\b|Columbus|Plains|Fort (?:Benning|Gordon|McPherson|Stewart)|Warm Springs"
    r"|Alabama|Florida|Carolina|Tennessee|Mississippi|Louisiana|Virginia|Texas|Senator|Congress(?:man|woman)|Governor"
    r"|Gov\.|Sen\.|Rep\.|Republican|Democrat(?:ic|s)\b|State of|Jimmy Carter|Dean Rusk|Sam Nunn|Emory|University of"
)
_CAUCASUS = re.compile(r"Tbilisi|Tiflis|Abkhaz|Ossetia|Russia|Armenia|Azerbaijan|Black Sea|NATO|EU\b|Saakashvili")
# Where the words around Georgia tell nothing, the rest of the text does.
_US_STATE_ELSEWHERE = re.compile(
    r"Atlanta|Savannah|Ellabell|Bryan County|state of Georgia|Georgia (?:state|National Guard)|Hyundai"
    r"|Immigration and Customs|\bICE\b|Brian Kemp|Governor Kemp|Raffensperger|Fort (?:Benning|Gordon|Moore)"
)
_CAUCASUS_ELSEWHERE = re.compile(
    r"Tbilisi|Tiflis|Abkhaz|Ossetia|Caucas|Saakashvili|Zourabichvili|Kavelashvili|Kobakhidze|Georgian|Armenia|Azerbaijan"
)
_BIRD = re.compile(r"(?:Thanksgiving|[Rr]oast(?:ed)?|[Ss]tuffed|[Ww]ild) $")
_OF_THE_BIRD = re.compile(r" (?:dinner|sandwich|breast|leg|Trot|is (?:served|roasted|carved))")
_SEE_CONTEXT: Final = frozenset({"US", "Jordan", "Chad", "Georgia", "Israel", "Turkey"})

# Capitals stand for their governments where a word says so: "Seoul’s government", "the Beijing leadership".
_CAPITALS: Final = """
AE Abu Dhabi; AF Kabul; AM Yerevan; AR Buenos Aires; AT Vienna; AU Canberra; AZ Baku; BD Dhaka; BE Brussels; BG Sofia;
BR Brasília, Brasilia; BY Minsk; CA Ottawa; CH Bern; CL Santiago; CN Beijing, Peking; CO Bogotá, Bogota; CU Havana;
CZ Prague; DE Berlin, Bonn; DK Copenhagen; DZ Algiers; EE Tallinn; EG Cairo; ES Madrid; ET Addis Ababa; FI Helsinki;
FR Paris; GB London; GE Tbilisi; GR Athens; HR Zagreb; HU Budapest; ID Jakarta; IE Dublin; IL Jerusalem; IN New Delhi,
Delhi; IQ Baghdad; IR Tehran, Teheran; IT Rome; JO Amman; JP Tokyo; KE Nairobi; KH Phnom Penh; KP Pyongyang; KR Seoul;
KZ Astana; LA Vientiane; LB Beirut; LT Vilnius; LV Riga; LY Tripoli; MA Rabat; MD Chisinau; MM Naypyidaw;
MN Ulaanbaatar; MX Mexico City; MY Kuala Lumpur; NG Abuja; NL The Hague; NO Oslo; NP Kathmandu; NZ Wellington;
OM Muscat; PE Lima; PH Manila; PK Islamabad; PL Warsaw; PT Lisbon; QA Doha; RO Bucharest; RS Belgrade; RU Moscow;
SA Riyadh; SD Khartoum; SE Stockholm; SY Damascus; TH Bangkok; TN Tunis; TR Ankara; TW Taipei; UA Kyiv, Kiev;
US Washington; UZ Tashkent; VE Caracas; VN Hanoi; YE Sanaa; ZA Pretoria; ZW Harare
"""
_GOVERNING: Final = (
    r"(?:(?:['’]s?)? (?i:government|leaders(?:hip)?|authorities|administration|regime|officials|diplomats|envoys?"
    r"|position|(?:foreign|defen[cs]e|unification|trade) (?:ministry|minister|policy))"
    r"| (?:has |had )?(?:said|says|agreed|agrees|warned|insist(?:s|ed)|denie[sd]|accuse[sd]|reject(?:s|ed)|welcome[sd]"
    r"|condemn(?:s|ed)|announced|wants|hopes|seeks|aims|pledged|urged|refuse[sd]|responded|retaliated|summoned))\b"
)


class Mention(NamedTuple):
    """One place in a text that names a country, with the country's usual name."""

    start: int
    end: int
    country: str


def canonical_country(name: str) -> str | None:
    """The usual English short name of the country that `name` stands for, or None if it stands for none.

    `name` is a short or an official name, an ISO 3166 code of two or three letters, or a usual abbreviation; case,
    accents, full stops and a leading "the" make no difference. "Korea" and "Congo" mean two countries each and so
    none here.
    """
    return _names().get(_key(name))


def is_capital(name: str) -> bool:
    """Whether that is the English name of one of the capitals that the news speaks of."""
    return name in _capitals()


def countries_in(text: str) -> list[str]:
    """The countries that a text names, in order of their first mention, each once."""
    return list(dict.fromkeys(mention.country for mention in country_mentions(text)))


def country_mentions(text: str) -> Iterator[Mention]:
    """Each place where a text names a country, by a name, an abbreviation or an adjective, in order.

    A capital names its country where the words after it mean the government: "Seoul’s government", "Seoul agreed".
    """
    pattern, countries = _mentions()
    for found in pattern.finditer(text):
        if capital := found["capital"]:
            # George Washington said
            if not _NAMED_PERSON.search(text[max(0, found.start() - 60) : found.start()]):
                yield Mention(found.start(), found.end("capital"), _capitals()[capital])
            continue
        country = countries[found[0]]
        if country and not (found[0] in _SEE_CONTEXT and _means_something_else(text, found)):
            yield Mention(found.start(), found.end(), country)


def _means_something_else(text: str, found: re.Match[str]) -> bool:
    """Whether the words around a name tell that it is a person's, a state's of the US, or the pronoun in capitals."""
    before, after = text[max(0, found.start() - 60) : found.start()], text[found.end() : found.end() + 60]
    if found[0] == "US":
        line = before.rpartition("\n")[2] + after.partition("\n")[0]
        return line.isupper() and sum(map(str.isalpha, line)) > 8
    if found[0] == "Georgia":
        around = f"{before[-40:]} {after[:40]}"
        return not _CAUCASUS.search(around) and (bool(_US_STATE.search(around)) or _is_american(text[:_SAMPLE]))
    if found[0] == "Turkey":
        return bool(_BIRD.search(before) or _OF_THE_BIRD.match(after))
    if _NAMED_PERSON.search(before):
        return True
    return found[0] != "Israel" and bool(_SURNAME.match(after)) and not _AFTER_A_COUNTRY.match(after)


@lru_cache(maxsize=1)
def _is_american(sample: str) -> bool:
    """Whether a text that names Georgia speaks of the United States; kept, since it may name it on every line."""
    return bool(_US_STATE_ELSEWHERE.search(sample)) and not _CAUCASUS_ELSEWHERE.search(sample)


def _key(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.replace("’", "'"))
    folded = "".join(char for char in letters if not unicodedata.combining(char) and char != ".")
    words = folded.casefold().replace("&", " and ").replace("-", " ").replace(",", " ").split()
    words = ["saint" if word == "st" else word for word in words]
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


def _aliases() -> Iterator[tuple[str, str]]:
    for line in _ALIASES.strip().splitlines():
        country, _, others = line.partition(":")
        for name in (country, *others.split(",")):
            if name.strip():
                yield country, name.strip()


def _states() -> dict[str, str]:
    """Usual names by ISO code."""
    import pycountry

    return {each.alpha_2: _USUAL.get(each.alpha_2, each.name) for each in pycountry.countries} | {"XK": "Kosovo"}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    import pycountry

    names = {_key(country): country for country in _states().values()}
    for each in pycountry.countries:
        usual = _USUAL.get(each.alpha_2, each.name)
        for attribute in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
            if (name := getattr(each, attribute, None)) is not None:
                names[_key(name)] = usual
    names |= {"xk": "Kosovo", "xkx": "Kosovo", "scotland": "United Kingdom", "wales": "United Kingdom"}
    names.update((_key(name), country) for country, name in _aliases())
    for ambiguous in ("congo", "korea"):
        names.pop(ambiguous, None)
    return names


@lru_cache(maxsize=1)
def _capitals() -> dict[str, str]:
    """The usual name of each capital's country."""
    states = _states()
    entries = (entry.strip().partition(" ") for entry in _CAPITALS.replace("\n", " ").split(";"))
    return {name.strip(): states[code] for code, _, names in entries for name in names.split(",")}


@lru_cache(maxsize=1)
def _mentions() -> tuple[re.Pattern[str], dict[str, str]]:
    """The one pattern of all names, longest first, and the country of each; "" for names that mean none."""
    states = _states()
    countries = {name: name for code, name in states.items() if code not in _NOT_STATES.split() and "," not in name}
    for entry in _DEMONYMS.replace("\n", " ").split(";"):
        code, _, adjectives = entry.strip().partition(" ")
        for adjective in adjectives.split(", "):
            countries[adjective.strip()] = states[code]
            if not adjective.endswith(("s", "sh", "ese", "ch", "men", "man")):
                countries[adjective.strip() + "s"] = states[code]
    countries.update((name, country) for country, name in _aliases())
    countries.update((name.strip(), "") for name in _NOT_COUNTRIES.replace("\n", " ").split(","))
    for name, country in list(countries.items()):
        for spelling in (name.replace("’", "'"), name.replace("ü", "u").replace("ô", "o")):
            countries.setdefault(spelling, country)
        if len(name) > 3:
            countries.setdefault(name.upper(), country)
    alternatives = [
        f"{first}(?:{'|'.join(re.escape(name[1:]) for name in sorted(names, key=len, reverse=True))})"
        for first, names in groupby(sorted(countries), key=lambda name: name[0])
    ]
    capitals = "|".join(map(re.escape, sorted(_capitals(), key=len, reverse=True)))
    governed = rf"(?P<capital>{capitals}){_GOVERNING}"
    return re.compile(rf"(?<!\w)(?:(?:{'|'.join(alternatives)})(?!\w)|{governed})"), countries
