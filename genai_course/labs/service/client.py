"""Asking a service of this machine: one question, or many over one connection."""

import http.client
import json

SECONDS = 30.0  # for an answer


class Connection:
    """A connection that stays open between requests.  server: a Server. key: for the header X-Key."""

    def __init__(self, server, key=""):
        self.key, self.connection = key, http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)

    def ask(self, path, fields=None):
        """POST the fields as JSON, or GET without any.  Returns (status, answer, headers), both dicts."""
        body = None if fields is None else json.dumps(fields).encode()
        headers = {"X-Key": self.key} | ({} if body is None else {"Content-Type": "application/json"})
        self.connection.request("GET" if body is None else "POST", path, body, headers)
        response = self.connection.getresponse()
        return response.status, json.loads(response.read()), dict(response.getheaders())

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def ask(server, path, fields=None, key=""):
    """One question on a connection of its own: (status, answer, headers)."""
    with Connection(server, key) as connection:
        return connection.ask(path, fields)
