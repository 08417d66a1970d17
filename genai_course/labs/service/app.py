"""The app: /write, /feedback and /health.  Whatever comes in, the answer is a result or one sentence, never a traceback."""

import asyncio
import secrets
import threading
import time
from collections import OrderedDict
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from genai_course.labs.service.limits import Limits, judge_prompt, take_token
from genai_course.labs.service.middleware import AccessMiddleware, Bucket, RequestRejected

OPEN_TICKETS = 10_000  # answers that can still be rated
RATINGS = {True: 5, False: 1}  # a thumb, on the store's scale


class Write(BaseModel):
    """What /write takes."""

    model_config = ConfigDict(extra="forbid", strict=True)
    prompt: Any
    words: int = Field(20, ge=1)
    temperature: float = Field(0.8, ge=0.1, le=2, allow_inf_nan=False)
    seed: int = Field(0, ge=0, lt=2**32)


class Feedback(BaseModel):
    """What /feedback takes."""

    model_config = ConfigDict(extra="forbid", strict=True)
    ticket: str = Field(max_length=64)
    helpful: bool


def create_app(language_model, store, clients, limits=None, *, judge=judge_prompt, take=take_token, note=None):
    """The FastAPI app of a language model.

    language_model: a NeuralLanguageModel. store: a RecordStore, which masks personal data and keeps prompts and answers, or None.
    clients: {key: Client}. limits: Limits. judge, take: as of ``genai_course.labs.service.limits``.
    note: function (status, path, milliseconds) called after each request, for a log.
    """
    limits, note = limits or Limits(), note or (lambda *_: None)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    counts = {"answered": 0, "refused": 0, "failed": 0}
    handler = RequestHandler(language_model, store, limits, judge)
    buckets = {key: Bucket(client, take) for key, client in clients.items()}
    guarded = {"paths": ("/write", "/feedback"), "buckets": buckets, "limits": limits}
    app.add_middleware(AccessMiddleware, **guarded, counts=counts, note=note)
    began = time.monotonic()

    @app.get("/health")
    def health():
        facts = {"status": "ok", "engine": language_model.engine, "model": language_model.version, **counts}
        return facts | {"seconds_up": time.monotonic() - began, "cpu_seconds": time.process_time()}

    @app.post("/write")
    async def write(wish: Write, request: Request):
        return await handler.write(wish, request.scope["client_name"])

    @app.post("/feedback")
    async def feedback(thumb: Feedback, request: Request):
        return await run_in_threadpool(handler.feedback, thumb, request.scope["client_name"])

    wanted = {
        "prompt": f"a text of 1 to {limits.longest_prompt} plain characters",
        "words": f"a whole number from 1 to {limits.most_words}",
        "temperature": "a number from 0.1 to 2",
        "seed": "a whole number from 0 to 4294967295",
        "ticket": "the ticket that came with an answer",
        "helpful": "true or false",
    }

    @app.exception_handler(RequestValidationError)
    async def invalid(request, error):
        return in_one_sentence(error.errors()[0], wanted).response

    @app.exception_handler(RequestRejected)
    async def refused(request, error):
        return error.response

    @app.exception_handler(HTTPException)
    async def unknown(request, error):
        sentences = {404: "There is nothing here; ask for /health or POST to /write or /feedback.",
                     405: "This method is not for this path; GET /health, POST /write and /feedback.",
                     400: "The body is not JSON; send one like {\"prompt\": \"One evening\"}."}  # fmt: skip
        sentence = sentences.get(error.status_code, str(error.detail))
        return RequestRejected(error.status_code, sentence, error.headers).response

    return app


class RequestHandler:
    """What happens behind the middleware: judging, waiting for a place, writing, storing, rating."""

    def __init__(self, language_model, store, limits, judge):
        self.language_model, self.store, self.limits, self.judge = language_model, store, limits, judge
        self.inside, self.places = 0, asyncio.Semaphore(limits.at_once)
        self.tickets, self.lock = OrderedDict(), threading.Lock()  # ticket -> (number, client)

    async def write(self, wish, client):
        limits = self.limits
        status = self.judge(wish.prompt, self.language_model.alphabet, limits.longest_prompt)
        if status != 200:
            raise RequestRejected(status, _about_prompt(wish.prompt, status, limits.longest_prompt))
        if wish.words > limits.most_words:
            raise RequestRejected(422, f"words is {wish.words}; give a whole number from 1 to {limits.most_words}.")
        if self.inside >= limits.at_once + limits.waiting:
            raise RequestRejected(503, "All places are taken; try again in a second.", {"Retry-After": "1"})
        deadline = time.monotonic() + limits.seconds
        self.inside += 1
        try:
            async with asyncio.timeout(limits.seconds):
                await self.places.acquire()
            try:
                return await run_in_threadpool(self._write, wish, client, deadline)
            finally:
                self.places.release()
        except TimeoutError:  # of the waiting or of the language model, which looks at the clock between two words
            sentence = f"No answer within {limits.seconds:g} seconds; try again, or ask for fewer words."
            raise RequestRejected(503, sentence, {"Retry-After": "1"}) from None
        finally:
            self.inside -= 1

    def _write(self, wish, client, deadline):
        text = self.language_model.generate(wish.prompt, wish.words, wish.temperature, wish.seed, deadline)
        answer = {"text": text, "model": self.language_model.version}
        if self.store is None:
            return answer
        whose = {"source": "synthetic", "model": answer["model"], "user": client, "audience": "private"}
        try:
            number = self.store.add(wish.prompt, text, **whose)
        except OSError:
            sentence = "The answer could not be stored; try again later."
            raise RequestRejected(503, sentence, {"Retry-After": "60"}) from None
        ticket = secrets.token_urlsafe(12)  # nobody can guess it, so nobody rates another one's answer
        with self.lock:
            self.tickets[ticket] = number, client
            while len(self.tickets) > OPEN_TICKETS:
                self.tickets.popitem(last=False)
        return answer | {"ticket": ticket}

    def feedback(self, thumb, client):
        with self.lock:
            number, owner = self.tickets.get(thumb.ticket, (None, None))
            if number is None or owner != client:
                sentence = "This ticket is not open; each answer can be rated once, by the one who asked."
                raise RequestRejected(404, sentence)
            del self.tickets[thumb.ticket]
        self.store.feedback(number, RATINGS[thumb.helpful])
        return {"stored": True}


def in_one_sentence(error, wanted):
    """RequestRejected for the first of FastAPI's complaints.  error: one of ``errors()``. wanted: field -> what it must be."""
    name, kind = error["loc"][-1], error["type"]
    if kind == "json_invalid":
        return RequestRejected(400, 'The body is not JSON; send one like {"prompt": "One evening"}.')
    if len(error["loc"]) < 2:
        return RequestRejected(422, 'The body is not an object with fields; send one like {"prompt": "One evening"}.')
    if kind == "missing":
        return RequestRejected(422, f"{name} is missing; give {wanted[name]}.")
    if kind == "extra_forbidden":
        return RequestRejected(422, f"{_short(name)} is not a field of this request; leave it out.")
    return RequestRejected(422, f"{name} is {_short(error['input'])}; give {wanted[name]}.")


def _about_prompt(prompt, status, longest):
    if status == 413:
        return f"prompt has more than {longest} characters; send a shorter one."
    return f"prompt is {_short(prompt)}; give a text of 1 to {longest} plain characters."


def _short(value):
    """A value in at most forty plain characters, whatever it is."""
    text = ascii(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
