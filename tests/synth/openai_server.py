"""An OpenAI-compatible server that says what a test wants, true to the protocol: in a thread, or as its own process.

python tests/synth/openai_server.py --latency 0.05     prints its port, and serves until its input ends
"""

import argparse
import asyncio
import json
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Body = dict[str, Any]
Handler = Callable[[web.Request], Any]


@dataclass(frozen=True)
class Mishap:
    """What comes in the place of one reply."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    code: str = ""
    message: str = "no"
    truncated: bool = False  # of a JSON that would be right
    body: bytes | None = None
    hangs: bool = False
    breaks: bool = False


@dataclass
class Server:
    """`mishaps` are for the next requests, one each; `answer` says the text, or the whole of a choice."""

    latency: float = 0.0
    answer: Callable[[Body], str | Body] = lambda body: "[[A]]"
    mishaps: deque[Mishap] = field(default_factory=deque)
    models: list[Body] = field(default_factory=lambda: [{"id": "tiny", "object": "model", "created": 1_700_000_000}])
    prompt_logprob: Callable[[int, int], float] = lambda at, token: -float(token) / 8
    tells_prompt_logprobs: bool = True
    asked: list[Body] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    remembers: bool = True
    requests: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    port: int = 0
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def application(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/completions", self._completions)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/count", self._count)
        return app

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        return await self._answered(request, self._chat_reply)

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        return await self._answered(request, self._completion_reply)

    async def _models(self, request: web.Request) -> web.StreamResponse:
        self.headers.append(dict(request.headers))
        if self.mishaps:
            return await self._mishap(request, self.mishaps.popleft(), b"{}")
        return web.json_response({"object": "list", "data": self.models})

    async def _count(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"requests": self.requests, "most_in_flight": self.most_in_flight})

    async def _answered(self, request: web.Request, reply: Callable[[Body], Body]) -> web.StreamResponse:
        self.requests += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            body = json.loads(await request.read())
            if self.remembers:
                self.asked.append(body)
                self.headers.append(dict(request.headers))
            mishap = self.mishaps.popleft() if self.mishaps else None
            await asyncio.sleep(self.latency)
            said = json.dumps(reply(body)).encode()
            if mishap is not None:
                return await self._mishap(request, mishap, said)
            return web.Response(body=said, content_type="application/json")
        finally:
            self.in_flight -= 1

    async def _mishap(self, request: web.Request, mishap: Mishap, said: bytes) -> web.StreamResponse:
        if mishap.hangs:
            await self._stopping.wait()
        if mishap.breaks and request.transport is not None:
            request.transport.abort()
        if mishap.truncated:
            said = said[: len(said) // 2]
        elif mishap.body is not None:
            said = mishap.body
        elif mishap.status != 200:
            said = json.dumps({"error": {"message": mishap.message, "type": "error", "code": mishap.code}}).encode()
        return web.Response(status=mishap.status, headers=mishap.headers, body=said, content_type="application/json")

    def _chat_reply(self, body: Body) -> Body:
        said = self.answer(body)
        choice = said if isinstance(said, dict) else self._choice(body, said)
        return {
            "id": f"chatcmpl-{self.requests}",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": body["model"],
            "choices": [{"index": 0, **choice}],
            "usage": usage(sum(len(each["content"]) for each in body["messages"]) // 4, len(str(said)) // 4 + 1),
        }

    def _choice(self, body: Body, text: str) -> Body:
        choice: Body = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop", "logprobs": None}
        if body.get("logprobs"):
            choice["logprobs"] = {"content": [logprob(word, body.get("top_logprobs", 0)) for word in text.split()]}
        return choice

    def _completion_reply(self, body: Body) -> Body:
        ids = body["prompt"]
        places = [
            {str(token): {"logprob": self.prompt_logprob(at, token), "rank": 1, "decoded_token": "x"}}
            for at, token in enumerate(ids)
        ]
        choice: Body = {"index": 0, "text": "x", "finish_reason": "length", "logprobs": None}
        if self.tells_prompt_logprobs:
            choice["prompt_logprobs"] = [None, *places[1:]]
        return {"id": "cmpl-1", "object": "text_completion", "choices": [choice], "usage": usage(len(ids), 1)}

    async def serve(self, ready: Callable[[], None], port: int = 0) -> None:
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        assert site._server is not None
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        ready()
        await self._stopping.wait()
        await runner.cleanup()


def usage(tokens_in: int, tokens_out: int) -> Body:
    return {"prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}


def logprob(token: str, top: int) -> Body:
    others = [{"token": f"other{at}", "logprob": -3.0 - at, "bytes": None} for at in range(top - 1)]
    likeliest = [{"token": token, "logprob": -0.1, "bytes": None}, *others] if top else []
    return {"token": token, "logprob": -0.1, "bytes": None, "top_logprobs": likeliest}


@contextmanager
def serving(server: Server | None = None) -> Iterator[Server]:
    """In a thread of this process."""
    server = server or Server()
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve(ready.set)), daemon=True)
    thread.start()
    assert ready.wait(30), "the server did not start"
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(server._stopping.set)
        thread.join(30)
        loop.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--text", default="[[A]]")
    given = parser.parse_args()
    server = Server(latency=given.latency, answer=lambda body: given.text, remembers=False)

    async def until_input_ends() -> None:
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, lambda: (sys.stdin.read(), loop.call_soon_threadsafe(server._stopping.set)))
        await server.serve(lambda: print(server.port, flush=True), given.port)

    asyncio.run(until_input_ends())


if __name__ == "__main__":
    main()
