"""Do jobs that ask one server together outlast its slowness? The client is real, the server not.

The server shares so many tokens a second among the requests that it has, as a GPU does, and every
reply is of 1,024. Time runs faster, by as much as keeps some hundred requests a second coming, and
the client's time-out with it. Of each number of jobs and speed: jobs that died, the share of
tokens that were made for nobody, and the most requests in flight.
"""

import argparse
import asyncio
import json
import time

from aiohttp import web

from mores.engine.client import Address
from mores.engine.client import _Client as Client
from mores.engine.settings import Engine
from mores.engine.walltime import UNLIMITED
from mores.errors import EngineError
from mores.method.requests import Request

TOKENS = 1024
REQUESTS = 768  # of all jobs together: three times what is in flight
PER_SECOND = 100  # of real time
TIMEOUT = 600  # seconds of simulated time
SAYS = {"message": {"content": "1"}, "delta": {}, "finish_reason": "stop"}
TOLD = json.dumps({"choices": [SAYS], "usage": {"prompt_tokens": 1, "completion_tokens": TOKENS}})
TOKEN = json.dumps({"choices": [{"delta": {"content": "1"}}]})


class Sharing:
    """Gives tokens at a fixed rate, shared equally by the requests that it has."""

    def __init__(self, rate: float):
        self.rate, self.flow, self.at = rate, 0.0, 0.0  # `flow`: tokens each present one was given
        self.present, self.most, self.given, self.wasted = 0, 0, 0.0, 0.0

    def step(self) -> None:
        """Give what was made since the last look."""
        now = time.monotonic()
        if self.present:
            self.flow += (now - self.at) * self.rate / self.present
            self.given += (now - self.at) * self.rate
        self.at = now

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """Reply when the tokens have come; a client that leaves has had its own for nothing."""
        self.step()
        begun, self.present = self.flow, self.present + 1
        self.most = max(self.most, self.present)
        try:
            streamed = await self.stream(request)
            while (missing := begun + TOKENS - self.flow) > 0:
                await asyncio.sleep(min(0.1, missing * self.present / self.rate))
                self.step()
                if streamed:
                    await say(streamed, TOKEN)
        except (asyncio.CancelledError, ConnectionError):
            self.wasted += self.flow - begun
            raise
        finally:
            self.step()
            self.present -= 1
        if not streamed:
            return web.Response(text=TOLD, content_type="application/json")
        await say(streamed, TOLD)
        await say(streamed, "[DONE]")
        return streamed

    async def stream(self, request: web.Request) -> web.StreamResponse | None:
        """A stream that begins, where one is asked for."""
        if not (await request.json()).get("stream"):
            return None
        begun = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await begun.prepare(request)
        return begun


async def say(stream: web.StreamResponse, event: str) -> None:
    await stream.write(f"data: {event}\n\n".encode())


async def simulate(jobs: int, rate: float, launcher: str) -> tuple[int, float, int]:
    """Jobs that died, share of tokens wasted, most in flight."""
    faster = PER_SECOND * TOKENS / rate
    server, app = Sharing(rate * faster), web.Application()
    app.router.add_post("/v1/chat/completions", server.chat)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = Address(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", "m", None, None)
    engine = Engine(launcher=launcher, request_timeout=TIMEOUT / faster)
    left, died = set(range(jobs)), []

    async def job(number: int) -> None:
        message = ({"role": "user", "content": "?"},)
        asked = {f"{number}.{n}": Request(message, {}) for n in range(REQUESTS // jobs)}
        client = Client(address, engine, lambda: True, UNLIMITED, {}, lambda: len(left))
        try:
            await client.answer_all(asked, lambda _: None)
        except EngineError:
            died.append(number)
        left.remove(number)

    await asyncio.gather(*map(job, range(jobs)))
    await runner.cleanup()
    return len(died), server.wasted / server.given, server.most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2, 8, 32])
    speeds = [500, 1300, 2500, 3500, 20000]
    parser.add_argument("--rates", type=float, nargs="+", default=speeds, help="tokens/s")
    given = parser.parse_args()
    print("| server | jobs | tokens/s | jobs died | tokens wasted | most in flight |")
    print("|---|---|---|---|---|---|")
    for launcher, whose in (("local", "ours"), ("endpoint", "yours")):
        for jobs in given.jobs:
            for rate in given.rates:
                died, wasted, most = asyncio.run(simulate(jobs, rate, launcher))
                row = (whose, jobs, f"{rate:,.0f}", died, f"{wasted:.1%}", most)
                print("|", " | ".join(map(str, row)), "|", flush=True)


if __name__ == "__main__":
    main()
