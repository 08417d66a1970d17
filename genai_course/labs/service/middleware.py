"""The middleware in front of the app: who asks, how often, and whether the body is small, whole, plain JSON."""

import asyncio
import time

from starlette.responses import JSONResponse

DRAINED = 64  # bodies of the largest size that are read and thrown away, so that the refusal arrives
LATE = "The body did not arrive within {:g} seconds; send it at once."


class RequestRejected(Exception):  # noqa: N818
    """A request that is answered with a status, one sentence and, maybe, headers."""

    def __init__(self, status, sentence, headers=None):
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers

    @property
    def response(self):
        return JSONResponse({"error": self.sentence}, self.status, self.headers)


MISTAKE = RequestRejected(500, "The server made a mistake, and has noted it.")


class AccessMiddleware:
    """ASGI middleware for the paths that take a body; it counts and logs every request.

    paths: those that need a key. buckets: {key: Bucket}. limits: Limits. counts: a dict that it counts in.
    note: function (status, path, milliseconds), for the log: never a header, a query or a body, which may be personal.
    """

    def __init__(self, app, paths, buckets, limits, counts, note):
        self.app, self.paths, self.buckets, self.limits = app, paths, buckets, limits
        self.counts, self.note = counts, note

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begin, status = time.perf_counter(), 499  # stays if the client goes away first

        async def send_and_see(message):
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._answer(scope, receive, send_and_see)
        except Exception as error:  # a mistake of ours
            self.note(500, type(error).__name__, 0)  # its kind and not its text, which may quote a prompt
            if status == 499:
                await MISTAKE.response(scope, receive, send_and_see)
        kind = "answered" if status < 400 else "refused" if status < 500 else "failed"
        self.counts[kind] += 1
        path = scope["path"] if scope["path"] in (*self.paths, "/health") else "another path"
        self.note(status, path, 1000 * (time.perf_counter() - begin))

    async def _answer(self, scope, receive, send):
        if scope["path"] not in self.paths or scope["method"] != "POST":
            await self.app(scope, receive, send)  # no body is read there
            return
        refusal, body = None, b""
        try:
            scope["client_name"] = self._let_in(_headers(scope))
        except RequestRejected as refused:
            refusal = refused
        try:
            async with asyncio.timeout(self.limits.body_seconds):
                body = await self._read(receive, _headers(scope), keep=refusal is None)
        except TimeoutError:
            refusal = refusal or RequestRejected(408, LATE.format(self.limits.body_seconds), {"Connection": "close"})
        except RequestRejected as refused:
            refusal = refusal or refused
        if body is None:  # the client went away
            return
        if refusal:
            await refusal.response(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)

    def _let_in(self, headers):
        """The client's name.  Raises RequestRejected for an unknown key, too many requests or a body of another type."""
        bucket = self.buckets.get(headers.get("x-key", ""))
        if bucket is None:
            raise RequestRejected(401, "The header X-Key holds no key of this service; ask its owner for one.")
        wait = bucket.wait()
        if wait > 0:
            sentence = f"Too many requests; the next one is welcome in {wait:.1f} seconds."
            raise RequestRejected(429, sentence, {"Retry-After": str(int(-(-wait // 1)))})
        kind, _, rest = headers.get("content-type", "").partition(";")
        charset = rest.strip().lower().replace('"', "")
        if kind.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
            sentence = "The body must be JSON in UTF-8; send the header Content-Type: application/json."
            raise RequestRejected(415, sentence)
        if headers.get("content-encoding", "identity") != "identity":
            raise RequestRejected(415, "The body is compressed; send it plain.")
        return bucket.client.name

    async def _read(self, receive, headers, keep):
        """The body; None if the client went away.  Raises RequestRejected for one that is too large or not UTF-8.

        What the header Content-Length claims is not believed: the bytes are counted as they come.
        """
        body, size, most = bytearray(), 0, self.limits.largest_body
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            part = message.get("body", b"")
            size += len(part)
            if keep and size <= most:
                body += part
            if size > most * DRAINED:
                raise self._too_large()
            if not message.get("more_body", False):
                break
        if size > most:
            raise self._too_large()
        try:
            body.decode("utf-8")
        except UnicodeDecodeError as error:
            sentence = f"Byte {error.start} of the body is not UTF-8; encode the text in UTF-8."
            raise RequestRejected(400, sentence) from None
        return bytes(body)

    def _too_large(self):
        most = self.limits.largest_body
        return RequestRejected(413, f"The body has more than {most} bytes; send less.", {"Connection": "close"})


class Bucket:
    """The token bucket of one client.  take: as :func:`~genai_course.labs.service.limits.take_token`."""

    def __init__(self, client, take, clock=time.monotonic):
        self.client, self.take, self.clock = client, take, clock
        self.tokens, self.last = client.burst, clock()

    def wait(self):
        """Seconds to wait; 0 lets the request through, and costs a token."""
        now = self.clock()
        self.tokens, seconds = self.take(self.tokens, now - self.last, self.client.rate, self.client.burst)
        self.last = now
        return seconds


def _headers(scope):
    """The headers by name in lower case, texts."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _replay(body, receive):
    """A ``receive`` that hands out the body once, and then what the client does next."""
    parts = [{"type": "http.request", "body": body, "more_body": False}]

    async def again():
        return parts.pop() if parts else await receive()

    return again
