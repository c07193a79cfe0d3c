"""A saved search in any feed reader, or in a few lines of one's own: python examples/saved_search.py [SITE [QUESTION]].

Start the site with `dragoman serve`. Whatever is added to the collection and answers the question comes first.
"""

import sys
from urllib.parse import urlencode

import feedparser

site = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8765/"
question = " ".join(sys.argv[2:]) or "country:Japan trade"
feed = feedparser.parse(f"{site}feed.atom?{urlencode({'q': question})}")
if feed.get("status") != 200:
    sys.exit(f"{site} does not answer: {feed.get('status') or feed.bozo_exception}")
print(feed.feed.title)
for entry in feed.entries[:5]:
    print(f"{entry.updated[:10]}  {entry.title}\n            {entry.link}")
