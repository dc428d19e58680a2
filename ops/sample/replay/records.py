"""The files of real messages that a replay reads, each record as the body of a report. No socket, no clock.

Two kinds, told apart by their header:
  taidi   messages to a city: title, newline, body. They name no place and no category.
  tainan  calls to a hotline with point and service. The affine map of tainan.json's box onto the box of
          outline.geojson carries the points over; the box is a constant, so a slice lands where the whole does.
          Services become our categories by tainan.csv (a "*" is the rest of a service; empty: none of ours).
          Where geo_coarse is 1 the point is the middle of some district, not where it happened: a point that
          nobody meant would send somebody to the wrong yard, so it is left out and only the address is said.
What is replayed happens now: the time of long ago is left out (the door takes no matter of over ten years).
"""

import csv
import gzip
import io
import json
import os
import re

SAMPLE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TITLES = (("title", "detail"), ("留言主题", "留言详情"))


class Unreadable(Exception):
    """A file that is none of the two kinds; the text says why."""


def rows_of(path):
    """All rows of a .csv or .csv.gz as dicts."""
    opened = gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")
    with opened as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        csv.field_size_limit(1 << 20)
        return list(csv.DictReader(text))


def box_of_district():
    with open(os.path.join(SAMPLE, "outline.geojson"), encoding="utf-8") as file:
        ring = json.load(file)["features"][0]["geometry"]["coordinates"][0]
    lons, lats = [p[0] for p in ring], [p[1] for p in ring]
    return min(lons), min(lats), max(lons), max(lats)


class Tainan:
    """Bodies from rows of the hotline."""

    def __init__(self):
        with open(os.path.join(SAMPLE, "tainan.json"), encoding="utf-8") as file:
            self.source = json.load(file)["box"]
        self.district = box_of_district()
        with open(os.path.join(SAMPLE, "tainan.csv"), encoding="utf-8", newline="") as file:
            self.table = {(row["service"], row["subproject"]): row["category"] for row in csv.DictReader(file)}

    def category(self, row):
        service, subproject = row["service"], row["subproject"]
        return self.table.get((service, subproject), self.table.get((service, "*"), ""))

    def point(self, row):
        """(lat, lon) in the district's box, to six decimals; None where the record has no point of its own."""
        if row["geo_coarse"] == "1" or not row["lat"] or not row["lng"]:
            return None
        west, south, east, north = self.source
        left, bottom, right, top = self.district
        lon = left + (float(row["lng"]) - west) * (right - left) / (east - west)
        lat = bottom + (float(row["lat"]) - south) * (top - bottom) / (north - south)
        return round(lat, 6), round(lon, 6)

    def body(self, row):
        report = {"text": row["description"].strip() or row["subproject"] or row["service"]}
        if self.category(row):
            report["category"] = self.category(row)
        if self.point(row):
            report["lat"], report["lon"] = self.point(row)
        if row["address"].strip():
            report["address"] = row["address"].strip()[:300]
        return report


class Taidi:
    """Bodies from rows of messages."""

    def __init__(self, title, detail):
        self.title, self.detail = title, detail

    def body(self, row):
        return {"text": row[self.title].strip() + "\n" + row[self.detail].strip()}


def kind_of(path, row):
    if "service" in row and "subproject" in row and "geo_coarse" in row:
        return Tainan()
    for names in TITLES:
        if all(name in row for name in names):
            return Taidi(*names)
    raise Unreadable(f"{path}: neither a tainan nor a taidi file; its columns are {', '.join(row)}")


def records(path, run, limit=None):
    """(key, body) for each record of a file: the key is file, record and run, so that a repeat is known."""
    rows = rows_of(path)[:limit]
    if not rows:
        raise Unreadable(f"{path}: no records")
    kind = kind_of(path, rows[0])
    name = re.sub(r"[^A-Za-z0-9._-]", "-", os.path.basename(path))
    for number, row in enumerate(rows, 1):
        report = kind.body(row)
        key = f"{name}:{number}:{run}"
        report.update(channel="system", language="zh", source={"system": "replay", "id": key})
        yield key, report
