import fc from 'fast-check';
import { parseFragment, writeFragment } from './fragment.js';
import type { LocalTransport } from './session.js';
import { SdpError } from './sdp.errors.js';
import type { OfferedMedia, SessionOffer } from './session.js';

const textOf = (...lines: string[]): string => lines.map((line) => `${line}\r\n`).join('');

/** RFC 9725 section 4.3.2, figure 3. */
const TRICKLE = textOf(
  'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=mid:0',
  'a=ice-ufrag:EsAw',
  'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1',
  'a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1',
  'a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host generation 0 ufrag EsAw network-id 2',
  'a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0 ufrag EsAw network-id 1',
  'a=candidate:2154773085 1 tcp 1518214911 198.51.100.2 9 typ host tcptype active generation 0 ufrag EsAw network-id 2',
  'a=end-of-candidates',
);

const LOCAL: LocalTransport = {
  ice: { usernameFragment: 'kR3xVq8Z', password: 'mT0uWc5yJd2hNs9gLb7fQe' },
  fingerprint: { algorithm: 'sha-256', value: 'B2:19' },
  setup: 'passive',
  candidates: [
    {
      foundation: '1',
      component: 1,
      transport: 'udp',
      priority: 2130706431,
      address: '2001:db8::7',
      port: 7777,
      type: 'host',
    },
  ],
};

describe('a fragment', () => {
  it('tells candidates', () => {
    const { ice, candidates, endOfCandidates } = parseFragment(TRICKLE);
    expect(ice).toEqual({ usernameFragment: 'EsAw', password: 'P2uYro0UCOQ4zxjKXaWCBui1' });
    expect(candidates.map(({ address, transport }) => `${transport} ${address}`)).toEqual([
      'udp 192.0.2.1',
      'udp 198.51.100.2',
      'tcp 192.0.2.1',
      'tcp 198.51.100.2',
    ]);
    expect(endOfCandidates).toBe(true);
  });

  it('asks for an ICE restart with credentials before any m-line', () => {
    const text = textOf('a=ice-ufrag:ysXw', 'a=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k', 'm=audio 9 RTP/AVP 0', 'a=mid:0');
    expect(parseFragment(text)).toEqual({
      ice: { usernameFragment: 'ysXw', password: 'vw5LmwG4y/e6dPP/zAP9Gp5k' },
      candidates: [],
      endOfCandidates: false,
    });
  });

  it('may be a single candidate under no m-line', () => {
    const { ice, candidates } = parseFragment('a=candidate:1 1 udp 1 192.0.2.1 9 typ host');
    expect([ice, candidates.length]).toEqual([undefined, 1]);
  });

  it('counts the credentials that come first, since all m-lines have the same', () => {
    const text = textOf('a=ice-ufrag:ysXw', 'a=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k');
    expect(parseFragment(text + TRICKLE).ice?.usernameFragment).toBe('ysXw');
  });

  it('leaves out what would have to be resolved', () => {
    expect(parseFragment('a=candidate:1 1 udp 1 d8b1a6f2.local 9 typ host').candidates).toEqual([]);
  });

  it.each([
    ['nothing', '', 1],
    ['no fragment', '{"candidate":"x"}', 1],
    ['an m-line only', 'm=audio 9 RTP/AVP 0', 1],
    ['a username fragment only', 'a=ice-ufrag:ysXw', 1],
    ['a password only', 'a=mid:0\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k', 2],
    ['a broken candidate', 'a=mid:0\na=candidate:nonsense', 2],
    ['17 m-lines', 'm=audio 9 RTP/AVP 0\n'.repeat(17), 17],
    ['101 candidates', 'a=candidate:1 1 udp 1 192.0.2.1 9 typ host\n'.repeat(101), 101],
  ])('is refused with its line: %s', (_name, text, line) => {
    expect(() => parseFragment(text)).toThrow(
      expect.objectContaining({ code: 'sdp-invalid', facts: { line } }) as Error,
    );
  });

  it('of hostile text is refused or read, never anything else', () => {
    const line = fc.oneof(
      fc.constantFrom(...TRICKLE.trim().split('\r\n')),
      fc.string(),
      fc.string().map((x) => `a=${x}`),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        try {
          parseFragment(textOf(...lines));
        } catch (error) {
          expect(error).toBeInstanceOf(SdpError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('our fragment', () => {
  const media: OfferedMedia = {
    mid: 'video0',
    kind: 'video',
    direction: 'sendonly',
    formats: [{ payloadType: 96, codecName: 'H264', clockRate: 90_000, channels: 1, format: '', feedback: [] }],
    extensions: [],
    sources: [],
  };
  const { ice } = LOCAL;
  const transport = { ice, fingerprints: [], setup: 'actpass', candidates: [] } as const;
  const offer: SessionOffer = { transport, media: [media], bundle: ['video0'] };

  it('has the new credentials and all candidates', () => {
    expect(writeFragment(LOCAL, offer)).toBe(
      textOf(
        'a=ice-options:trickle ice2',
        'a=group:BUNDLE video0',
        'm=video 7777 UDP/TLS/RTP/SAVPF 96',
        'a=mid:video0',
        'a=ice-ufrag:kR3xVq8Z',
        'a=ice-pwd:mT0uWc5yJd2hNs9gLb7fQe',
        'a=candidate:1 1 udp 2130706431 2001:db8::7 7777 typ host',
        'a=end-of-candidates',
      ),
    );
  });

  it('can be read by who reads theirs', () => {
    expect(parseFragment(writeFragment(LOCAL, offer))).toEqual({
      ice: LOCAL.ice,
      candidates: LOCAL.candidates,
      endOfCandidates: true,
    });
  });

  it('names no group where none was offered', () => {
    expect(writeFragment(LOCAL, { ...offer, bundle: [] })).not.toContain('a=group');
  });
});
