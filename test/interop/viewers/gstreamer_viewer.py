"""Watches by WHEP with GStreamer's webrtcbin and decoders. Prints a line when it is connected, and {"pictures": N} after the end of stdin.

gstreamer_viewer.py --whep URL --video H264|H265|VP8|VP9
"""

import argparse
import json
import os
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstWebRTC  # noqa: E402

import webrtcbin  # noqa: E402
import whip  # noqa: E402

# The jitter buffer of webrtcbin holds pictures for 200 ms.
SETTLE_SECONDS = 1
END_LIMIT_SECONDS = 20

DECODERS = {
    "H264": "rtph264depay ! h264parse ! avdec_h264 max-threads=1",
    "H265": "rtph265depay ! h265parse ! avdec_h265 max-threads=1",
    "VP8": "rtpvp8depay ! vp8dec threads=1",
    "VP9": "rtpvp9depay ! vp9dec threads=1",
}


class Pictures:
    """What comes out of the decoder behind webrtcbin."""

    def __init__(self, pipeline: Gst.Pipeline, codec: str) -> None:
        self.pipeline = pipeline
        self.codec = codec
        self.decoded = 0
        self.ended = threading.Event()
        self.entry = None

    def on_pad(self, _peer: Gst.Element, pad: Gst.Pad) -> None:
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        decoder = Gst.parse_bin_from_description(
            f"{DECODERS[self.codec]} ! fakesink name=end sync=false async=false", True
        )
        sink = decoder.get_by_name("end").get_static_pad("sink")
        sink.add_probe(Gst.PadProbeType.BUFFER, self.count)
        sink.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, self.look_for_end)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        self.entry = decoder.get_static_pad("sink")
        pad.link(self.entry)

    def count(self, _pad: Gst.Pad, _info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        self.decoded += 1
        return Gst.PadProbeReturn.OK

    def look_for_end(self, _pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        if info.get_event().type == Gst.EventType.EOS:
            self.ended.set()
        return Gst.PadProbeReturn.OK

    def flush(self) -> None:
        """What the decoder holds comes out at the end of its stream."""
        if self.entry is None:
            return
        self.entry.send_event(Gst.Event.new_eos())
        self.ended.wait(END_LIMIT_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--whep", required=True)
    parser.add_argument("--video", choices=list(DECODERS), required=True)
    order = parser.parse_args()
    Gst.init(None)
    pipeline = Gst.Pipeline.new()
    peer = Gst.ElementFactory.make("webrtcbin")
    peer.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
    pipeline.add(peer)
    # The bindings free what is not referenced.
    ice = webrtcbin.use_loopback(peer)
    pictures = Pictures(pipeline, order.video)
    peer.connect("pad-added", pictures.on_pad)
    caps = Gst.Caps.from_string(
        f"application/x-rtp,media=video,encoding-name={order.video},payload=96,clock-rate=90000"
    )
    receiving = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
    peer.emit("add-transceiver", receiving, caps)
    webrtcbin.fail_on_error(pipeline)
    pipeline.set_state(Gst.State.PLAYING)
    session = webrtcbin.negotiate(peer, order.whep)
    webrtcbin.wait_until_connected(peer)
    print(json.dumps({"event": "connected"}), flush=True)
    sys.stdin.read()
    time.sleep(SETTLE_SECONDS)
    pictures.flush()
    print(json.dumps({"pictures": pictures.decoded}), flush=True)
    whip.hang_up(session)
    del ice
    os._exit(0)


main()
