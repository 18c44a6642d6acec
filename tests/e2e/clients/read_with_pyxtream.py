"""Reads every document of a panel with pyxtream, and prints last what it has made of them, as JSON."""

import base64
import json
import sys

from pyxtream import api
from pyxtream.pyxtream import XTream
from pyxtream.schemaValidator import SchemaType, schemaValidator

address, username, password, folder, channel, movie = sys.argv[1:]
panel = XTream("panel", username, password, address, cache_path=folder, reload_time_sec=-1, validate_json=True)
assert panel.state["authenticated"], "it is not signed in"
assert panel.load_iptv(), "it has loaded nothing"

complaints = []


def check(document, kind):
    if not schemaValidator(document, kind):
        complaints.append([kind.name, document])


for stream in panel.channels:
    check(stream.raw, SchemaType.LIVE)
for stream in panel.movies:
    check(stream.raw, SchemaType.VOD)
series = {}
for show in panel.series:
    check(show.raw, SchemaType.SERIES_INFO)
    check(panel._load_series_info_by_id_from_provider(show.series_id), SchemaType.SERIES)
    panel.get_series_info_by_id(show)
    series[show.name] = {
        season: {title: episode.url for title, episode in content.episodes.items()}
        for season, content in show.seasons.items()
    }


def titles(document):
    return [base64.b64decode(row["title"]).decode() for row in document["epg_listings"]]


def address_of(streams, number):
    return next(stream.url for stream in streams if str(stream.id) == number)


found = {
    "complaints": complaints,
    "groups": [group.name for group in panel.groups if group.name != "xEverythingElse"],
    "channels": [stream.name for stream in panel.channels],
    "channel": address_of(panel.channels, channel),
    "movies": [stream.name for stream in panel.movies],
    "movie": address_of(panel.movies, movie),
    # Its own way of asking hands the address on as a time limit.
    "vod": panel._get_request(api.get_VOD_info_URL_by_ID(movie, panel.base_url)),
    "series": series,
    "short": titles(panel.liveEpgByStream(channel)),
    "one": titles(panel.liveEpgByStreamAndLimit(channel, 1)),
    "table": titles(panel.allLiveEpgByStream(channel)),
}
print("")
print(json.dumps(found))
