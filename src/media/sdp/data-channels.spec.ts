import { writeAnswer } from './answer.js';
import { writeFragment } from './fragment.js';
import { negotiate } from './negotiation.js';
import { parseOffer, parseSubscriberOffer } from './offer.js';
import type { LocalTransport } from './session.js';
import { writeSubscriberAnswer } from './subscriber-answer.js';
import { negotiateSubscriber } from './subscriber-negotiation.js';

const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');
const TRANSPORT = [
  'a=ice-ufrag:4ZcD',
  'a=ice-pwd:2/1muCWoOi3uLifh0NuRHlit',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=setup:actpass',
];
const HEAD = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0'];
const VIDEO = ['m=video 9 UDP/TLS/RTP/SAVPF 96', 'c=IN IP4 0.0.0.0', ...TRANSPORT, 'a=mid:v', 'a=rtcp-mux'];
const FORMATS = ['a=rtpmap:96 VP8/90000'];
const DATA = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', ...TRANSPORT, 'a=mid:d'];
const SAYS = ['a=sctp-port:5001', 'a=max-message-size:262144'];

const local: LocalTransport = {
  ice: { usernameFragment: 'ours', password: 'ourPasswordOf24Characters' },
  fingerprint: { algorithm: 'sha-256', value: FINGERPRINT },
  setup: 'passive',
  candidates: [
    { foundation: '1', component: 1, transport: 'udp', priority: 1, address: '127.0.0.1', port: 7777, type: 'host' },
  ],
  mostMessageBytes: 65_536,
};

const textOf = (...lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');
const bundled = (mids: string, ...lines: readonly string[]): string =>
  textOf(...HEAD, `a=group:BUNDLE ${mids}`, ...lines);
const shapeOf = (answer: string): string[] =>
  answer.split('\r\n').filter((line) => /^(m=|a=(group|mid|sctp-port|max-message-size|candidate))/.test(line));

const ANSWERED_DATA = ['m=application 7777 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:d', 'a=sctp-port:5000'];
const SIZE = 'a=max-message-size:65536';

describe('data channels of an offer', () => {
  const offer = bundled('v d', ...VIDEO, 'a=sendonly', ...FORMATS, ...DATA, ...SAYS);

  it('are taken on the transport of the media, in the place where they are offered', () => {
    const read = parseOffer(offer);

    expect(read.data).toEqual({ mid: 'd', protocol: 'UDP/DTLS/SCTP', data: { port: 5001, mostBytes: 262_144 } });
    const answer = shapeOf(writeAnswer(read, negotiate(read), local, 1));
    expect(answer.filter((line) => !line.startsWith('a=candidate'))).toEqual([
      'a=group:BUNDLE v d',
      'm=video 7777 UDP/TLS/RTP/SAVPF 96',
      'a=mid:v',
      ...ANSWERED_DATA,
      SIZE,
    ]);
  });

  it('have the candidates of all where they are the first of the bundle', () => {
    const read = parseOffer(bundled('d v', ...DATA, ...VIDEO, 'a=sendonly', ...FORMATS));

    const [group, line, candidate] = shapeOf(writeAnswer(read, negotiate(read), local, 1));
    expect([group, line]).toEqual(['a=group:BUNDLE d v', ANSWERED_DATA[0]]);
    expect(candidate).toContain('typ host');
    expect(writeFragment(local, read)).toContain(`${ANSWERED_DATA[0] ?? ''}\r\na=mid:d\r\n`);
  });

  it('have the port and the size of RFC 8841 where they say nothing', () => {
    const read = parseOffer(bundled('v d', ...VIDEO, 'a=sendonly', ...FORMATS, ...DATA));

    expect(read.data?.data).toEqual({ port: 5000, mostBytes: 65_536 });
  });

  it('of a viewer are taken once, and refused when they are offered again or with port 0', () => {
    const second = DATA.map((line) => line.replace('mid:d', 'mid:e'));
    const disabled = DATA.map((line) => line.replace('application 9', 'application 0').replace('mid:d', 'mid:f'));
    const read = parseSubscriberOffer(
      bundled('v d e', ...VIDEO, 'a=recvonly', ...FORMATS, ...disabled, ...DATA, ...SAYS, ...second),
    );

    const tracks = negotiateSubscriber(read, [], () => 1);
    expect(shapeOf(writeSubscriberAnswer(read, tracks, local, 'name', 1)).slice(-7)).toEqual(
      [
        'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
        'a=mid:f',
        ...ANSWERED_DATA,
        SIZE,
        'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
        'a=mid:e',
      ].slice(-7),
    );
  });

  it.each(['a=sctp-port:0', 'a=sctp-port:x', 'a=sctp-port:70000', 'a=max-message-size:-1', 'a=mid:a b'])(
    'are malformed with %s',
    (line) => {
      const text = bundled('v d', ...VIDEO, 'a=sendonly', ...FORMATS, DATA[0] ?? '', line, ...DATA.slice(1));
      expect(() => parseOffer(text)).toThrow(expect.objectContaining({ code: 'sdp-invalid' }) as Error);
    },
  );

  it('are enough for a stream, with a group and without one', () => {
    for (const text of [bundled('d', ...DATA), textOf(...HEAD, ...DATA)]) {
      const [read, viewer] = [parseOffer(text), parseSubscriberOffer(text)];

      const answers = [
        writeAnswer(read, negotiate(read), local, 1),
        writeSubscriberAnswer(
          viewer,
          negotiateSubscriber(viewer, [], () => 1),
          local,
          'cname',
          1,
        ),
      ];
      for (const answer of answers) {
        const lines = shapeOf(answer).filter((line) => !line.startsWith('a=group'));
        const [line, candidate, ...others] = lines;
        expect([line, ...others]).toEqual([...ANSWERED_DATA, SIZE]);
        expect(candidate).toContain('typ host');
      }
    }
  });

  it('that are refused leave nothing of an offer', () => {
    const disabled = bundled('d', ...TRANSPORT, ...DATA.map((line) => line.replace('application 9', 'application 0')));
    expect(() => parseSubscriberOffer(disabled)).toThrow('nor data channels');
  });
});
