"""Whole lines that a web page says of itself: the words of navigation, subscription, sharing, comments and closing.

All patterns are meant for `fullmatch` on one stripped line and ignore case. They are lists to be added to; what is
made of a match, and where in a text it counts, is decided in `clean.py`.
"""

import re
from typing import Final


def _lines_like(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


LONGEST_SITE_LINE: Final = 400
LONGEST_LABEL: Final = 60
LONGEST_CLOSING: Final = 2000

SITE: Final = _lines_like(
    r"you have not (?:yet )?added any (?:article|post|item|stor)\w* to your (?:bookmarks|favou?rites|reading list).*",
    r"join (?:over |more than )?[\d,.]+ ?[km]?\+? (?:people|readers|subscribers|others)\b.*",
    r"(?:do not|don.?t) worry,? we (?:do not|don.?t) spam\W*",
    r"(?:connect with|follow|find) us(?: on [\w, &/]{2,60})?\W*",
    r"follow @\w{2,30}(?: on \w+)?\W*",
    r"(?:please )?(?:subscribe|sign up)(?: now| today| here| free)?(?: (?:to|for) (?:our|the|my|this) .{0,60}"
    r"(?:newsletter|channel|updates|alerts|briefing|e-?mail)\w*.{0,60})?\W*",
    r"(?:click|tap) here to .{0,100}",
    r"(?:click|tap) to (?:share|e-?mail|print)\b.{0,80}",
    r"share (?:this|the) (?:article|story|post|page|news)\b.{0,60}|share this\W*",
    r"share (?:on|via) (?:facebook|twitter|x|whatsapp|linkedin|telegram|e-?mail)\W*",
    r"(?:add|save) (?:this )?(?:article |story )?to (?:your )?(?:bookmarks|reading list)\W*",
    r"bookmark this (?:article|page|story)\W*",
    r"(?:turn on|enable|allow|get) (?:push |instant |breaking )?(?:news )?(?:notifications|alerts)\b.{0,80}",
    r"post(?:ed)? by ?: ?.{2,60}",
    r"advertisements?|story continues below(?: this)? (?:advertisement|ad)|skip (?:to (?:main )?content|ad)",
    r"(?:also|must) (?:read|watch) ?(?::|\|).{0,200}",
    r"(?:we|this (?:web)?site|our partners) uses? cookies\b.{0,300}|(?:accept|reject) (?:all )?cookies",
    r"(?:diese|unsere) (?:web)?s(?:e?ite) (?:verwendet|benutzt|nutzt) cookies\b.{0,300}",
    r"your (?:e-?mail address|personal data) will not be (?:published|shared)\b.{0,120}",
    r"(?:zum|direkt zum) (?:inhalt|hauptinhalt)(?: springen)?|aller au contenu(?: principal)?|ir al contenido",
)
"""Lines that speak of the site and not of the world, wherever they stand."""

LABEL: Final = _lines_like(
    r"synopsis|key (?:takeaways|points|highlights)|in this (?:article|story)|listen to this article",
    r"top stories|latest(?: news| stories)?|breaking(?: news)?|most (?:read|popular|viewed)|popular(?: posts)?",
    r"trending(?: now)?|editorial(?: desk| team| staff)?|published|updated|posted|on|by|\d+ min(?:ute)?s? read",
    r"quick (?:read|links)|share|tweet|e-?mail|print|save|copy link|comments?|leave a (?:comment|reply)|tags?:?",
    r"home(?:page)?|menu|search|close|log ?(?:in|out)|sign (?:in|up|out)|register|my account|contact(?: us)?",
    r"about(?: us)?|privacy(?: (?:policy|notice|statement))?|cookie (?:policy|settings|preferences)|cookies",
    r"terms(?: (?:of (?:use|service)|(?:and|&) conditions))?|imprint|legal(?: notice)?|accessibility|site ?map|faqs?",
    r"facebook|twitter|whatsapp|linkedin|telegram|pinterest|reddit|instagram|youtube|flipboard|tumblr|rss(?: feeds?)?",
    r"related(?: (?:articles|posts|stories|news|topics|content|links))?:?|read (?:more|next|also)",
    r"more (?:stories|news|from .{1,40})|newsletters?|subscribe(?: now)?|advertise(?: with us)?|careers|jobs",
    r"you (?:may|might) (?:also )?like(?: this)?|recommended(?: for you)?|up next|don.t miss",
    r"(?:(?:previous|next|older|newer) )(?:post|article|story|page)s?|back to top|load more|show more|view all|see all",
    r"(?:share|tweet|pin|e-?mail|print|facebook|twitter|whatsapp|pinterest|linkedin)(?:[ ,|]+(?:share|tweet|pin|"
    r"e-?mail|print|facebook|twitter|whatsapp|pinterest|linkedin))+",
    r"archives?|categories|recent (?:posts|comments)|filed under:?.{0,40}|posted in .{1,50}|permalink|follow|sponsored",
    # German, French, Spanish, Italian, Portuguese, Dutch
    r"startseite|suche|suchen|anmelden|registrieren|impressum|datenschutz\w*|kontakt|agb|teilen|drucken|kommentare?",
    r"(?:das )?könnte (?:sie|dich) auch interessieren|mehr zum thema|meistgelesen|nach oben|weiterlesen|merken",
    r"werbung|anzeige|mediadaten|abo(?:nnieren)?|schlagw(?:ort|örter):?|kategorien?|themen|archiv|über uns|jetzt lesen",
    r"accueil|rechercher?|connexion|s.abonner|mentions légales|partager|imprimer|à lire aussi|commentaires",
    r"inicio|buscar|iniciar sesión|aviso legal|compartir|imprimir|te puede interesar|comentarios",
    r"cerca|accedi|condividi|stampa|leggi anche|commenti|contatti|chi siamo|início|entrar|compartilhar|leia também",
    r"zoeken|inloggen|delen|lees ook|reacties|privacybeleid",
    # Russian, Chinese, Japanese, Korean, Arabic
    r"главная|поиск|войти|поделиться|читайте также|комментарии|контакты|о нас|首页",
    r"登录|注册|分享|搜索|相关新闻|评论|ホーム|検索|ログイン|関連記事|シェア|お問い合わせ|홈|검색|로그인|회원가입|공유|관련기사|댓글",
    r"الرئيسية|بحث|مشاركة|اتصل بنا",
)
"""Labels and controls: too short to be told from genuine lines except by where they stand and how many there are."""

END: Final = _lines_like(
    r"\d{0,5} ?(?:comments?|responses?|replies|kommentare?|commentaires?|comentarios?|commenti)(?: \(?\d{1,5}\)?)?:?",
    r"\d{1,5} (?:responses|comments|thoughts|replies) (?:to|on) .{1,200}",
    r"(?:leave|post|write|add) (?:a|your) (?:comment|reply)\b.{0,60}|join the (?:conversation|discussion)\W*",
    r"schreiben? sie einen kommentar.{0,60}|laisser un commentaire|deja un comentario|lascia un commento",
    r"(?:.{2,60} )?on .{4,30} at \d{1,2}[:.]\d\d ?(?:[ap]m)? ?(?:said|says)?:?|.{2,40} (?:says|said|schreibt|sagt):",
    r"(?:related|recommended|similar|more)(?: \w+)? (?:articles|posts|stories|news|topics|content|links|videos):?",
    r"(?:share|teilen|partager|compartir|condividi)(?: this)?(?: (?:article|post|story|page|on|via|with))?\b.{0,20}",
    r"(?:tags|schlagw(?:ort|örter)|filed under|posted in|categories|topics|labels)\b:? ?.{0,50}",
    r"trending(?: now)?|most (?:read|popular|viewed)|meistgelesen|about the authors?|über den autor|more from .{1,40}",
    r"you (?:may|might) (?:also )?(?:like|enjoy)(?: this)?|(?:das )?könnte (?:sie|dich) auch interessieren",
    r"à lire aussi|leggi anche|te puede interesar|leia também|lees ook|читайте также|関連記事|相关新闻|관련기사",
)
"""Lines under which, on a web page, the article is over: comments, related articles, sharing, tags."""

CLOSING: Final = _lines_like(
    r"stay tuned\b.{0,160}",
    r"(?:copyright|©|\(c\)) ?(?:©|\(c\)|\d{4}|all rights).*",
    r"all rights reserved\W*.*",
    r".{0,200}\ball rights reserved\. ?(?:this (?:website|site|material)\b.*)?",
    r"disclaimer ?:.*",
    r".{0,200}\b(?:this (?:website|site)|the information on this (?:website|site))\b.{0,600}\b(?:professional advice|"
    r"informational purposes|not responsible|accuracy)\b.*",
    r"(?:this is a developing story|more details (?:to follow|soon))\W.{0,120}",
)
"""What closes a page: counts at its very end, one line after the other."""

LIST_LABEL: Final = _lines_like(
    r"(?:related|trending|most read|more stories|more news|you (?:may|might) (?:also )?like|read (?:more|next|also)|"
    r"recommended|latest news|top stories)\b.{0,30}"
)
"""Labels over a list of other articles' headlines."""


def is_site(line: str) -> bool:
    """Whether the line speaks of the site."""
    return len(line) < LONGEST_SITE_LINE and SITE.fullmatch(line) is not None


def is_label(line: str) -> bool:
    """Whether the line is a label or control."""
    return len(line) < LONGEST_LABEL and LABEL.fullmatch(line) is not None


def is_end(line: str) -> bool:
    """Whether the article is over where this line stands, if it is a web page's."""
    return len(line) < LONGEST_SITE_LINE and END.fullmatch(line) is not None


def is_closing(line: str) -> bool:
    """Whether the line is one that closes a page: a copyright line, a disclaimer."""
    return CLOSING.fullmatch(line[:LONGEST_CLOSING]) is not None
