"""Every public method of the client, of both kinds (sync, async), at both API versions (reference argus 5.2)."""

from datetime import datetime, timedelta, timezone

from pyargus.async_client import AsyncClient
from pyargus.client import Client
from pyargus.models import STATELESS, Event, Incident
from simple_rest_client.exceptions import AuthError, ClientError, NotFoundError

from harness import (
    CLIENT_VERSION,
    PERSON_TOKEN,
    SOURCE_NAME,
    SOURCE_TOKEN,
    ago,
    api,
    call,
    check,
    expect,
    fresh,
    run,
    tag,
)

AFTER_0_7 = not CLIENT_VERSION.startswith("0.7")
LEAST = dict(description="least", tags={"host": "sw1"})


async def creating(client, number):
    start = ago(minutes=5).replace(microsecond=123456)
    posted = await call(client.post_incident, Incident(start_time=start, **LEAST))
    check("a posted incident is open", posted.open and posted.stateful and not posted.acked, posted)
    check("its pk is a number", isinstance(posted.pk, int), posted.pk)
    check("its start keeps microseconds", posted.start_time == start, posted.start_time)
    check("its end is infinity", posted.end_time.year == 9999, posted.end_time)
    check("its level is 5", posted.level == 5, posted.level)
    check("its source is the token's", posted.source.name == SOURCE_NAME, posted.source)
    check("its tag is there", tag(posted, "host") == "sw1", posted.tags)
    found = await call(client.get_incident, posted.pk)
    check("it is found by its pk", found == posted, found)
    whole = Incident(
        start_time=ago(hours=1),
        end_time=ago(minutes=1),
        source_incident_id=4_000_000_000 + posted.pk,
        details_url="https://nav.example.org/e/1",
        description="Überall — 🔥",
        level=2,
        ticket_url="https://tickets.example.org/1",
        metadata={"ports": [1, 2], "deep": {"x": None}},
        tags={"host": "sw1", "empty": "", "eq": "a=b"},
    )
    closed = await call(client.post_incident, whole)
    check("one that is over is closed", closed.stateful and not closed.open, closed)
    check("a number as id becomes text", closed.source_incident_id == str(whole.source_incident_id), closed)
    same = ("details_url", "description", "level", "ticket_url", "start_time", "end_time")
    check("every field is kept", all(getattr(closed, f) == getattr(whole, f) for f in same), closed)
    check("empty and odd tags are kept", (tag(closed, "empty"), tag(closed, "eq")) == ("", "a=b"), closed.tags)
    if number == 2:
        check("metadata is kept", closed.metadata == whole.metadata, closed.metadata)
    stateless = await call(client.post_incident, Incident(start_time=ago(), end_time=STATELESS, description="once"))
    check("stateless is neither open nor stateful", not stateless.open and not stateless.stateful, stateless)
    check("its end is none", stateless.end_time is STATELESS, stateless.end_time)
    events = await call(client.get_incident_events, stateless)
    check("its first event is LES", [event.type for event in events] == ["LES"], events)
    naive = await call(client.post_incident, Incident(start_time=ago(), end_time=datetime.max, description="naive max"))
    check("the naive end of time is infinity", naive.open, naive)


async def listing(client, number):
    marker = fresh("list")
    ids = [f"{marker}-{at}" for at in range(7)]
    pks = []
    for at, source_incident_id in enumerate(ids):
        incident = Incident(
            start_time=ago(minutes=10 - at), source_incident_id=source_incident_id, tags={"run": marker, "at": str(at)}
        )
        pks.append((await call(client.post_incident, incident)).pk)
    mine = await call(client.get_my_incidents, tags=f"run={marker}", page_size=3)
    check("pages are followed, newest first", [i.pk for i in mine] == pks[::-1], [i.pk for i in mine])
    every = await call(client.get_incidents, tags=f"run={marker}", page_size=2, source__name__in=SOURCE_NAME)
    check("the same over all sources", [i.pk for i in every] == pks[::-1], [i.pk for i in every])
    one = await call(client.get_my_incidents, source_incident_id=ids[3])
    check("one is found by its id", [i.pk for i in one] == [pks[3]], one)
    await call(client.resolve_incident, pks[0])
    still = await call(client.get_my_incidents, open=True, tags=f"run={marker}")
    check("open leaves out the closed", [i.pk for i in still] == pks[:0:-1], [i.pk for i in still])
    over = await call(client.get_my_incidents, open=False, tags=f"run={marker}")
    check("closed has it alone", [i.pk for i in over] == pks[:1], over)
    two = await call(client.get_incidents, id__in=f"{pks[1]},{pks[2]}")
    check("id__in", sorted(i.pk for i in two) == pks[1:3], two)
    both = await call(client.get_my_incidents, tags=f"run={marker},at=1,at=2")
    check("values of one key are either, keys are both", sorted(i.pk for i in both) == pks[1:3], both)
    none = await call(client.get_my_incidents, source_incident_id=fresh("nobody"))
    check("an unknown id is an empty list", none == [], none)


async def changing(client, number):
    posted = await call(client.post_incident, Incident(start_time=ago(minutes=2), level=4, **LEAST))
    changed = await call(
        client.update_incident, Incident(pk=posted.pk, level=1, description="more", tags={"host": "sw2", "site": "a"})
    )
    check("level and description are changed", (changed.level, changed.description) == (1, "more"), changed)
    check("tags are replaced", (tag(changed, "host"), tag(changed, "site")) == ("sw2", "a"), changed.tags)
    events = await call(client.get_incident_events, posted.pk)
    changes = [event for event in events if event.type == "CHI"]
    check("each change is an event that tells old and new", any("4 → 1" in e.description for e in changes), changes)
    await expect(ClientError, "a fetched incident as a whole is refused", client.update_incident, changed)
    await call(client.api.incidents.set_ticket_url, posted.pk, body={"ticket_url": "https://tickets.example.org/7"})
    found = await call(client.get_incident, posted.pk)
    check("the ticket is set", found.ticket_url == "https://tickets.example.org/7", found.ticket_url)


async def happening(client, number):
    posted = await call(client.post_incident, Incident(start_time=ago(minutes=9), **LEAST))
    moment = ago(minutes=3).replace(microsecond=654321)
    noted = await call(client.post_incident_event, posted, Event(type="OTH", timestamp=moment, description="a note"))
    check("an event keeps its time to the microsecond", noted.timestamp == moment, noted)
    ended = await call(client.resolve_incident, posted, description="over", timestamp=ago(minutes=2))
    check("END is answered with its event", (ended.type, ended.description) == ("END", "over"), ended)
    again = await call(client.resolve_incident, posted.pk)
    check("END may be repeated", again.type == "END", again)
    found = await call(client.get_incident, posted.pk)
    check("the first END counts", not found.open and found.end_time == ended.timestamp, found)
    text = ago(seconds=50).strftime("%Y-%m-%d %H:%M:%S")
    check("a time as text passes", (await call(client.resolve_incident, posted, timestamp=text)).type == "END")
    if AFTER_0_7:
        restarted = await call(client.restart_incident, posted, description="again")
    else:
        restarted = await call(client.post_incident_event, posted, Event(type="RES", timestamp=ago()))
    check("RES restarts", restarted.type == "RES" and (await call(client.get_incident, posted.pk)).open, restarted)
    last = await call(client.resolve_incident, posted, timestamp=datetime.now(timezone.utc) + timedelta(seconds=0))
    check("END ends it once more", not (await call(client.get_incident, posted.pk)).open, last)
    events = await call(client.get_incident_events, posted)
    times = [event.timestamp for event in events]
    check("events are newest first", times == sorted(times, reverse=True), times)
    first = events[-1]
    check("the first is STA by the source", first.type == "STA" and bool(first.actor), first)


async def acknowledging(client, number):
    posted = await call(client.post_incident, Incident(start_time=ago(minutes=9), **LEAST))
    check("no acknowledgement yet", await call(client.get_incident_acknowledgements, posted) == [])
    ack = {"timestamp": ago().isoformat(), "description": "on it"}
    body = {**ack, "expiration": None} if number == 2 else {"event": ack, "expiration": None}
    await call(client.api.acknowledgements.create, posted.pk, body=body)
    acks = await call(client.get_incident_acknowledgements, posted.pk)
    check("it is listed", [a.event.description for a in acks] == ["on it"], acks)
    check("its event is ACK", acks and acks[0].event.type == "ACK" and acks[0].expiration is None, acks)
    check("the incident is acked", (await call(client.get_incident, posted.pk)).acked)
    found = await call(client.get_my_incidents, acked=True, open=True, start_time__gte=ago(minutes=10).isoformat())
    check("it is found as acked", posted.pk in [i.pk for i in found], len(found))


async def failing(client, number):
    kind = type(client)
    wrong = kind(api(number), "0" * 64)
    await expect(AuthError, "a wrong token is AuthError", wrong.get_incident, 1)
    await expect(NotFoundError, "an unknown pk is NotFoundError", client.get_incident, 2_000_000_000)
    missing = await expect(ClientError, "no start_time is ClientError", client.post_incident, Incident(description="x"))
    check("the field is named", missing and "start_time" in missing.response.body, missing and missing.response.body)
    double = Incident(start_time=ago(), source_incident_id=fresh("double"))
    await call(client.post_incident, double)
    twice = await expect(ClientError, "the same id again is ClientError", client.post_incident, double)
    said = str(twice.response.body) if twice else ""
    check("and says what and which", "already exists" in said and "source_incident_id" in said, said)
    reader = kind(api(number), PERSON_TOKEN)
    homeless = await expect(ClientError, "who has no source cannot post", reader.post_incident, double)
    check("as a bare list", homeless and isinstance(homeless.response.body, list), homeless)
    kinds = (KeyError, ValueError) if number == 2 else NotFoundError
    await expect(kinds, "refresh_token fails as with every Argus", client.refresh_token)
    found = await call(client.get_my_incidents, source_incident_id=double.source_incident_id)
    check("and leaves the token as it was", len(found) == 1, found)


async def living(client, number):
    if AFTER_0_7 and number == 2:
        check("heartbeats are known", await call(client.supports_heartbeat) is True)
        check("and taken", await call(client.send_heartbeat) is None)
    for method in (client.api.incidents.list_open, client.api.incidents.list_open_unacked):
        if number == 1:
            check("v1 lists what is open without pages", isinstance((await call(method)).body, list))
        else:
            await expect(NotFoundError, "v2 has no such list", method)


SCENARIOS = (creating, listing, changing, happening, acknowledging, failing, living)


def scenario(kind, number, steps):
    async def all_steps():
        client = kind(api(number), SOURCE_TOKEN)
        check("the client has a face", repr(client).startswith(f"<{kind.__name__}"), repr(client))
        for step in steps:
            await step(client, number)

    return all_steps


run(
    {
        f"{kind.__name__}, API v{number}, {step.__name__}": scenario(kind, number, [step])
        for kind in (Client, AsyncClient)
        for number in (2, 1)
        for step in SCENARIOS
    }
)
