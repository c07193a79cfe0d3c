"""Pages that a site sends instead of an article are skipped with the reason, and articles about such pages are not."""

from pathlib import Path

import pytest

from dragoman.corpus.description.suspects import suspects
from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import Skipped


def found(tmp_path: Path, title: str, body: str) -> Document | Skipped:
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    (only,) = read([tmp_path / "page.html"])
    return only


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        ("Just a moment...", "<h2>Checking if the site connection is secure</h2><p>Enable JavaScript and cookies</p>",
         "a captcha"),
        ("Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1><p>This website is using a security "
         "service to protect itself from online attacks, and your action was one.</p>", "a captcha"),
        ("example.de", "<p>Bitte bestätigen Sie, dass Sie kein Roboter sind.</p>", "a captcha"),
        ("example.cn", "<p>请完成安全验证</p>", "a captcha"),
        ("Example", "<div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript>",
         "a page that shows nothing without JavaScript"),
        ("Example", "<p>Veuillez activer JavaScript pour continuer.</p>", "a page that shows nothing"),
        ("Einwilligung", "<p>Mit Werbung weiterlesen</p><p>Besuchen Sie uns wie gewohnt mit Werbung und Cookies, indem "
         "Sie den Cookies zustimmen.</p>", "a page that asks for consent"),
        ("Page not found", "<h1>404 – Page not found</h1><p>The page you are looking for might have been removed, had "
         "its name changed, or is temporarily unavailable.</p>", "an error page"),
        ("403 Forbidden", "<center><h1>403 Forbidden</h1></center><hr><center>nginx</center>", "an error page"),
        ("Seite nicht gefunden - Auswärtiges Amt", "<p>Die gewünschte Seite gibt es nicht mehr.</p>", "an error page"),
        ("Erreur 404", "<p>Cette page n’existe pas, ou elle a changé d’adresse.</p>", "an error page"),
        ("ページが見つかりません｜外務省", "<p>お探しのページは削除されました。</p>", "an error page"),
    ],
)  # fmt: skip
def test_what_is_no_article_is_skipped_with_the_reason(tmp_path: Path, title: str, body: str, reason: str) -> None:
    skipped = found(tmp_path, title, body)
    assert isinstance(skipped, Skipped)
    assert skipped.reason.startswith(reason)


ARTICLE = (
    "<p>The ministers spoke of captchas, which ask whether you are a robot, and of how they shut out the blind.</p>"
)
TALKS = (
    "<p>The two leaders met in Seoul on Monday and agreed to hold a further round of talks on trade in the spring.</p>"
)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Why captchas fail", ARTICLE * 12),
        ("Two leaders meet in Seoul", f"<p>Please enable JavaScript and cookies.</p>{TALKS}"),
        ("Two leaders meet in Seoul", f"<p>We use cookies. Accept all cookies?</p>{TALKS}"),
        ("Peace not found in Geneva, and none is in sight", TALKS),
        ("404 envoys arrive", TALKS * 12),
        ("Not found wanting: a history of the mission", TALKS),
    ],
)
def test_articles_stay(tmp_path: Path, title: str, body: str) -> None:
    assert isinstance(found(tmp_path, title, body), Document)


def test_what_was_taken_in_before_is_a_suspect() -> None:
    document = Document(id="x", title="Just a moment...", text="Checking your browser before you go on.")
    assert suspects(document)[0].startswith("x: looks like a captcha")
    assert suspects(Document(id="y", title="Page not found", text="It is gone."))[0].startswith(
        "y: looks like an error"
    )
    assert suspects(Document(id="z", title="Two leaders meet", text="They met in Seoul.")) == []
