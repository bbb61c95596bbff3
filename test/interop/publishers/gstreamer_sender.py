"""Publishes flash and beep by WHIP with GStreamer's webrtcbin and encoders. Prints one line of JSON: the frames that it sent.

gstreamer_sender.py --whip URL --seconds N [--video H264|H265|VP8|VP9] [--audio opus|opus-dtx]
"""

import argparse
import json
import time

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

import flash_and_beep as clip  # noqa: E402
import webrtcbin  # noqa: E402
import whip  # noqa: E402

# The first frame is due this long after the connection: encoders and elements are awake then.
HEAD_START_SECONDS = 0.5
KEY_FRAME_PICTURES = 60

# One slice and no B-frames, as most live senders.
VIDEO = {
    "H264": f"x264enc speed-preset=superfast threads=1 sliced-threads=false bframes=0 key-int-max={KEY_FRAME_PICTURES}"
    " rc-lookahead=0 bitrate=800 ! video/x-h264,profile=constrained-baseline"
    " ! rtph264pay aggregate-mode=zero-latency config-interval=-1"
    " ! application/x-rtp,media=video,encoding-name=H264,payload=96,packetization-mode=(string)1",
    "H265": f"x265enc speed-preset=ultrafast tune=zerolatency key-int-max={KEY_FRAME_PICTURES} bitrate=800"
    " option-string=pools=1:frame-threads=1:slices=1"
    " ! rtph265pay aggregate-mode=zero-latency config-interval=-1"
    " ! application/x-rtp,media=video,encoding-name=H265,payload=97",
    "VP8": f"vp8enc deadline=1 cpu-used=8 keyframe-max-dist={KEY_FRAME_PICTURES} target-bitrate=800000"
    " ! rtpvp8pay picture-id-mode=15-bit ! application/x-rtp,media=video,encoding-name=VP8,payload=98",
    "VP9": f"vp9enc deadline=1 cpu-used=8 lag-in-frames=0 keyframe-max-dist={KEY_FRAME_PICTURES} target-bitrate=800000"
    " ! rtpvp9pay picture-id-mode=15-bit ! application/x-rtp,media=video,encoding-name=VP9,payload=99",
}
OPUS = "application/x-rtp,media=audio,encoding-name=OPUS,payload=111"
AUDIO = {
    "opus": f"opusenc frame-size=20 ! rtpopuspay ! {OPUS}",
    # Speech that sends nothing in silence.
    "opus-dtx": f"opusenc frame-size=20 audio-type=voice bitrate=16000 dtx=true ! rtpopuspay dtx=true ! {OPUS}",
}

RAW_VIDEO = f"video/x-raw,format=I420,width={clip.WIDTH},height={clip.HEIGHT},framerate={clip.PICTURES_PER_SECOND}/1"
RAW_AUDIO = (
    f"audio/x-raw,format=S16LE,layout=interleaved,channels=2,rate={clip.SAMPLE_RATE}"
)


def branch(kind: str, raw: str, encode: str) -> str:
    source = (
        f"appsrc name={kind} format=time is-live=true max-bytes=100000000 caps={raw}"
    )
    return f"{source} ! queue ! {encode} ! queue name={kind}-packets ! peer. "


class Track:
    """Frames into an encoder, counted behind the packetizer: all packets of one have its time."""

    def __init__(self, pipeline: Gst.Pipeline, kind: str, frame, rate: float) -> None:
        self.source = pipeline.get_by_name(kind)
        self.frame = frame
        self.rate = rate
        self.pushed = 0
        self.sent = 0
        self.last_pts = None
        self.on_first = lambda: None
        pad = pipeline.get_by_name(f"{kind}-packets").get_static_pad("src")
        pad.add_probe(
            Gst.PadProbeType.BUFFER | Gst.PadProbeType.BUFFER_LIST, self.count
        )

    def count(self, _pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        buffers = (
            info.get_buffer_list() if info.type & Gst.PadProbeType.BUFFER_LIST else None
        )
        first = buffers.get(0) if buffers else info.get_buffer()
        if first.pts != self.last_pts:
            if self.sent == 0:
                self.on_first()
            self.sent += 1
        self.last_pts = first.pts
        return Gst.PadProbeReturn.OK

    @property
    def position(self) -> float:
        return self.pushed / self.rate

    def push(self, start: int) -> None:
        buffer = Gst.Buffer.new_wrapped(self.frame(self.pushed))
        buffer.pts = start + int(self.position * Gst.SECOND)
        buffer.duration = int(Gst.SECOND / self.rate)
        self.source.emit("push-buffer", buffer)
        self.pushed += 1


def running_time(pipeline: Gst.Pipeline) -> int:
    return pipeline.get_clock().get_time() - pipeline.get_base_time()


def play(pipeline: Gst.Pipeline, tracks: list[Track], seconds: float) -> None:
    start = running_time(pipeline) + int(HEAD_START_SECONDS * Gst.SECOND)
    while (track := min(tracks, key=lambda one: one.position)).position < seconds:
        due = start + int(track.position * Gst.SECOND)
        time.sleep(max(0, due - running_time(pipeline)) / Gst.SECOND)
        track.push(start)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--whip", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--video", choices=list(VIDEO))
    parser.add_argument("--audio", choices=list(AUDIO))
    order = parser.parse_args()
    Gst.init(None)
    description = "webrtcbin name=peer bundle-policy=max-bundle "
    if order.audio:
        description += branch("audio", RAW_AUDIO, AUDIO[order.audio])
    if order.video:
        description += branch("video", RAW_VIDEO, VIDEO[order.video])
    pipeline = Gst.parse_launch(description)
    tracks = {}
    if order.audio:
        rate = clip.SAMPLE_RATE / clip.CHUNK_SAMPLES
        tracks["audio"] = Track(pipeline, "audio", clip.sound, rate)
    if order.video:
        rate = clip.PICTURES_PER_SECOND
        tracks["video"] = Track(pipeline, "video", clip.picture, rate)
    before_picture = []
    if order.audio and order.video:
        tracks["video"].on_first = lambda: before_picture.append(tracks["audio"].sent)
    peer = pipeline.get_by_name("peer")
    # The bindings free what is not referenced.
    ice = webrtcbin.use_loopback(peer)
    webrtcbin.fail_on_error(pipeline)
    pipeline.set_state(Gst.State.PLAYING)
    session = webrtcbin.negotiate(peer, order.whip)
    webrtcbin.wait_until_connected(peer)
    play(pipeline, list(tracks.values()), order.seconds)
    time.sleep(1)  # What the encoders still hold.
    whip.hang_up(session)
    sent = {f"{kind}Frames": track.sent for kind, track in tracks.items()}
    if before_picture:
        sent["audioFramesBeforePicture"] = before_picture[0]
    print(json.dumps({"videoFrames": 0, "audioFrames": 0} | sent), flush=True)
    pipeline.set_state(Gst.State.NULL)
    del ice


main()
