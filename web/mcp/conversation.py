"""A conversation on standard input and output, in which whatever is asked is answered."""

import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import IO, Any, Final, cast

from anyio import BrokenResourceError, create_memory_object_stream, create_task_group, move_on_after, sleep, wrap_file
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import ErrorData, JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

LAST_ANSWERS: Final = 15.0
"""How many seconds what has been asked may take once the input has ended."""

LARGEST_MESSAGE: Final = 1_000_000
"""How many bytes a line of the input may have."""

MOST_WAITING: Final = 64
"""How many requests are answered at a time; no more are read until one of them is."""

_PARSE_ERROR: Final = -32700
_UNREADABLE: Final = f"not a message of the protocol in JSON, on one line of at most {LARGEST_MESSAGE:,} bytes"
_NO_MESSAGE: Final = JSONRPCError(jsonrpc="2.0", id=None, error=ErrorData(code=_PARSE_ERROR, message=_UNREADABLE))

_Questions = MemoryObjectReceiveStream[SessionMessage | Exception]
_Answers = MemoryObjectSendStream[SessionMessage]


async def converse(answer: Callable[[_Questions, _Answers], Awaitable[None]]) -> None:
    """Answer until the input ends, and then what has been asked by then.

    The SDK by itself gives up what is under way as soon as nothing more is asked, and a program that asks all its
    questions at once would get few answers.

    Args:
        answer: Answers the questions of a stream until it ends.
    """
    lines = wrap_file(cast("IO[str]", _Lines(sys.stdin.buffer)))
    async with stdio_server(stdin=lines) as (asked, answers):
        to_server, questions = create_memory_object_stream[SessionMessage | Exception]()
        to_client, answered = create_memory_object_stream[SessionMessage]()
        waiting = _Waiting()

        async def pass_questions() -> None:
            async with to_server, asked:
                async for each in asked:
                    if isinstance(each, Exception):  # of which the SDK says nothing, and a client would wait
                        await answers.send(SessionMessage(_NO_MESSAGE))
                        continue
                    await waiting.until_fewer_than(MOST_WAITING)
                    waiting.note_question(each.message)
                    await to_server.send(each)
                with move_on_after(LAST_ANSWERS):
                    await waiting.until_fewer_than(1)

        async def pass_answers() -> None:
            # Where nobody listens any more, the server is to be told at once what it can no longer say.
            async with answers, answered:
                async for each in answered:
                    try:
                        await answers.send(each)
                    except BrokenResourceError:
                        raise BrokenPipeError from None
                    waiting.note_answer(each.message)

        async with create_task_group() as tasks:
            tasks.start_soon(pass_questions)
            tasks.start_soon(pass_answers)
            await answer(questions, to_client)


class _Waiting:
    """The requests that have not been answered, by their ids, of which a client may use one again."""

    def __init__(self) -> None:
        self._numbers = Counter[Any]()

    def note_question(self, message: Any) -> None:
        """Take note of what is asked, or given up."""
        match message:
            case JSONRPCRequest(id=number):
                self._numbers[number] += 1
            case JSONRPCNotification(method="notifications/cancelled", params={"requestId": number}):
                self._have_less(number)
            case _:
                pass

    def note_answer(self, message: Any) -> None:
        """Take note of an answer."""
        if isinstance(message, JSONRPCResponse | JSONRPCError):
            self._have_less(message.id)

    async def until_fewer_than(self, most: int) -> None:
        """Wait until there are fewer."""
        while self._numbers.total() >= most:
            await sleep(0.01)

    def _have_less(self, number: Any) -> None:
        if self._numbers[number]:
            self._numbers[number] -= 1


class _Lines:
    """The lines of a stream; of one that is longer than a message may be, nothing but that it is none.

    Args:
        stream: The stream, which may send one without end.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readline(self) -> str:
        """The next line; empty at the end of the stream."""
        line = piece = self._stream.readline(LARGEST_MESSAGE + 1)
        if len(line) <= LARGEST_MESSAGE:
            return line.decode("utf-8", "replace")
        while piece and not piece.endswith(b"\n"):
            piece = self._stream.readline(1 << 16)
        return "too long\n"
