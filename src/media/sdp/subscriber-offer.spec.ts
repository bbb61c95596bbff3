import { parseSubscriberOffer } from './offer.js';
import { NoAcceptableCodecError, SdpError, SdpUnsupportedError } from './sdp.errors.js';
import type { LocalTransport, SentTrack, SubscriberOffer } from './session.js';
import { writeSubscriberAnswer } from './subscriber-answer.js';
import { fittingFormat, negotiateSubscriber, type SentFormat } from './subscriber-negotiation.js';

const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');
const TRANSPORT = [
  'a=ice-ufrag:4ZcD',
  'a=ice-pwd:2/1muCWoOi3uLifh0NuRHlit',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=setup:actpass',
];
const HEAD = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1 2'];
const AUDIO = ['m=audio 9 UDP/TLS/RTP/SAVPF 111 0', 'c=IN IP4 0.0.0.0', ...TRANSPORT, 'a=mid:0', 'a=recvonly'];
const AUDIO_FORMATS = ['a=rtcp-mux', 'a=rtpmap:111 opus/48000/2', 'a=rtpmap:0 PCMU/8000'];
const VIDEO = [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104',
  'c=IN IP4 0.0.0.0',
  ...TRANSPORT,
  'a=mid:1',
  'a=recvonly',
];
const VIDEO_FORMATS = [
  'a=rtcp-mux',
  'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=extmap:13 urn:3gpp:video-orientation',
  ...['a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 nack', 'a=rtcp-fb:96 nack pli', 'a=rtcp-fb:96 ccm fir'],
  ...['a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96'],
  ...['a=rtpmap:102 H264/90000', 'a=rtcp-fb:102 nack', 'a=rtcp-fb:102 nack pli', 'a=rtcp-fb:102 ccm fir'],
  'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
  ...['a=rtpmap:103 rtx/90000', 'a=fmtp:103 apt=102'],
  ...['a=rtpmap:104 H264/90000', 'a=rtcp-fb:104 nack', 'a=rtcp-fb:104 nack pli', 'a=rtcp-fb:104 ccm fir'],
  'a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640032',
];
const DATA = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', ...TRANSPORT, 'a=mid:2'];
const OFFER = [...HEAD, ...AUDIO, ...AUDIO_FORMATS, ...VIDEO, ...VIDEO_FORMATS, ...DATA];

const local: LocalTransport = {
  ice: { usernameFragment: 'ours', password: 'ourPasswordOf24Characters' },
  fingerprint: { algorithm: 'sha-256', value: FINGERPRINT },
  setup: 'passive',
  candidates: [
    { foundation: '1', component: 1, transport: 'udp', priority: 1, address: '127.0.0.1', port: 7777, type: 'host' },
  ],
};

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');

function choose(
  lines: readonly string[],
  sent: readonly SentFormat[] = [],
): { offer: SubscriberOffer; tracks: SentTrack[] } {
  const offer = parseSubscriberOffer(textOf(lines));
  let ssrc = 1000;
  return { offer, tracks: negotiateSubscriber(offer, sent, () => (ssrc += 1)) };
}

function answerTo(lines: readonly string[], sent: readonly SentFormat[] = []): string[] {
  const { offer, tracks } = choose(lines, sent);
  return writeSubscriberAnswer(offer, tracks, local, 'name', 1).trimEnd().split('\r\n');
}

const H264_HIGH: SentFormat = {
  kind: 'video',
  codecName: 'H264',
  format: 'packetization-mode=1;profile-level-id=640c1f',
};
const DESCRIPTOR = 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';
const payloadTypes = ({ formats }: SentTrack): number[] => formats.map(({ payloadType }) => payloadType);

describe('the answer to a viewer', () => {
  it('agrees to everything that is known, as nobody publishes yet', () => {
    const { tracks } = choose(OFFER);

    expect(tracks.map(({ kind, ssrc, rtxSsrc }) => [kind, ssrc, rtxSsrc])).toEqual([
      ['audio', 1001, undefined],
      ['video', 1002, 1003],
    ]);
    expect(tracks.map(payloadTypes)).toEqual([
      [111, 0],
      [102, 104, 96],
    ]);
    expect(tracks[1]?.feedback).toMatchObject({ nack: true, pli: true, fir: true });
    expect(tracks[1]?.formats.map(({ rtxPayloadType }) => rtxPayloadType)).toEqual([103, undefined, 97]);
  });

  it('puts the format first that what is published fits best', () => {
    expect(choose(OFFER, [H264_HIGH]).tracks.map(payloadTypes)[1]).toEqual([104, 102, 96]);
    expect(choose(OFFER, [{ kind: 'video', codecName: 'VP8', format: '' }]).tracks.map(payloadTypes)[1]).toEqual([
      96, 102, 104,
    ]);
  });

  it('names our sources, and sound and picture as one stream', () => {
    const lines = answerTo(OFFER);

    expect(lines.filter((line) => /^(m=|a=(sendonly|msid|ssrc|extmap|group|mid))/.test(line))).toEqual([
      'a=group:BUNDLE 0 1 2',
      'm=audio 7777 UDP/TLS/RTP/SAVPF 111 0',
      'a=mid:0',
      'a=sendonly',
      'a=msid:name audio',
      'a=ssrc:1001 cname:name',
      'a=ssrc:1001 msid:name audio',
      'm=video 7777 UDP/TLS/RTP/SAVPF 102 103 104 96 97',
      'a=mid:1',
      'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
      'a=sendonly',
      'a=msid:name video',
      'a=ssrc-group:FID 1002 1003',
      'a=ssrc:1002 cname:name',
      'a=ssrc:1002 msid:name video',
      'a=ssrc:1003 cname:name',
      'a=ssrc:1003 msid:name video',
      'm=application 7777 UDP/DTLS/SCTP webrtc-datachannel',
      'a=mid:2',
    ]);
    expect(lines.filter((line) => line.startsWith('a=candidate'))).toHaveLength(1);
  });

  it('takes the dependency descriptor of who can be sent AV1, and both forms of header extensions', () => {
    const extension = `a=extmap:20 ${DESCRIPTOR}`;
    const plain = [...HEAD, ...VIDEO, extension, ...VIDEO_FORMATS];
    const av1 = [...plain.map((line) => line.replace('SAVPF 96', 'SAVPF 45 96')), 'a=rtpmap:45 AV1/90000'];
    const mixed = (lines: readonly string[]): string[] =>
      lines.flatMap((line) => (line === extension ? ['a=extmap-allow-mixed', line] : [line]));
    const taken = (lines: readonly string[]): string[] =>
      answerTo(lines).filter((line) => line.includes('mixed') || line.includes(DESCRIPTOR));

    expect(taken(mixed(av1))).toEqual(['a=extmap-allow-mixed', extension]);
    expect(choose(mixed(av1)).tracks[0]?.extensions.dependencyDescriptor).toBe(20);
    expect(taken(av1)).toEqual([]);
    expect(taken(mixed(plain))).toEqual([]);
  });

  it('has an inactive m-line where what is published fits nothing, where nothing is wanted and for a second of a kind', () => {
    const directions = (lines: readonly string[], sent: readonly SentFormat[] = []): string[] =>
      answerTo(lines, sent).filter((line) => /^a=(sendonly|inactive)$/.test(line));
    const twice = [
      ...HEAD,
      ...AUDIO,
      ...AUDIO_FORMATS,
      ...AUDIO.map((line) => line.replace('mid:0', 'mid:1')),
      ...AUDIO_FORMATS,
    ];

    expect(directions(OFFER, [{ kind: 'video', codecName: 'AV1', format: '' }])).toEqual(['a=sendonly', 'a=inactive']);
    expect(directions(twice)).toEqual(['a=sendonly', 'a=inactive']);
    expect(
      directions([
        ...HEAD,
        ...AUDIO,
        ...AUDIO_FORMATS,
        ...VIDEO.map((line) => line.replace('recvonly', 'sendonly')),
        ...VIDEO_FORMATS,
      ]),
    ).toEqual(['a=sendonly', 'a=inactive']);
  });

  it.each<[string, readonly string[], new (...args: never[]) => Error]>([
    [
      'nothing that is in use',
      [...HEAD, ...TRANSPORT, ...DATA.map((line) => line.replace('application 9', 'application 0'))],
      SdpUnsupportedError,
    ],
    ['m-lines outside the bundle', OFFER.map((line) => line.replace('BUNDLE 0 1 2', 'BUNDLE 0')), SdpUnsupportedError],
    ['no multiplexing', OFFER.filter((line) => line !== 'a=rtcp-mux'), SdpUnsupportedError],
    ['one mid for two m-lines', OFFER.map((line) => line.replace('a=mid:1', 'a=mid:0')), SdpError],
    ['no credentials', OFFER.filter((line) => !line.startsWith('a=ice-')), SdpError],
    [
      'only codecs that nobody knows',
      [...HEAD, ...AUDIO, 'a=rtcp-mux', 'a=rtpmap:111 speex/8000'],
      NoAcceptableCodecError,
    ],
    [
      'nothing to receive',
      [...HEAD, ...AUDIO.map((line) => line.replace('recvonly', 'inactive')), ...AUDIO_FORMATS],
      NoAcceptableCodecError,
    ],
  ])('is none for an offer with %s', (_what, lines, error) => {
    expect(() => answerTo(lines)).toThrow(error);
  });

  it('says which codec would be wanted', () => {
    const video = [...HEAD, ...VIDEO, ...VIDEO_FORMATS];

    expect(() => choose(video, [{ kind: 'video', codecName: 'AV1', format: '' }])).toThrow(/accepted: AV1/);
  });
});

describe('fittingFormat', () => {
  const format = (codecName: string, text = ''): { codecName: string; format: string } & SentTrack['formats'][0] => ({
    codecName,
    payloadType: 96,
    clockRate: 90_000,
    channels: 1,
    format: text,
    answerFormat: undefined,
    rtxPayloadType: undefined,
  });

  it.each<[string, string, string, boolean]>([
    ['VP9', 'profile-id=2', 'profile-id=0', true],
    ['VP9', 'profile-id=0', 'profile-id=2', false],
    ['AV1', '', 'profile=1', false],
    ['H264', 'packetization-mode=0', 'packetization-mode=1', true],
    ['H265', 'profile-id=2', '', true],
  ])('%s with "%s" takes "%s": %s', (codecName, received, sent, isTaken) => {
    const found = fittingFormat([format(codecName, received)], { kind: 'video', codecName, format: sent });

    expect(found !== undefined).toBe(isTaken);
  });
});
