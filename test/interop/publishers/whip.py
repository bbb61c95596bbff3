"""WHIP, RFC 9725: POST of an offer brings the answer, DELETE of the session ends it."""

import json
import sys
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import Request, urlopen

LIMIT_SECONDS = 15


def publish(url: str, offer: str) -> tuple[str, str]:
    """Returns the answer and the session's URL. Ends the program when the server refuses, with its reasons as JSON."""
    request = Request(
        url, offer.encode(), {"content-type": "application/sdp"}, method="POST"
    )
    try:
        with urlopen(request, timeout=LIMIT_SECONDS) as response:
            return response.read().decode(), urljoin(url, response.headers["location"])
    except HTTPError as error:
        print(
            json.dumps({"status": error.code, "problem": json.load(error)}), flush=True
        )
        sys.exit(2)


def hang_up(session: str) -> None:
    urlopen(Request(session, method="DELETE"), timeout=LIMIT_SECONDS).close()
