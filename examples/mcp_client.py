"""What a language model does with `dragoman mcp`, by hand: python examples/mcp_client.py [QUESTION].

Needs the extra: pip install 'dragoman[mcp]'.
"""

import asyncio
import os
import sys

from mcp import Client, StdioServerParameters, stdio_client


async def main(question: str) -> None:
    """Search, then read on from the best passage's document."""
    program = StdioServerParameters(command=sys.executable, args=["-m", "dragoman", "mcp"], env=dict(os.environ))
    async with Client(stdio_client(program)) as client:
        print("tools:", *(tool.name for tool in (await client.list_tools()).tools))
        found = (await client.call_tool("search", {"query": question, "limit": 3})).structured_content or {}
        for passage in found["passages"]:
            print(f"{passage['rank']}. {passage['source']['title']}, {passage['id']}: {passage['why']}")
        best = found["passages"][0]["source"]["document"]
        print((await client.call_tool("read", {"id": best, "limit": 400})).content[0].text)  # pyright: ignore[reportAttributeAccessIssue]


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or "Lee Macron strategic partnership"))
