"""What a sender and a viewer on GStreamer's webrtcbin have in common."""

import os
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402

import whip  # noqa: E402

LIMIT_SECONDS = 15


def wait(promise: Gst.Promise) -> Gst.Structure:
    promise.wait()
    return promise.get_reply()


def use_loopback(peer: Gst.Element):
    """Without it libnice pairs no candidate with a server on the loopback address."""
    ice = peer.get_property("ice-agent")
    ice.emit("add-local-ip-address", "127.0.0.1")
    return ice


def negotiate(peer: Gst.Element, url: str) -> str:
    """Replies stay referenced as long as what was taken out of them is used: the bindings do not keep them."""
    offering = Gst.Promise.new()
    peer.emit("create-offer", None, offering)
    reply = wait(offering)
    offer = reply.get_value("offer")
    setting = Gst.Promise.new()
    peer.emit("set-local-description", offer, setting)
    wait(setting)
    gathered = GstWebRTC.WebRTCICEGatheringState.COMPLETE
    wait_for(
        lambda: peer.get_property("ice-gathering-state") == gathered,
        "gathered candidates",
    )
    answer, session = whip.publish(
        url, peer.get_property("local-description").sdp.as_text()
    )
    _, message = GstSdp.SDPMessage.new_from_text(answer)
    description = GstWebRTC.WebRTCSessionDescription.new(
        GstWebRTC.WebRTCSDPType.ANSWER, message
    )
    accepting = Gst.Promise.new()
    peer.emit("set-remote-description", description, accepting)
    wait(accepting)
    return session


def wait_until_connected(peer: Gst.Element) -> None:
    connected = GstWebRTC.WebRTCPeerConnectionState.CONNECTED
    wait_for(lambda: peer.get_property("connection-state") == connected, "connected")


def wait_for(is_so, what: str) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.01)


def fail_on_error(pipeline: Gst.Pipeline) -> None:
    def watch() -> None:
        message = pipeline.get_bus().timed_pop_filtered(
            Gst.CLOCK_TIME_NONE, Gst.MessageType.ERROR
        )
        print(message.parse_error(), file=sys.stderr, flush=True)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
