"""What the scripts share: where the server is, checks that are counted, and one line of figures at the end."""

import asyncio
import inspect
import json
import logging
import os
import sys
import time
import traceback
import uuid
from collections import Counter
from datetime import datetime, timedelta, timezone
from importlib.metadata import version

import httpx

ROOT = os.environ["ARGUS_ROOT"]
SOURCE_TOKEN = os.environ["ARGUS_SOURCE_TOKEN"]
OTHER_SOURCE_TOKEN = os.environ["ARGUS_OTHER_SOURCE_TOKEN"]
PERSON_TOKEN = os.environ["ARGUS_PERSON_TOKEN"]
SOURCE_NAME = os.environ["ARGUS_SOURCE_NAME"]
CLIENT_VERSION = version("argus-api-client")

checks = Counter()
failures = []
statuses = Counter()
durations = []


def api(number=2):
    """The root of an API version."""
    return f"{ROOT}/api/v{number}/"


def fresh(name):
    """A source_incident_id that nobody has used."""
    return f"{name}-{uuid.uuid4()}"


def ago(**delta):
    return datetime.now(timezone.utc) - timedelta(**delta)


def tag(incident, key):
    """One value of a tag, whichever kind of map the client's version has."""
    return dict(incident.tags).get(key)


def check(what, holds, seen=""):
    checks[what] += 1
    if not holds:
        failures.append(f"{what}: {seen!r}"[:600])


async def call(method, *args, **kwargs):
    """Calls a method of either client: what it answers, a generator read to its end."""
    started = time.perf_counter()
    result = method(*args, **kwargs)
    if inspect.isasyncgen(result):
        result = [item async for item in result]
    elif inspect.isawaitable(result):
        result = await result
    elif inspect.isgenerator(result):
        result = list(result)
    durations.append(time.perf_counter() - started)
    return result


class Timed:
    """A client whose calls are timed; lists that come page by page are not."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        method = getattr(self._client, name)
        if not callable(method) or inspect.isgeneratorfunction(method) or inspect.isasyncgenfunction(method):
            return method
        if inspect.iscoroutinefunction(method):

            async def later(*args, **kwargs):
                return await call(method, *args, **kwargs)

            return later

        def now(*args, **kwargs):
            started = time.perf_counter()
            try:
                return method(*args, **kwargs)
            finally:
                durations.append(time.perf_counter() - started)

        return now


async def expect(kind, what, method, *args, **kwargs):
    """The error that a call must end with. Returns it, or None where it did not come."""
    try:
        answer = await call(method, *args, **kwargs)
    except kind as error:
        check(what, True)
        return error
    except Exception as error:  # noqa: BLE001 (whatever else it is, it is what is told)
        check(what, False, error)
        return None
    check(what, False, answer)
    return None


def person(method, path, body=None):
    """A call of a person, which the client has no method for."""
    headers = {"Authorization": f"Token {PERSON_TOKEN}"}
    return httpx.request(method, f"{api()}{path}", json=body, headers=headers, timeout=5)


class RequestCounter(logging.Handler):
    """httpx tells each request to its logger; so they are counted without touching the client."""

    def emit(self, record):
        if record.args and len(record.args) >= 4:
            statuses[int(record.args[3])] += 1


def run(scenarios):
    """Runs scenarios (name to coroutine function) and prints the figures; ends with 1 when a check failed."""
    logger = logging.getLogger("httpx")
    logger.setLevel(logging.INFO)
    logger.addHandler(RequestCounter())
    logger.propagate = False
    for name, scenario in scenarios.items():
        try:
            asyncio.run(scenario())
        except Exception:  # noqa: BLE001
            failures.append(f"{name} ended with\n{traceback.format_exc(limit=-4)}")
    server_errors = sum(count for status, count in statuses.items() if status >= 500)
    check("no answer was a 5xx", server_errors == 0, dict(statuses))
    times = sorted(durations) or [0.0]
    at = lambda share: round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 1)
    figures = {
        "scenarios": len(scenarios),
        "checks": sum(checks.values()),
        "failures": failures,
        "requests": sum(statuses.values()),
        "p50": at(0.5),
        "p99": at(0.99),
    }
    print(json.dumps(figures))
    sys.exit(1 if failures else 0)
