"""What Schemathesis cannot know of the server: bodies that are no JSON, and names of things that are there."""

import json
import os
import random

import schemathesis

KNOWN = json.loads(os.environ.get("AIRCHECK_KNOWN", "{}"))
chance = random.Random(1)


@schemathesis.serializer("application/sdp", "application/trickle-ice-sdpfrag")
def as_text(context, value):
    if isinstance(value, bytes):
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace")


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Half of all calls are about something that is there."""
    for name, value in KNOWN.items():
        if path_parameters and name in path_parameters and chance.random() < 0.5:
            path_parameters[name] = value
    return path_parameters
