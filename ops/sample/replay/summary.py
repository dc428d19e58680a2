"""What became of the reports of a run, read back over the front door like anybody could."""

import collections
import time

PAGE = 500


def cases_of(door, ids, settle, progress):
    """{id: case} for the ids that have one. Waits until all have, or until none was added for `settle` seconds."""
    found, missing = {}, set(ids)
    until = time.monotonic() + settle
    while missing:
        before = len(missing)
        lowest, cursor = min(missing), None
        while True:
            page = door.get(f"/api/v1/cases?limit={PAGE}" + (f"&after={cursor}" if cursor else ""))
            for case in page["items"]:
                number = int(case["id"])
                if number in missing:
                    missing.discard(number)
                    found[number] = case
            cursor = page["next"]
            if not cursor or not page["items"] or int(page["items"][-1]["id"]) < lowest:
                break
        progress(len(found))
        if len(missing) < before:
            until = time.monotonic() + settle
        elif time.monotonic() > until:
            break
        if missing:
            time.sleep(1)
    return found


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def area_names(door, codes):
    names = {}
    for code in codes:
        try:
            names[code] = door.get(f"/api/v1/areas/{code}")["properties"]["name"]
        except (RuntimeError, KeyError):
            names[code] = ""
    return names


def digest(door, fates, cases, elapsed):
    """The figures of a run. fates: {key: (status, answer, seconds)}."""
    accepted = [fate for fate in fates.values() if fate[0] == 201]
    states = collections.Counter(case["state"] for case in cases.values())
    # Who waits for a dispatcher carries the reason; an acted-on case may be anywhere else by now.
    waiting = [case for case in cases.values() if case["reason"] is not None and case["state"] != "dispatched"]
    areas = collections.Counter(case["area"]["code"][:9] for case in cases.values())
    names = area_names(door, areas)
    categories = collections.Counter(
        (case["category"]["code"], case["category"]["name"]) if case["category"] else ("", "no category")
        for case in cases.values())
    return {
        "sent": len(fates),
        "accepted": len(accepted),
        "unknown": sum(fate[0] == 0 for fate in fates.values()),
        "refused": dict(collections.Counter(str(f[0]) for f in fates.values() if f[0] not in (0, 201))),
        "cases": len(cases),
        "lost": len({int(fate[1]["id"]) for fate in accepted}) - len(cases),
        "doubled": len(accepted) - len({int(fate[1]["id"]) for fate in accepted}),
        "dispatched": states["dispatched"],
        "waiting": len(waiting),
        "reasons": dict(collections.Counter(case["reason"] for case in waiting).most_common()),
        "states": dict(states.most_common()),
        "areas": [[code, names[code], n] for code, n in areas.most_common()],
        "categories": [[code, name, n] for (code, name), n in categories.most_common()],
        "seconds": round(elapsed, 2),
        "rate": round(len(accepted) / elapsed, 1) if elapsed else 0,
        "p50_ms": round(percentile([f[2] for f in accepted], 0.5) * 1000, 1),
        "p99_ms": round(percentile([f[2] for f in accepted], 0.99) * 1000, 1),
        "max_ms": round(percentile([f[2] for f in accepted], 1) * 1000, 1),
    }


def show(figures):
    say = print
    say(f"sent {figures['sent']}  accepted {figures['accepted']}  unknown {figures['unknown']}  refused "
        f"{figures['refused'] or 0}  in {figures['seconds']} s ({figures['rate']}/s)")
    say(f"cases {figures['cases']}  lost {figures['lost']}  doubled {figures['doubled']}")
    say(f"dispatched {figures['dispatched']}  waiting {figures['waiting']}"
        + "".join(f"  {reason} {n}" for reason, n in figures["reasons"].items()))
    say("by area")
    for code, name, n in figures["areas"]:
        say(f"  {n:>7}  {code} {name}")
    say("by category")
    for code, name, n in figures["categories"]:
        say(f"  {n:>7}  {code or '-'} {name}")
    say(f"latency of a POST: p50 {figures['p50_ms']} ms, p99 {figures['p99_ms']} ms, most {figures['max_ms']} ms")
