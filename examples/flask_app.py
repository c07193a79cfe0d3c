"""Dragoman within a Flask app that is there already: python examples/flask_app.py [PORT], then open /archive/."""

import sys

from flask import Flask

from dragoman.index.home import ready
from dragoman.web import Dragoman

app = Flask(__name__)


@app.get("/")
def home() -> str:
    """The app's own page, which knows nothing of Dragoman but where it is."""
    return '<h1>The Gazette of Summits</h1><p><a href="/archive/">Search the archive</a></p>'


Dragoman(app, ready(None), url_prefix="/archive")

if __name__ == "__main__":
    app.run(port=int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
