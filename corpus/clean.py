"""Boilerplate out of plain text whose markup is lost: what a scraper caught around the article.

Only the surest signs count, because a line wrongly cut is lost to every search: whole lines that a site says of
itself anywhere, bare labels only around the article (before its first paragraph or after its last), and at the end
headlines that alternate with cut-off teasers. Summaries such as "Key Takeaways" keep their points, which are
statements on the matter, and lose their label. What was cut is returned.
"""

import re
from dataclasses import dataclass
from typing import Final

_EDGE: Final = 60
"""How many lines at either end may be labels, related headlines and the like."""

_PARAGRAPH: Final = 60
"""How many characters a line has at least that counts as a paragraph of the article, if it ends as sentences do."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The article's own text, and the lines that were cut from around it, in order."""

    text: str
    cut: tuple[str, ...]


def _lines_like(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


# Whole lines that speak of the site and not of the world: cut wherever they stand.
_SITE = _lines_like(
    r"you have not (?:yet )?added any (?:article|post|item|stor)\w* to your (?:bookmarks|favou?rites|reading list).*",
    r"join (?:over |more than )?[\d,.]+ ?[km]?\+? (?:people|readers|subscribers|others)\b.*",
    r"(?:do not|don.?t) worry,? we (?:do not|don.?t) spam\W*",
    r"(?:connect with|follow|find) us(?: on [\w, &/]{2,60})?\W*",
    r"(?:please )?(?:subscribe|sign up)(?: now| today| here| free)?(?: (?:to|for) (?:our|the|my|this) .{0,60}"
    r"(?:newsletter|channel|updates|alerts|briefing|e-?mail)\w*.{0,60})?\W*",
    r"(?:click|tap) here to .{0,100}",
    r"share (?:this|the) (?:article|story|post|page|news)\b.{0,60}",
    r"share (?:on|via) (?:facebook|twitter|x|whatsapp|linkedin|telegram|e-?mail)\W*",
    r"(?:add|save) (?:this )?(?:article |story )?to (?:your )?(?:bookmarks|reading list)\W*",
    r"bookmark this (?:article|page|story)\W*",
    r"(?:turn on|enable|allow|get) (?:push |instant |breaking )?(?:news )?(?:notifications|alerts)\b.{0,80}",
    r"post(?:ed)? by ?: ?.{2,60}",
    r"advertisements?|story continues below(?: this)? (?:advertisement|ad)|skip (?:to (?:main )?content|ad)",
    r"(?:also|must) (?:read|watch) ?(?::|\|).{0,200}",
    r"we use cookies\b.{0,300}|(?:accept|reject) (?:all )?cookies",
)

# Bare labels and controls: cut only around the article, and only where there are two of them at least.
_LABEL = _lines_like(
    r"synopsis|key (?:takeaways|points|highlights)|in this (?:article|story)|listen to this article",
    r"top stories|latest(?: news| stories)?|breaking(?: news)?|most (?:read|popular|viewed)|popular(?: posts)?",
    r"trending(?: now)?|editorial(?: desk| team| staff)?|published|updated|posted|on|by|\d+ min(?:ute)?s? read",
    r"quick (?:read|links)|share|tweet|e-?mail|print|save|copy link|comments?|leave a (?:comment|reply)|tags?:?",
    r"home|menu|search|close|log ?in|sign in|register|contact(?: us)?|about(?: us)?|privacy policy",
    r"terms of (?:use|service)|facebook|twitter|whatsapp|linkedin|telegram|pinterest|reddit|instagram|youtube",
    r"related(?: (?:articles|posts|stories|news|topics))?:?|read (?:more|next|also)|more (?:stories|news|from .{1,40})",
    r"you (?:may|might) (?:also )?like(?: this)?|recommended(?: for you)?|up next|don.t miss",
)

# What closes a page: cut at its very end, one line after the other.
_CLOSING = _lines_like(
    r"stay tuned\b.{0,160}",
    r"(?:copyright|©|\(c\)) ?(?:©|\(c\)|\d{4}|all rights).*",
    r"all rights reserved\W*.*",
    r".{0,200}\ball rights reserved\. ?(?:this (?:website|site|material)\b.*)?",
    r"disclaimer ?:.*",
    r".{0,200}\b(?:this (?:website|site)|the information on this (?:website|site))\b.{0,600}\b(?:professional advice|"
    r"informational purposes|not responsible|accuracy)\b.*",
    r"(?:this is a developing story|more details (?:to follow|soon))\W.{0,120}",
)

_LIST_LABEL = re.compile(
    r"(?:related|trending|most read|more stories|more news|you (?:may|might) (?:also )?like|read (?:more|next|also)|"
    r"recommended|latest news|top stories)\b.{0,30}",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?…:;。！？।۔؟][\"'”’»›)\]」』]*$")
_SMALL_WORDS: Final = frozenset(
    {"a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "is", "it", "its", "of", "off", "on", "or"}
    | {"over", "per", "the", "to", "up", "via", "vs", "with"}
)


def clean(text: str) -> Cleaned:
    """The text without what is not the article. A text that holds nothing of the kind comes back as it is.

    It takes time in proportion to the text, and never cuts all of it.
    """
    lines = text.split("\n")
    shown = [number for number, line in enumerate(lines) if line.strip()]
    content = {number: lines[number].strip() for number in shown}
    cut = {number for number in shown if len(content[number]) < 400 and _SITE.fullmatch(content[number])}
    cut |= _closing_lines(content, [number for number in shown if number not in cut])
    kept = [number for number in shown if number not in cut]
    cut |= _labels(content, kept, len(cut))
    kept = [number for number in kept if number not in cut]
    cut |= _related(content, kept)
    if not cut or len(cut) == len(shown):
        return Cleaned(text, ())
    remaining = "\n".join(line for number, line in enumerate(lines) if number not in cut)
    return Cleaned(re.sub(r"\n(?:[^\S\n]*\n){2,}", "\n\n", remaining).strip(), tuple(content[n] for n in sorted(cut)))


def _closing_lines(content: dict[int, str], kept: list[int]) -> set[int]:
    cut: set[int] = set()
    for number in reversed(kept[-_EDGE:]):
        line = content[number]
        if not (_CLOSING.fullmatch(line[:2000]) or (_LABEL.fullmatch(line[:100]) and len(line) < 100)):
            break
        cut.add(number)
    # Labels alone are no sign: a play may close with "Print".
    return cut if any(_CLOSING.fullmatch(content[number][:2000]) for number in cut) else set()


def _is_paragraph(line: str) -> bool:
    return len(line) >= _PARAGRAPH and bool(_ENDS.search(line[-8:])) and not _is_headline(line)


def _labels(content: dict[int, str], kept: list[int], certain: int) -> set[int]:
    """Bare labels before the first paragraph and after the last, if there is other boilerplate or two of them."""
    paragraphs = [place for place, number in enumerate(kept) if _is_paragraph(content[number])]
    if not paragraphs:
        return set()
    around = kept[: min(paragraphs[0], _EDGE)] + kept[max(paragraphs[-1] + 1, len(kept) - _EDGE) :]
    labels = {number for number in around if len(content[number]) < 60 and _LABEL.fullmatch(content[number])}
    return labels if len(labels) + certain >= 2 else set()


def _related(content: dict[int, str], kept: list[int]) -> set[int]:
    """The headlines of other articles after the last paragraph: two with their teasers, or three under a label."""
    last = max((place for place, number in enumerate(kept) if _is_paragraph(content[number])), default=None)
    if last is None:
        return set()
    tail = kept[last + 1 :]
    if not 3 <= len(tail) <= _EDGE:
        return set()
    for place, number in enumerate(tail):
        rest = [content[each] for each in tail[place:]]
        if _LIST_LABEL.fullmatch(rest[0]) and len(rest) > 3 and all(map(_is_headline, rest[1:])):
            return set(tail[place:])
        pairs = zip(rest[::2], rest[1::2], strict=False)
        teased = sum(_is_headline(head) and _teases(head, below) for head, below in pairs)
        if teased >= 2 and teased >= len(rest) // 2 and number not in tail[-3:]:
            return set(tail[place:])
    return set()


def _is_headline(line: str) -> bool:
    """Whether a line is about as long as headlines are and Capitalised as They Are."""
    if not 25 <= len(line) <= 160 or line.endswith((".", ",", ";", ":")):
        return False
    words = [word for word in line.split() if word.strip("-–—&") and word.lower() not in _SMALL_WORDS]
    return len(words) >= 3 and sum(not word[0].islower() for word in words) >= 0.75 * len(words)


def _teases(headline: str, line: str) -> bool:
    """Whether a line is the cut-off beginning of the article under that headline."""
    if not 60 <= len(line) <= 300 or _ENDS.search(line[-8:]) or sum(map(str.islower, line.split())) < 5:
        return False
    words = set(re.findall(r"\w{4,}", headline.lower()))
    return not words.isdisjoint(re.findall(r"\w{4,}", line.lower()))
