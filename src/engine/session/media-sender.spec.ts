import { randomBytes } from 'node:crypto';
import type { PacketSource } from '../../media/forwarding/packet-source.js';
import { ForwardingScene } from '../../media/forwarding/testing/forwarding-fixture.js';
import { encodeNack, encodePictureLossIndication, encodeReceiverReport } from '../../media/rtcp/encode.js';
import type { RtcpPacket } from '../../media/rtcp/packet.js';
import { parseRtcp } from '../../media/rtcp/parse.js';
import { RtpHeader } from '../../media/rtp/packet.js';
import type { NegotiatedFormat, NegotiatedTrack, SentTrack } from '../../media/sdp/session.js';
import { srtpProfileNames, srtpProfiles, type SrtpProfile } from '../../media/srtp/profile.js';
import { SrtpReceiver } from '../../media/srtp/receiver.js';
import type { SrtpCryptoFactory } from '../../media/srtp/crypto.js';
import { SrtpSender } from '../../media/srtp/sender.js';
import { ForwardedLayer } from '../forwarding/forwarded-layer.js';
import { SendRing } from '../forwarding/send-ring.js';
import { srtpCrypto } from '../srtp/node-srtp-crypto.js';
import { srtpBenches } from '../srtp/testing/implementations.js';
import type { LayerReceiver } from './layer-receiver.js';
import { MediaSender } from './media-sender.js';

const VIEWER_SSRC = 7;
const VIDEO_SSRC = 0xaaaa;
const NOW_MS = 1_000;

const format = (payloadType: number, rtxPayloadType?: number): NegotiatedFormat => ({
  codecName: 'VP8',
  payloadType,
  clockRate: 90_000,
  channels: 1,
  format: '',
  answerFormat: undefined,
  rtxPayloadType,
});
const published: NegotiatedTrack = {
  mid: '0',
  kind: 'video',
  formats: [format(96)],
  feedback: { nack: true, pli: true, transportCc: false },
  extensions: {
    mid: undefined,
    transportSequenceNumber: undefined,
    absoluteCaptureTime: undefined,
    rid: undefined,
    repairedRid: undefined,
  },
  sources: [],
  rids: [],
};
const wanted: SentTrack = {
  mid: '0',
  kind: 'video',
  formats: [format(45, 46)],
  feedback: { nack: true, pli: true, fir: true, transportCc: false, remb: false },
  extensions: { mid: undefined, transportSequenceNumber: undefined, absoluteCaptureTime: undefined },
  ssrc: VIDEO_SSRC,
  rtxSsrc: 0xbbbb,
};

/** A viewer with its keys, and a publisher's pictures of one packet each. */
class Scene {
  readonly received: { payloadType: number; sequence: number; ssrc: number; payload: number[] }[] = [];
  readonly reports: RtcpPacket[] = [];
  keyframes = 0;
  readonly sender: MediaSender;
  private readonly scene = new ForwardingScene(8 << 20);
  readonly source: PacketSource = this.scene.source();
  private readonly viewer: SrtpSender;
  private readonly opener: SrtpReceiver;
  private readonly header = new RtpHeader();
  private readonly slot: number;
  private sequence = 100;

  constructor(profile: SrtpProfile, srtp: SrtpCryptoFactory) {
    const { memory } = this.scene;
    const ring = new SendRing(memory);
    ring.prepare();
    this.slot = memory.allocate(2048);
    const { keyLength, saltLength } = srtpProfiles[profile];
    const [localKey, remoteKey] = [randomBytes(keyLength), randomBytes(keyLength)];
    const [localSalt, remoteSalt] = [randomBytes(saltLength), randomBytes(saltLength)];
    this.viewer = new SrtpSender(profile, remoteKey, remoteSalt, srtpCrypto);
    this.opener = new SrtpReceiver(profile, localKey, localSalt, srtpCrypto);
    this.sender = new MediaSender({
      keys: { profile, localKey, localSalt, remoteKey, remoteSalt },
      srtp,
      tracks: [wanted],
      canonicalName: 'name',
      ring,
      clock: { epochMs: () => 1_800_000_000_500, monotonicMs: () => NOW_MS },
      send: (datagram) => this.open(datagram.slice()),
      roundTripMs: () => 20,
      keyframeWanted: () => (this.keyframes += 1),
    });
    const layer = { rid: undefined, rank: 0, pixels: 0, lastPacketMs: NOW_MS } as LayerReceiver;
    this.sender.offer(published, [new ForwardedLayer(layer, this.source)], NOW_MS);
  }

  /** @param isTogether with what follows */
  picture(isKey = false, bytes = 3, isTogether = false): void {
    this.sequence += 1;
    const sent = { sequence: this.sequence, timestamp: this.sequence * 3000, atMs: NOW_MS, isKey };
    const packet = this.scene.receive(this.source, {
      ...sent,
      payload: new Array<number>(bytes).fill(this.sequence & 255),
    });
    if (packet !== undefined) this.sender.forward('video', this.source, packet, NOW_MS);
    if (!isTogether) this.sender.flush();
  }

  /** A key frame in packets of its own for each part: what tells that it is one comes last. */
  unitWith(parts: readonly number[]): void {
    const timestamp = (this.sequence + 1) * 3000;
    parts.forEach((part, index) => {
      this.sequence += 1;
      const isKey = index === parts.length - 1;
      const sent = { sequence: this.sequence, timestamp, atMs: NOW_MS, isKey, marker: isKey, payload: [part] };
      const packet = this.scene.receive(this.source, sent);
      if (packet !== undefined) this.sender.forward('video', this.source, packet, NOW_MS);
    });
    this.sender.flush();
  }

  say(rtcp: Uint8Array, nowMs = NOW_MS): void {
    const sealed = this.viewer.protectRtcp(rtcp);
    this.scene.memory.bytes.set(sealed, this.slot);
    this.sender.receive(this.scene.memory.bytes, this.slot, sealed.length, nowMs);
  }

  private open(datagram: Uint8Array): void {
    if ((datagram[1] ?? 0) >= 192 && (datagram[1] ?? 0) <= 223) {
      const length = this.opener.unprotectRtcp(datagram, 0, datagram.length);
      this.reports.push(...parseRtcp(datagram, 0, length));
      return;
    }
    const length = this.opener.unprotect(datagram, 0, datagram.length, this.header);
    const { payloadType, sequenceNumber: sequence, ssrc, headerLength } = this.header;
    this.received.push({ payloadType, sequence, ssrc, payload: [...datagram.subarray(headerLength, length)] });
  }
}

const combinations = srtpProfileNames.flatMap((profile) => [[profile, 'node'] as const, [profile, 'wasm'] as const]);

describe.each(combinations)('MediaSender, %s by %s', (profile, implementation) => {
  const { crypto } = srtpBenches[implementation]();
  const begin = (): Scene => new Scene(profile, crypto);

  it('sends from a key frame on under its own source and payload type, protected', () => {
    const scene = begin();

    scene.picture();
    scene.picture(true);
    scene.picture();

    const [first, second] = scene.received;
    expect(scene.received).toHaveLength(2);
    expect(first).toMatchObject({ payloadType: 45, ssrc: VIDEO_SSRC, payload: [1, 102, 102, 102] });
    expect(second?.sequence).toBe((first?.sequence ?? 0) + 1);
    expect(scene.sender.packetsSent).toBe(2);
  });

  it('begins with all of the access unit whose key frame it begins with, and sends nothing of it twice', () => {
    const scene = begin();
    scene.picture();

    scene.unitWith([7, 8, 9]);
    scene.unitWith([4, 5]);

    expect(scene.received.map(({ payload }) => payload[1])).toEqual([7, 8, 9, 4, 5]);
    const [first] = scene.received;
    expect(scene.received.map(({ sequence }) => (sequence - (first?.sequence ?? 0)) & 0xffff)).toEqual([0, 1, 2, 3, 4]);
    expect(scene.sender.packetsSent).toBe(5);
  });

  it.each([2, 5, 16, 21])('seals %i packets together as it does each alone, in their order', (count) => {
    const scene = begin();

    for (let index = 0; index < count; index++) scene.picture(index === 0, 3 + ((index * 7) % 40), true);
    expect(scene.received).toHaveLength(count - (count % 16));
    scene.sender.flush();

    expect(scene.received.map(({ payload }) => payload[1])).toEqual(Array.from({ length: count }, (_, at) => 101 + at));
    expect(scene.sender.packetsSent).toBe(count);
  });

  it('waits for a key frame again after it was muted', () => {
    const scene = begin();
    scene.picture(true);

    scene.sender.setEnabled('video', false);
    scene.picture(true);
    scene.sender.setEnabled('video', true);
    scene.picture();
    expect(scene.sender.awaits(scene.source)).toBe(true);
    scene.picture(true);

    expect(scene.received.map(({ payload }) => payload[1])).toEqual([101, 104]);
  });

  it('sends again what was lost, once per round trip', () => {
    const scene = begin();
    scene.picture(true);
    const lost = scene.received[0]?.sequence ?? 0;

    scene.say(encodeNack(VIEWER_SSRC, VIDEO_SSRC, [lost]));
    scene.say(encodeNack(VIEWER_SSRC, VIDEO_SSRC, [lost]));

    expect(scene.received).toHaveLength(2);
    expect(scene.received[1]).toMatchObject({ payloadType: 46, ssrc: 0xbbbb });
    expect(scene.received[1]?.payload.slice(0, 2)).toEqual([lost >> 8, lost & 255]);
  });

  it('passes on who needs a key frame, but not for sources that are not its own', () => {
    const scene = begin();

    scene.say(encodePictureLossIndication(VIEWER_SSRC, VIDEO_SSRC));
    scene.say(encodePictureLossIndication(VIEWER_SSRC, 99));

    expect(scene.keyframes).toBe(1);
  });

  it('reads so much of a flood of reports per second, and never sends more again than it has sent', () => {
    const scene = begin();
    scene.picture(true);
    for (let count = 0; count < 40; count += 1) scene.picture();
    const first = scene.received[0]?.sequence ?? 0;
    const all = Array.from({ length: 41 }, (_, index) => first + index);
    const before = scene.received.length;

    for (let round = 0; round < 1_000; round += 1) {
      scene.say(encodePictureLossIndication(VIEWER_SSRC, VIDEO_SSRC), NOW_MS + round);
      scene.say(encodeNack(VIEWER_SSRC, VIDEO_SSRC, all), NOW_MS + round);
    }

    expect(scene.keyframes).toBeLessThanOrEqual(200);
    expect(scene.received.length - before).toBeLessThanOrEqual(300);
    scene.sender.report(2_000);
    scene.say(encodePictureLossIndication(VIEWER_SSRC, VIDEO_SSRC), 2_001);
    expect(scene.sender.lastHeardMs).toBe(2_001);
  });

  it('reports as a sender, in the name of the answer, and nothing before it has sent', () => {
    const scene = begin();
    scene.sender.report(NOW_MS);
    expect(scene.reports).toEqual([]);

    scene.picture(true);
    scene.sender.report(NOW_MS);

    expect(scene.reports).toMatchObject([
      { type: 'sender-report', ssrc: VIDEO_SSRC, packetCount: 1, ntpMs: 1_800_000_000_500 },
      { type: 'source-description', names: [{ ssrc: VIDEO_SSRC, cname: 'name' }] },
    ]);
  });

  it('leaves out a packet that would not fit any more, and hears nothing of strangers', () => {
    const scene = begin();

    scene.picture(true, 2_000);
    scene.say(encodeReceiverReport(VIEWER_SSRC, [], 'viewer').fill(0, 0, 1));

    expect(scene.received).toHaveLength(1);
    expect(scene.sender.lastHeardMs).toBe(-Infinity);
  });
});
