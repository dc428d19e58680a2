"""The front door as a client sees it: one kept-alive connection a thread, and a report posted until its answer is
known. An answer is unknown where a connection broke after the request went out, or where nginx lost the service
(500, 502, 504): the same key is sent again, and the house says what became of it."""

import http.client
import json
import ssl
import time

RETRY_STATUS = {429, 503}
UNKNOWN_STATUS = {408, 500, 502, 504}


class Unknown(Exception):
    """Sent, and nobody knows whether it arrived."""


class Unreachable(Exception):
    """Not even sent."""


class Door:
    def __init__(self, scheme, host, port, key, timeout=15):
        self.scheme, self.host, self.port = scheme, host, port
        self.authorization = "Bearer " + key
        self.timeout = timeout
        self.connection = None

    def connect(self):
        if self.scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the machine itself
            self.connection = http.client.HTTPSConnection(self.host, self.port, timeout=self.timeout, context=context)
        else:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        try:
            self.connection.connect()
        except OSError as error:
            self.close()
            raise Unreachable(str(error)) from error

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def ask(self, method, path, body=None, headers=()):
        """Status, headers, body as bytes."""
        if self.connection is None or self.connection.sock is None:
            self.connect()
        sent = {"Authorization": self.authorization, "Accept": "application/json", **dict(headers)}
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unknown(f"{type(error).__name__}: {error}") from error

    def get(self, path, patience=60):
        """The JSON of a GET that must work; tried again for so many seconds while the house is not there."""
        until = time.monotonic() + patience
        while True:
            try:
                status, headers, body = self.ask("GET", path)
            except (Unknown, Unreachable) as error:
                status, headers, body = 0, {}, str(error).encode()
            if status == 200:
                return json.loads(body)
            if status not in RETRY_STATUS | UNKNOWN_STATUS | {0} or time.monotonic() > until:
                raise RuntimeError(f"GET {path}: {status} {body[:300].decode(errors='replace')}")
            time.sleep(0.5)


def post(door, key, report, note, patience):
    """Posts one report until its fate is known or patience (seconds) is over. note(what, **fields) writes history.
    Returns the last status (0: unknown), the answer, and how long the last try took in seconds."""
    body = json.dumps(report, ensure_ascii=False).encode()
    until = time.monotonic() + patience
    pause, tries, fate = 0.1, 0, (0, None, 0.0)
    while True:
        tries += 1
        note("sent", key=key, tries=tries)
        began = time.monotonic()
        wait = pause
        try:
            status, headers, answer = door.ask("POST", "/api/v1/reports", body, {"Idempotency-Key": key})
            took = time.monotonic() - began
            if status in UNKNOWN_STATUS:
                note("unknown", key=key, why=f"status {status}")
                fate = (0, None, took)
            else:
                read = json.loads(answer) if answer else {}
                note("answered" if status == 201 else "refused", key=key, status=status, id=read.get("id"),
                     number=read.get("number"), replayed=headers.get("Idempotency-Replayed"), ms=round(took * 1000, 2))
                fate = (status, read, took)
                if status not in RETRY_STATUS:
                    return fate
                wait = min(float(headers.get("Retry-After") or pause), 5)
        except Unknown as error:
            note("unknown", key=key, why=str(error))
            fate = (0, None, time.monotonic() - began)
        except Unreachable as error:
            note("unreachable", key=key, why=str(error))
        except ValueError as error:
            note("unknown", key=key, why=f"no JSON: {error}")
            fate = (0, None, time.monotonic() - began)
        if time.monotonic() + wait > until:
            return fate
        time.sleep(wait)
        pause = min(pause * 2, 2)
