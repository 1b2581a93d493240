"""Page loops while others close incidents and open new ones: what stays open is seen once (reference argus 5.3, nglue)."""

import asyncio

from pyargus.async_client import AsyncClient
from pyargus.models import Incident

from harness import SOURCE_TOKEN, Timed, ago, api, check, fresh, run

COUNT = 120
AT_ONCE = 16
LOOPS = 6


async def gather(tasks):
    """A few at a time, as a glue service does."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(task):
        async with gate:
            return await task

    return await asyncio.gather(*(one(task) for task in tasks))


async def concurrent_closes():
    client = Timed(AsyncClient(api(), SOURCE_TOKEN, timeout=5))
    run_tag = fresh("pages")
    # Four of them share each start: the order among equals has to hold over the pages as well.
    posts = [
        client.post_incident(
            Incident(start_time=ago(seconds=at // 4), source_incident_id=f"{run_tag}-{at}", tags={"run": run_tag})
        )
        for at in range(COUNT)
    ]
    incidents = await gather(posts)
    leaving, staying = incidents[::2], incidents[1::2]

    async def close_and_open():
        for at, incident in enumerate(leaving):
            await client.resolve_incident(incident)
            if at % 4 == 0:
                await client.post_incident(Incident(start_time=ago(), tags={"run": run_tag}))

    changing = asyncio.create_task(close_and_open())
    loops = 0
    while not changing.done() or loops < LOOPS:
        seen = [i.pk async for i in client.get_my_incidents(open=True, tags=f"run={run_tag}", page_size=11)]
        loops += 1
        check("nothing is seen twice", len(seen) == len(set(seen)), len(seen) - len(set(seen)))
        missed = {incident.pk for incident in staying} - set(seen)
        check("what stays open is seen", missed == set(), missed)
    await changing
    seen = {i.pk async for i in client.get_my_incidents(open=True, tags=f"run={run_tag}")}
    check("what was closed is gone", not seen & {incident.pk for incident in leaving}, len(seen))
    check("what came is there", len(seen) == len(staying) + (len(leaving) + 3) // 4, len(seen))
    await gather([client.resolve_incident(pk) for pk in seen])


run({"pages under concurrent closes": concurrent_closes})
