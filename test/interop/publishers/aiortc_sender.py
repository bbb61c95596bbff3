"""Publishes flash and beep by WHIP with aiortc, which encodes. Prints one line of JSON: the frames that it sent.

aiortc_sender.py --whip URL --seconds N [--video H264|VP8] [--audio opus|PCMU|PCMA]
"""

import argparse
import asyncio
import json
from fractions import Fraction

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import is_rtcp
from av import AudioFrame, VideoFrame

import flash_and_beep as clip
import whip

CONNECT_LIMIT_SECONDS = 15


class Pace:
    """When the clip began: with the first frame that either track is asked for, which is after the handshake."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.start: float | None = None
        self.ended = asyncio.Event()

    async def until(self, position: float) -> None:
        loop = asyncio.get_running_loop()
        if self.start is None:
            self.start = loop.time()
        if position >= self.seconds:
            self.ended.set()
            raise MediaStreamError
        await asyncio.sleep(max(0, self.start + position - loop.time()))


class VideoTrack(MediaStreamTrack):
    kind = "video"

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self.pace = pace
        self.sent = 0

    async def recv(self) -> VideoFrame:
        await self.pace.until(self.sent / clip.PICTURES_PER_SECOND)
        frame = VideoFrame(clip.WIDTH, clip.HEIGHT, "yuv420p")
        planes, offset = clip.picture(self.sent), 0
        for plane in frame.planes:
            plane.update(planes[offset : offset + plane.buffer_size])
            offset += plane.buffer_size
        frame.pts = self.sent
        frame.time_base = Fraction(1, clip.PICTURES_PER_SECOND)
        self.sent += 1
        return frame


class AudioTrack(MediaStreamTrack):
    kind = "audio"

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self.pace = pace
        self.sent = 0

    async def recv(self) -> AudioFrame:
        await self.pace.until(self.sent * clip.CHUNK_SAMPLES / clip.SAMPLE_RATE)
        frame = AudioFrame(format="s16", layout="stereo", samples=clip.CHUNK_SAMPLES)
        frame.planes[0].update(clip.sound(self.sent))
        frame.sample_rate = clip.SAMPLE_RATE
        frame.pts = self.sent * clip.CHUNK_SAMPLES
        frame.time_base = Fraction(1, clip.SAMPLE_RATE)
        self.sent += 1
        return frame


class SentPackets:
    """Of sound, before the first one of a picture: what its encoder takes for the first picture, sound does not wait for."""

    def __init__(self, peer: RTCPeerConnection) -> None:
        self.sound_before_picture = 0
        self.has_picture = False
        senders = {sender._ssrc: sender.kind for sender in peer.getSenders()}
        transport = peer.getSenders()[0].transport
        send = transport._send_rtp

        async def counted(data: bytes) -> None:
            if not is_rtcp(data):
                self.count(senders.get(int.from_bytes(data[8:12], "big")))
            await send(data)

        transport._send_rtp = counted

    def count(self, kind: str | None) -> None:
        if kind == "video":
            self.has_picture = True
        if kind == "audio" and not self.has_picture:
            self.sound_before_picture += 1


def add(peer: RTCPeerConnection, track: MediaStreamTrack, codec: str) -> None:
    transceiver = peer.addTransceiver(track, direction="sendonly")
    name = f"{track.kind}/{codec}".lower()
    capabilities = RTCRtpSender.getCapabilities(track.kind).codecs
    transceiver.setCodecPreferences(
        [one for one in capabilities if one.mimeType.lower() == name]
    )


async def connect(peer: RTCPeerConnection, url: str) -> str:
    connected = asyncio.Event()

    @peer.on("connectionstatechange")
    def on_change() -> None:
        if peer.connectionState == "connected":
            connected.set()

    await peer.setLocalDescription(await peer.createOffer())
    answer, session = whip.publish(url, peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await asyncio.wait_for(connected.wait(), CONNECT_LIMIT_SECONDS)
    return session


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--whip", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--video", choices=["H264", "VP8"])
    parser.add_argument("--audio", choices=["opus", "PCMU", "PCMA"])
    order = parser.parse_args()
    pace = Pace(order.seconds)
    video, audio = VideoTrack(pace), AudioTrack(pace)
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    if order.audio:
        add(peer, audio, order.audio)
    if order.video:
        add(peer, video, order.video)
    packets = SentPackets(peer)
    session = await connect(peer, order.whip)
    await pace.ended.wait()
    await asyncio.sleep(0.5)
    whip.hang_up(session)
    sent = {
        "videoFrames": video.sent,
        "audioFrames": audio.sent,
        "audioFramesBeforePicture": packets.sound_before_picture,
    }
    print(json.dumps(sent), flush=True)
    await peer.close()


asyncio.run(main())
