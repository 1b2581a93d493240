"""The calls that glue services make, in their order and with their quirks (reference argus 5.3)."""

from datetime import datetime, timedelta, timezone

from pyargus.async_client import AsyncClient
from pyargus.client import Client
from pyargus.models import STATELESS, Event, Incident
from simple_rest_client.exceptions import ClientError, NotFoundError

from harness import (
    OTHER_SOURCE_TOKEN,
    SOURCE_NAME,
    SOURCE_TOKEN,
    Timed,
    ago,
    api,
    call,
    check,
    expect,
    fresh,
    person,
    run,
    tag,
)

EPOCH = datetime(2020, 1, 1, tzinfo=timezone.utc)


def number_of(offset=0):
    """An id as NAV and Zino have them: a number."""
    return int((datetime.now(timezone.utc) - EPOCH).total_seconds() * 1_000_000) + offset


def is_open(incident):
    """NAV's and Zino's question, which holds in every version of the client."""
    return incident.end_time is not STATELESS and incident.end_time.year == 9999


async def nav():
    """A source of its own, so that every open id is a number; naive times, full sync, text as time of the end."""
    for root in (api(1), api(2)):
        client = Timed(Client(root, OTHER_SOURCE_TOKEN))
        check("NAV, --test-api: the first of all open", isinstance(list(client.get_incidents(open=True))[:1], list))
        alerts = [number_of(at) for at in range(5)]
        for at, alert in enumerate(alerts):
            check("NAV looks before it posts", list(client.get_my_incidents(source_incident_id=alert)) == [])
            state = Incident(
                start_time=datetime.now(),
                end_time=datetime.max,
                source_incident_id=alert,
                details_url=f"/api/alert/{alert}/",
                description=f"box {at} down",
                level=3,
                tags={"event_type": "boxState", "organization": "a", "host": f"sw{at}"},
            )
            posted = client.post_incident(state)
            check("NAV: a naive end of time is open", is_open(posted), posted)
            check("NAV: a relative address is joined", posted.details_url.endswith(f"/api/alert/{alert}/"), posted)
        gone = alerts[:2]
        for alert in gone:
            found = next(iter(client.get_my_incidents(open=True, source_incident_id=alert)), None)
            check("NAV finds the open one", found is not None and is_open(found), found)
            client.resolve_incident(found, timestamp=datetime.now().isoformat(" ", "seconds"))
        there = {int(i.source_incident_id) for i in client.get_my_incidents(open=True)}
        check("NAV, full sync: open there are those open here", there >= set(alerts[2:]) and not there & set(gone), there)
        closed = next(iter(client.get_my_incidents(source_incident_id=gone[0])))
        check("NAV skips what it finds closed", not is_open(closed), closed)
        for alert in alerts[2:]:
            incident = next(iter(client.get_my_incidents(open=True, source_incident_id=alert)))
            client.resolve_incident(incident, timestamp=datetime.now())


async def zino():
    """Cases with history, acknowledgements and a close by a person, a ticket of somebody else."""
    client = Timed(Client(api(), OTHER_SOURCE_TOKEN))
    client.get_my_incidents(open=True)
    case = number_of()
    check("Zino looks for the case", list(client.get_my_incidents(source_incident_id=case)) == [])
    posted = client.post_incident(
        Incident(
            start_time=ago(minutes=20).replace(microsecond=777001),
            end_time=datetime.max,
            source_incident_id=case,
            description="sw1 ge-0/0/1 down",
            level=1,
            tags={"host": "sw1", "event_type": "portstate", "priority": "500", "interface": "ge-0/0/1"},
        )
    )
    moments = [ago(minutes=10 - at).replace(microsecond=100 + at) for at in range(4)]
    for moment in moments:
        client.post_incident_event(posted, Event(type="OTH", timestamp=moment, description="state change"))
    events = client.get_incident_events(posted.pk)
    start = next(event for event in events if event.type == "STA")
    own = {e.timestamp for e in events if e.type == "OTH" and e.actor == start.actor}
    check("Zino knows its notes by their exact times", own == set(moments), own)
    person("PUT", f"incidents/{posted.pk}/ticket_url/", {"ticket_url": "https://tickets.example.org/z"})
    person("POST", f"incidents/{posted.pk}/acks/", {"timestamp": ago().isoformat(), "description": "seen"})
    fresh_look = client.get_incident(posted.pk)
    check("Zino sees ack and ticket at once", fresh_look.acked and fresh_look.ticket_url.endswith("/z"), fresh_look)
    acks = client.get_incident_acknowledgements(posted)
    check("Zino reads who acknowledged", acks[0].event.actor != start.actor, acks)
    change = next(event for event in client.get_incident_events(posted) if event.type == "CHI")
    check("Zino finds the ticket in the change", "https://tickets.example.org/z" in change.description, change)
    person("POST", f"incidents/{posted.pk}/events/", {"type": "CLO", "timestamp": ago().isoformat()})
    check("Zino sees it closed", not client.get_incident(posted.pk).open)
    closing = next(event for event in client.get_incident_events(posted) if event.type == "CLO")
    check("Zino finds who closed it", closing.actor != start.actor, closing)


async def zabbix():
    """Async; open ones by id; keys made tame, values empty; a duplicate known by a word."""
    client = Timed(AsyncClient(api(), SOURCE_TOKEN))
    problem = Incident(
        start_time=datetime.now() - timedelta(minutes=1),
        end_time=datetime.max,
        source_incident_id=fresh("zabbix"),
        description="CPU load",
        level=4,
        tags={"scope": "performance", "component": "", "target_os": "linux = 6"},
    )
    posted = await call(client.post_incident, problem)
    check("Zabbix: an empty value is kept", tag(posted, "component") == "", posted.tags)
    by_id = {i.source_incident_id: i async for i in client.get_my_incidents(open=True)}
    check("Zabbix finds its own among the open", problem.source_incident_id in by_id)
    twice = await expect(ClientError, "Zabbix posts again and is refused", client.post_incident, problem)
    check("Zabbix knows a duplicate", "source_incident_id" in str(twice.response.body), twice.response.body)
    await client.resolve_incident(by_id[problem.source_incident_id])
    open_now = [i.source_incident_id async for i in client.get_my_incidents(open=True)]
    check("Zabbix: it is open no more", problem.source_incident_id not in open_now)


async def prometheus():
    """No end_time at all; tags changed by a sparse update; what is old is cleaned up by a filter."""
    client = Timed(Client(api(), SOURCE_TOKEN))
    fingerprint = fresh("prometheus")
    old = ago(minutes=30)
    tags = {"alertname": "HighLoad", "run": fingerprint}
    posted = client.post_incident(
        Incident(start_time=old, source_incident_id=fingerprint, description="load", tags=tags)
    )
    check("Prometheus: without an end it is open", posted.open, posted)
    found = next(iter(client.get_incidents(source_incident_id=fingerprint)))
    client.post_incident_event(found, Event(type="OTH", timestamp=ago(), description="fires again"))
    updated = client.update_incident(Incident(pk=found.pk, tags={**tags, "value": "9"}))
    check("Prometheus changes tags alone", (tag(updated, "value"), updated.description) == ("9", "load"), updated)
    stale = client.get_incidents(open=True, stateful=True, source__name__in=SOURCE_NAME, duration__gte=10)
    check("Prometheus finds what is open for ten minutes", posted.pk in [i.pk for i in stale])
    client.resolve_incident(posted, timestamp=datetime.now())
    check("Prometheus: it is over", not client.get_incident(posted.pk).open)


async def nglue():
    """Resolves while it scans what is open; changes words, level and tags of one."""
    client = Timed(Client(api(), SOURCE_TOKEN))
    run_tag = fresh("nglue")
    for at in range(30):
        client.post_incident(
            Incident(start_time=ago(seconds=at), source_incident_id=f"{run_tag}-{at}", tags={"run": run_tag})
        )
    first = next(iter(client.get_my_incidents(open=True, tags=f"run={run_tag}")))
    changed = client.update_incident(Incident(pk=first.pk, description="worse", level=1, tags={"run": run_tag}))
    check("nglue changes words and level", (changed.description, changed.level) == ("worse", 1), changed)
    seen = []
    for incident in client.get_my_incidents(open=True, tags=f"run={run_tag}", page_size=7):
        seen.append(incident.source_incident_id)
        client.resolve_incident(incident)
    check("nglue resolves while it pages, and misses none", sorted(seen) == sorted({f"{run_tag}-{n}" for n in range(30)}), len(seen))


async def stubs():
    """The smallest: stateless without tags, open without an end, and the words of an error."""
    client = Timed(Client(api(), SOURCE_TOKEN))
    once = client.post_incident(Incident(start_time=ago(), end_time=STATELESS, description="a stub"))
    check("stub: stateless", not once.stateful, once)
    opened = client.post_incident(Incident(start_time=ago(), description="a stub"))
    check("stub: open", opened.open, opened)
    client.resolve_incident(opened.pk, "done")
    error = await expect(NotFoundError, "stub asks for what is not there", client.get_incident, 2_000_000_000)
    check("stub prints the detail", isinstance(error.response.body["detail"], str), error.response.body)


run({scenario.__name__: scenario for scenario in (nav, zino, zabbix, prometheus, nglue, stubs)})
