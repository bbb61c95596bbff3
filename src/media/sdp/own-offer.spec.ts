import { writeAnswer } from './answer.js';
import { negotiate, negotiateAnswer } from './negotiation.js';
import { parseAnswer, parseOffer, parseSubscriberOffer } from './offer.js';
import { receivingMedia, sendingMedia, writeOffer } from './own-offer.js';
import type { LocalTransport } from './session.js';
import { writeSubscriberAnswer } from './subscriber-answer.js';
import { negotiateSubscriber, type SentFormat } from './subscriber-negotiation.js';

const local: LocalTransport = {
  ice: { usernameFragment: 'ours', password: 'ourPasswordOf24Characters' },
  fingerprint: { algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') },
  setup: 'actpass',
  candidates: [],
};
const server: LocalTransport = {
  ...local,
  setup: 'active',
  candidates: [
    { foundation: '1', component: 1, transport: 'udp', priority: 1, address: '192.0.2.1', port: 7777, type: 'host' },
  ],
};

function counter(): () => number {
  let last = 0;
  return () => (last += 1);
}

describe('an offer to receive', () => {
  const text = writeOffer(receivingMedia(), local, 'us');

  it('takes every codec, and is answered as that of a viewer', () => {
    const offer = parseSubscriberOffer(text);

    expect(offer.transport).toMatchObject({ ice: local.ice, setup: 'actpass', candidates: [] });
    expect(offer.media.map(({ kind, direction }) => [kind, direction])).toEqual([
      ['audio', 'recvonly'],
      ['video', 'recvonly'],
    ]);
    const names = offer.media.flatMap(({ formats }) => formats.map(({ codecName }) => codecName));
    expect([...new Set(names)].sort()).toEqual(['AV1', 'H264', 'H265', 'PCMA', 'PCMU', 'VP8', 'VP9', 'opus', 'rtx']);
    const types = offer.media.flatMap(({ formats }) => formats.map(({ payloadType }) => payloadType));
    expect(new Set(types).size).toBe(types.length);
    expect(Math.max(...types)).toBeLessThan(128);
  });

  it.each([
    ['H264', 'packetization-mode=1;profile-level-id=64001f'],
    ['VP9', 'profile-id=0'],
    ['VP8', ''],
  ])('ends in tracks as a publisher has them: %s', (codecName, format) => {
    const offer = parseSubscriberOffer(text);
    const tracks = negotiateSubscriber(offer, [{ kind: 'video', codecName, format }], counter());
    const answer = writeSubscriberAnswer(offer, tracks, server, 'them', 1);

    const read = parseAnswer(answer, 'sendonly');
    const video = negotiateAnswer(read).find(({ kind }) => kind === 'video');

    expect(read.transport).toMatchObject({ setup: 'active', candidates: [{ address: '192.0.2.1', port: 7777 }] });
    expect(video?.feedback).toEqual({ nack: true, pli: true, transportCc: true });
    expect(video?.formats.some((one) => one.codecName === codecName && one.rtxPayloadType !== undefined)).toBe(true);
    const sent = tracks.find(({ kind }) => kind === 'video');
    expect(video?.sources).toEqual([{ ssrc: sent?.ssrc, rtxSsrc: sent?.rtxSsrc }]);
  });

  it('is answered by what is an ice-lite agent, for a picture alone', () => {
    const offer = parseSubscriberOffer(text);
    const sent = [{ kind: 'audio', codecName: 'G722', format: '' } as const];
    const answer = writeSubscriberAnswer(offer, negotiateSubscriber(offer, sent, counter()), server, 'them', 1);

    const read = parseAnswer(answer.replace('s=-', 's=-\r\na=ice-lite'), 'sendonly');

    expect(read.media.map(({ kind }) => kind)).toEqual(['video']);
    expect(read.transport.candidates).toHaveLength(1);
  });
});

describe('an offer to send', () => {
  it('has what is published, and is answered as that of a publisher', () => {
    const sent = [
      { kind: 'audio', codecName: 'opus', format: 'minptime=10' },
      { kind: 'video', codecName: 'H264', format: 'packetization-mode=1;profile-level-id=42e01f' },
    ] as const;
    const media = sendingMedia(sent, counter());
    const offer = parseOffer(writeOffer(media, local, 'us'));
    const tracks = negotiate(offer);

    const read = parseAnswer(writeAnswer(offer, tracks, server, 1), 'recvonly');

    expect(tracks.map(({ formats: [{ codecName }] }) => codecName)).toEqual(['opus', 'H264']);
    expect(tracks.map(({ sources }) => sources)).toEqual([[{ ssrc: 1 }], [{ ssrc: 3, rtxSsrc: 4 }]]);
    expect(read.media.map(({ direction }) => direction)).toEqual(['recvonly', 'recvonly']);
  });
});

describe('the dependency descriptor', () => {
  const descriptorOf = (sent: readonly SentFormat[]): unknown => {
    const offer = parseSubscriberOffer(writeOffer(receivingMedia(), local, 'us'));
    const answer = writeSubscriberAnswer(offer, negotiateSubscriber(offer, sent, counter()), server, 'them', 1);
    return negotiateAnswer(parseAnswer(answer, 'sendonly')).find(({ kind }) => kind === 'video')?.extensions
      .dependencyDescriptor;
  };

  it('is asked for with AV1, so that its layers are told', () => {
    expect(descriptorOf([{ kind: 'video', codecName: 'AV1', format: '' }])).toBe(4);
  });

  it('is offered of what is AV1, and with nothing else', () => {
    const offerOf = (codecName: string): string =>
      writeOffer(sendingMedia([{ kind: 'video', codecName, format: '' }], counter()), local, 'us');
    const [track] = negotiate(parseOffer(offerOf('AV1')));

    expect(track?.extensions.dependencyDescriptor).toBe(4);
    expect(offerOf('VP8')).not.toContain('dependency-descriptor');
    expect(offerOf('VP8')).not.toContain('extmap-allow-mixed');
  });
});

describe('data channels of an offer of ours', () => {
  const talking = { ...local, mostMessageBytes: 65_536 };
  const sent = [{ kind: 'audio', codecName: 'opus', format: '' }] as const;
  const answerTo = (text: string): string => {
    const offer = parseOffer(text);
    return writeAnswer(offer, negotiate(offer), { ...server, mostMessageBytes: 1000 }, 1);
  };

  it('are taken beside media, by publishers and viewers, and alone', () => {
    const beside = answerTo(writeOffer(sendingMedia(sent, counter()), talking, 'us'));
    const alone = answerTo(writeOffer([], talking, 'us'));
    const viewer = parseSubscriberOffer(writeOffer(receivingMedia(), talking, 'us'));

    expect(viewer.data).toEqual({
      mid: 'data',
      protocol: 'UDP/DTLS/SCTP',
      data: { port: 5000, mostBytes: 65_536 },
    });
    expect(parseAnswer(beside, 'recvonly')).toMatchObject({
      media: [{ kind: 'audio' }],
      data: { data: { mostBytes: 1000 } },
    });
    expect(parseAnswer(alone, 'recvonly')).toMatchObject({ media: [], data: { data: { port: 5000 } } });
  });

  it('are none where the answer refuses them, or leaves them out', () => {
    const answer = answerTo(writeOffer(sendingMedia(sent, counter()), talking, 'us'));
    const refused = answer.replace(/m=application \d+/, 'm=application 0').replace('BUNDLE 0 data', 'BUNDLE 0');
    const absent = refused.slice(0, refused.indexOf('m=application'));

    for (const text of [refused, absent]) {
      const read = parseAnswer(text, 'recvonly');
      expect([read.media.length, read.data]).toEqual([1, undefined]);
    }
  });

  it('are not enough where media was offered, too', () => {
    const answer = answerTo(writeOffer(sendingMedia(sent, counter()), talking, 'us'));

    expect(() => parseAnswer(answer.replace(/m=audio \d+/, 'm=audio 0'), 'recvonly')).toThrow('takes nothing');
  });

  it('are not offered without a size of their messages', () => {
    expect(writeOffer(receivingMedia(), local, 'us')).not.toContain('m=application');
  });
});

it.each([
  ['nothing', ''],
  ['an answer that takes nothing', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nm=audio 0 UDP/TLS/RTP/SAVPF 111\r\n'],
])('%s is no answer', (_what, text) => {
  expect(() => parseAnswer(text, 'sendonly')).toThrow();
});
