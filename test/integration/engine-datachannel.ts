// A publisher on libdatachannel in a process of its own, steered over IPC: says its offer, takes the answer, then sends
// pictures of several packets and audio until it is ended. argv[2]: the setup attribute to offer.
import * as datachannel from 'node-datachannel';

/** Constrained Baseline, level 3.0, 640 × 480, picture order by decoding order. */
const SEQUENCE_PARAMETERS = Buffer.from('6742c01eda0280f640', 'hex');
const PICTURE_PARAMETERS = Buffer.from('68ce3c80', 'hex');
const START_CODE = Buffer.from([0, 0, 0, 1]);
const PICTURE_BYTES = 5000;
const PICTURES_PER_SECOND = 25;
const KEYFRAME_EVERY = 25;

const peer = new datachannel.PeerConnection('publisher', { iceServers: [] });
const video = new datachannel.Video('video', 'SendOnly');
video.addH264Codec(102, 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f');
video.addSSRC(2002, 'publisher', 'publisher', 'video');
const videoTrack = peer.addTrack(video);
const videoConfig = new datachannel.RtpPacketizationConfig(2002, 'publisher', 102, 90_000);
const videoPacketizer = new datachannel.H264RtpPacketizer('LongStartSequence', videoConfig, 1200);
videoPacketizer.addToChain(new datachannel.RtcpSrReporter(videoConfig));
videoPacketizer.addToChain(new datachannel.RtcpNackResponder());
videoTrack.setMediaHandler(videoPacketizer);

const audio = new datachannel.Audio('audio', 'SendOnly');
audio.addOpusCodec(111);
audio.addSSRC(1001, 'publisher', 'publisher', 'audio');
const audioTrack = peer.addTrack(audio);
const audioConfig = new datachannel.RtpPacketizationConfig(1001, 'publisher', 111, 48_000);
const audioPacketizer = new datachannel.RtpPacketizer(audioConfig);
audioPacketizer.addToChain(new datachannel.RtcpSrReporter(audioConfig));
audioTrack.setMediaHandler(audioPacketizer);

/** Annex B: parameter sets before a key frame, then a picture of one slice whose content is of no meaning. */
function picture(index: number): Buffer {
  const isKeyframe = index % KEYFRAME_EVERY === 0;
  // first_mb_in_slice 0, slice type I or P, picture parameters 0; then anything but emulation of a start code.
  const header = Buffer.from(isKeyframe ? [0x65, 0x88, 0x84] : [0x41, 0x9a, 0x24]);
  const slice = Buffer.concat([header, Buffer.alloc(PICTURE_BYTES, 1 + (index % 250))]);
  const units = isKeyframe ? [SEQUENCE_PARAMETERS, PICTURE_PARAMETERS, slice] : [slice];
  return Buffer.concat(units.flatMap((unit) => [START_CODE, unit]));
}

let pictures = 0;
let sounds = 0;

function sendMedia(): void {
  setInterval(() => {
    if (!videoTrack.isOpen()) return;
    videoConfig.timestamp = (pictures * (90_000 / PICTURES_PER_SECOND)) >>> 0;
    videoTrack.sendMessageBinary(picture(pictures));
    pictures += 1;
  }, 1000 / PICTURES_PER_SECOND);
  setInterval(() => {
    if (!audioTrack.isOpen()) return;
    audioConfig.timestamp = (sounds * 960) >>> 0;
    audioTrack.sendMessageBinary(Buffer.concat([Buffer.from([0x78]), Buffer.alloc(100, sounds)]));
    sounds += 1;
  }, 20);
}

peer.onStateChange((state) => process.send?.({ state }));
peer.onGatheringStateChange((state) => {
  if (state !== 'complete') return;
  const sdp = peer.localDescription()?.sdp ?? '';
  process.send?.({ offer: sdp.replaceAll('a=setup:actpass', `a=setup:${process.argv[2] ?? 'actpass'}`) });
});
process.on('message', (answer: string) => {
  peer.setRemoteDescription(answer, 'answer');
  sendMedia();
});
peer.setLocalDescription('offer');
