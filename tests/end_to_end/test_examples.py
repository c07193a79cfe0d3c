"""Every example runs as it is, on the shipped briefs, and finds what it is meant to."""

import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from support.places import ROOT
from support.programs import serving

if TYPE_CHECKING:
    from support.programs import Programs

EXAMPLES = ROOT / "examples"
NEEDS = {"mcp_client.py": "mcp", "langchain_retriever.py": "langchain_core", "llamaindex_retriever.py": "llama_index"}


@pytest.fixture
def example(programs: "Programs") -> Callable[..., str]:
    """Runs an example to its end, and gives what it prints."""

    def run(name: str, *arguments: str, code: int = 0) -> str:
        library = NEEDS.get(name)
        if library and find_spec(library) is None:
            pytest.skip(f"{library} is not installed: pip install 'dragoman[all]'")
        command = [sys.executable, str(EXAMPLES / name), *arguments]
        ran = subprocess.run(command, env=programs.environment, capture_output=True, text=True, check=False)
        assert ran.returncode == code, ran.stderr
        assert "Traceback" not in ran.stderr
        return ran.stdout + ran.stderr

    return run


def test_each_example_is_tried_here() -> None:
    mine = Path(__file__).read_text(encoding="utf-8")
    assert [path.name for path in EXAMPLES.iterdir() if path.is_file() and f'"{path.name}"' not in mine] == []


def test_each_example_is_short_and_says_how_to_run_it() -> None:
    for path in EXAMPLES.glob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 40, path.name
        assert re.search(rf"(python|http\S*) ?\S*/{path.name}", text[:600]), path.name


@pytest.mark.parametrize("name", ["python_search.py", "mcp_client.py"])
def test_the_best_passage_comes_first(example: Callable[..., str], name: str) -> None:
    assert "1. Lee hopes for strategic partnership with France in talks with Macron" in example(name)
    assert "briefs/wong-lee-seoul#" in example(name, "Singapore", "strategic", "partnership")


@pytest.mark.parametrize("name", ["langchain_retriever.py", "llamaindex_retriever.py"])
def test_the_retrievers_take_a_question_as_it_comes(example: Callable[..., str], name: str) -> None:
    assert "[briefs/lee-macron-johannesburg#" in example(name)
    assert "[briefs/" in example(name, 'Who "said: that, to Macron?')


def test_the_api_is_asked_with_pythons_own_library(example: Callable[..., str], programs: "Programs") -> None:
    with serving(programs.command("dragoman", "serve", "--port", "0"), programs.environment) as site:
        said = example("api.py", site)
        assert "1. Lee hopes for strategic partnership" in said
        assert "'strategic partnership'" in said
        assert "never closed" in example("api.py", site, "country:(France", code=1)


def test_a_saved_search_lists_what_answers_it(example: Callable[..., str], programs: "Programs") -> None:
    with serving(programs.command("dragoman", "serve", "--port", "0"), programs.environment) as site:
        said = example("saved_search.py", site, "country:Japan", "summit")
        assert len(re.findall(r"^\d{4}-\d\d-\d\d  \S", said, re.MULTILINE)) == 5
        assert f"{site}documents/briefs/" in said
        assert "400" in example("saved_search.py", site, "country:(France", code=1)


def test_the_flask_app_has_its_own_pages_and_ours(programs: "Programs") -> None:
    command = [sys.executable, str(EXAMPLES / "flask_app.py"), "0"]
    with serving(command, programs.environment) as site:
        with urlopen(site) as page:
            assert "The Gazette of Summits" in page.read().decode()
        with urlopen(f"{site}archive/?q=Nara") as page:
            assert "shuttle diplomacy to <mark" in page.read().decode()


def test_the_page_with_the_component_names_what_the_site_has(programs: "Programs") -> None:
    page = (EXAMPLES / "component.html").read_text(encoding="utf-8")
    commands = re.findall(r"dragoman serve (--origin \S+)", page)
    assert commands
    with serving(
        programs.command("dragoman", "serve", "--port", "0", *commands[0].split()), programs.environment
    ) as site:
        for address in re.findall(r'(?:src|href)="http://127\.0\.0\.1:8765/([^"]*)"', page):
            with urlopen(site + address) as answer:
                assert answer.status == 200
        with urlopen(f"{site}embed.js") as script:
            assert "javascript" in script.headers["Content-Type"]
            assert 'customElements.define("dragoman-search"' in script.read().decode()
