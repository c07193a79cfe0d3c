"""The JSON API, with nothing but Python's own library: python examples/api.py [SITE [QUESTION]].

Start the site with `dragoman serve`.
"""

import json
import sys
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

site = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8765/"
question = " ".join(sys.argv[2:]) or "Lee Macron strategic partnership"
try:
    with urlopen(f"{site}api/v1/search?{urlencode({'q': question, 'limit': 3})}") as answer:  # noqa: S310
        results = json.load(answer)
except HTTPError as error:
    sys.exit(json.load(error)["detail"])
print(f"{results['total']} passages in {results['took_ms']} ms")
for hit in results["hits"]:
    text, start = hit["text"], hit["start"]
    marked = [text[each["start"] - start : each["end"] - start] for each in hit["highlights"]]
    print(f"{hit['rank']}. {hit['document']['title']}: {hit['reason']}; {marked}")
