"""The API's description is one that a maker of clients takes: a client is made of it, and asks."""

import importlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dragoman.search.collection import open_collection
from dragoman.web import create_app

if TYPE_CHECKING:
    from support.programs import Programs

pytestmark = pytest.mark.process


def test_a_client_is_generated_and_asks(programs: "Programs", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = shutil.which("openapi-python-client")
    if maker is None:  # its bounds on typer contradict what other libraries want
        pytest.skip("cannot be installed beside the libraries tested: pipx install openapi-python-client")
    httpx = pytest.importorskip("httpx")
    with open_collection(programs.collection) as collection:
        app = create_app(collection)
        described = app.test_client().get("/api/v1/openapi.json").json
        (tmp_path / "openapi.json").write_text(json.dumps(described))
        (tmp_path / "config.yaml").write_text("post_hooks: []\n")  # how its code looks is nobody's business here
        options = (
            "--path",
            "openapi.json",
            "--config",
            "config.yaml",
            "--meta",
            "none",
            "--output-path",
            "asker",
        )
        made = subprocess.run(
            [maker, "generate", *options, "--fail-on-warning"],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            text=True,
        )
        assert made.returncode == 0, made.stdout + made.stderr
        monkeypatch.syspath_prepend(tmp_path)
        address: Any = importlib.import_module("asker").Client(
            "http://localhost/api/v1", httpx_args={"transport": httpx.WSGITransport(app=app)}
        )

        def call(name: str, *arguments: str, **options: Any) -> Any:
            return importlib.import_module(f"asker.api.default.{name}").sync(*arguments, client=address, **options)

        found = call("search", q="Lee Macron strategic partnership", country=["France"], explain=True)
        expected = collection.search("Lee Macron strategic partnership", country=["France"])
        assert [hit.passage for hit in found.hits] == [hit.passage for hit in expected.hits]
        hit = found.hits[0]
        assert call("document", hit.document.id).title == hit.document.title
        assert call("facets", q="summit").facets.country
        assert [each.id for each in call("documents", prefix="briefs/n").documents]
        assert call("search", q="Macron", after="never").status == 400
