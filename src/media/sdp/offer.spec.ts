import fc from 'fast-check';
import { AppError } from '../../shared/errors.js';
import { negotiate } from './negotiation.js';
import { parseOffer } from './offer.js';

const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');

const SESSION = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'];
const TRANSPORT = [
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789abcdefghijkl',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=setup:actpass',
];
const AUDIO = ['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:0', 'a=sendonly', 'a=rtcp-mux', 'a=rtpmap:111 opus/48000/2'];
const VIDEO = [
  'm=video 9 UDP/TLS/RTP/SAVPF 102 103',
  'a=mid:1',
  'a=sendonly',
  'a=rtcp-mux',
  'a=rtpmap:102 H264/90000',
  'a=rtcp-fb:* nack',
  'a=fmtp:102 packetization-mode=1',
  'a=rtpmap:103 rtx/90000',
  'a=fmtp:103 apt=102',
];
const OFFER = [...SESSION, ...AUDIO, ...TRANSPORT, ...VIDEO, ...TRANSPORT];
const VIDEO_LINE = SESSION.length + AUDIO.length + TRANSPORT.length + 1;

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');
const without = (...unwanted: string[]): string => textOf(OFFER.filter((line) => !unwanted.includes(line)));
const replacing = (old: string, ...replacement: string[]): string =>
  textOf(OFFER.flatMap((line) => (line === old ? replacement : [line])));
const adding = (...lines: string[]): string => textOf([...OFFER, ...lines]);

function refusal(text: string): { code: string; line: unknown; message: string } {
  try {
    parseOffer(text);
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, line: error.facts['line'], message: error.message };
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('an offer', () => {
  it('is read with either end of line, and with empty lines at its end', () => {
    const expected = parseOffer(textOf(OFFER));
    expect(parseOffer(OFFER.join('\n'))).toEqual(expected);
    expect(parseOffer(`${textOf(OFFER)}\r\n\n`)).toEqual(expected);
  });

  it('takes transport attributes from the session where the m-line has none', () => {
    const { transport } = parseOffer(textOf([...SESSION, ...TRANSPORT, ...AUDIO, ...VIDEO]));
    expect(transport).toEqual(parseOffer(textOf(OFFER)).transport);
  });

  it('takes them from the first m-line of the BUNDLE group, not of the text', () => {
    const own = ['a=ice-ufrag:wxyz', 'a=ice-pwd:lkjihgfedcba9876543210', `a=fingerprint:sha-256 ${FINGERPRINT}`];
    const lines = [...SESSION.slice(0, 4), 'a=group:BUNDLE 1 0', ...AUDIO, ...TRANSPORT, ...VIDEO, ...own];
    const { transport, media } = parseOffer(textOf(lines));
    expect(transport.ice.usernameFragment).toBe('wxyz');
    expect(media.map(({ mid }) => mid)).toEqual(['0', '1']);
  });

  it('takes direction and header extensions from the session where the m-line has none', () => {
    const lines = [...SESSION, 'a=sendonly', 'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid', ...OFFER.slice(5)];
    const { media } = parseOffer(textOf(lines.filter((line, index) => line !== 'a=sendonly' || index < 7)));
    expect(media).toMatchObject([
      { direction: 'sendonly', extensions: [{ id: 4 }] },
      { direction: 'sendonly', extensions: [{ id: 4 }] },
    ]);
  });

  it('of one m-line needs no BUNDLE group', () => {
    expect(parseOffer(textOf([...SESSION.slice(0, 4), ...AUDIO, ...TRANSPORT])).bundle).toEqual([]);
  });

  it('lets any role of DTLS be wanted, and none means both', () => {
    const setups = ['a=setup:active', 'a=setup:passive', 'a=setup:actpass'].map(
      (setup) => parseOffer(replacing('a=setup:actpass', setup)).transport.setup,
    );
    expect(setups).toEqual(['active', 'passive', 'actpass']);
    expect(parseOffer(without('a=setup:actpass')).transport.setup).toBe('actpass');
  });

  it('applies feedback for all payload types to each', () => {
    // Pion ends a message without parameters with a space.
    const [, video] = parseOffer(replacing('a=rtcp-fb:* nack', 'a=rtcp-fb:* nack ', 'a=rtcp-fb:102 nack pli')).media;
    expect(video?.formats.map(({ feedback }) => feedback)).toEqual([['nack pli', 'nack'], ['nack']]);
  });

  it('leaves out candidates that would have to be resolved or are not for RTP', () => {
    const { transport } = parseOffer(
      adding(
        'a=candidate:1 1 udp 2122260223 d8b1a6f2-3b1c-4a57-9f3e-1a2b3c4d5e6f.local 60000 typ host generation 0',
        'a=candidate:1 1 udp 1 media.example.com 60000 typ host',
        'a=candidate:1 2 udp 1 192.0.2.1 60000 typ host',
        'a=candidate:1 1 dccp 1 192.0.2.1 60000 typ host',
        'a=candidate:1 1 udp 1 192.0.2.1 60000 typ tunnel',
        'a=candidate:1 1 UDP 1 2001:db8::1 60000 typ srflx raddr 10.0.0.1 rport 9',
      ),
    );
    expect(transport.candidates).toEqual([
      {
        foundation: '1',
        component: 1,
        transport: 'udp',
        priority: 1,
        address: '2001:db8::1',
        port: 60000,
        type: 'srflx',
      },
    ]);
  });

  it.each([
    ['the session', 's=-'],
    ['an m-line', 'a=rtcp-mux'],
  ])('may be of a lite agent, as %s says, that names where it is', (_where, before) => {
    const candidate = 'a=candidate:1 1 udp 2130706431 192.0.2.1 7777 typ host';
    const { transport } = parseOffer(
      replacing(before, before, 'a=ice-lite').replace('a=mid:0', `a=mid:0\r\n${candidate}`),
    );
    expect(transport).toMatchObject({ isLite: true, candidates: [{ address: '192.0.2.1', port: 7777 }] });
    expect(parseOffer(adding(candidate)).transport).not.toHaveProperty('isLite');
  });

  it('tells repair streams from sources', () => {
    const groups = ['a=ssrc-group:FID 1 2', 'a=ssrc-group:FEC-FR 1 3', 'a=ssrc:1 cname:x', 'a=ssrc:4 cname:x'];
    const [, video] = parseOffer(adding(...groups)).media;
    expect(video?.sources).toEqual([{ ssrc: 1, rtxSsrc: 2 }, { ssrc: 4 }]);
  });

  it('ignores attributes that it does not know, even nameless ones', () => {
    expect(parseOffer(adding('a=', 'a=:x', 'a=__proto__:x', 'a=constructor', 'a=rid:h send'))).toEqual(
      parseOffer(textOf(OFFER)),
    );
  });

  it('counts SHA-1 fingerprints as none beside a stronger one', () => {
    const weak = `a=fingerprint:sha-1 ${Array.from({ length: 20 }, () => '00').join(':')}`;
    expect(parseOffer(adding(weak)).transport.fingerprints).toHaveLength(1);
    const onlyWeak = textOf(OFFER.map((line) => (line.startsWith('a=fingerprint') ? weak : line)));
    expect(refusal(onlyWeak)).toMatchObject({ code: 'sdp-unsupported', line: 13 });
  });
});

describe('a broken offer is refused with its line', () => {
  const AUDIO_LINE = SESSION.length + 1;
  const END = OFFER.length + 1;

  it.each<[string, string, number]>([
    ['nothing', '', 1],
    ['no SDP', '{"type":"offer"}', 1],
    ['another version', replacing('v=0', 'v=1'), 1],
    ['no origin', without('o=- 1 1 IN IP4 127.0.0.1'), 2],
    ['no session name', without('s=-'), 3],
    ['no m-line', textOf(SESSION), 1],
    ['a line that is none', adding('hello'), END],
    ['an empty line in the middle', replacing('s=-', 's=-', ''), 4],
    ['a NUL', adding('a=x\0'), END],
    ['a carriage return in a line', adding('a=x\ry'), END],
    ['a line of 5000 characters', adding(`a=${'x'.repeat(4999)}`), END],
    ['17 m-lines', adding(...Array<string>(15).fill('m=audio 9 UDP/TLS/RTP/SAVPF 0')), END + 14],
    [
      'an m-line without formats',
      replacing('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'm=audio 9 UDP/TLS/RTP/SAVPF'),
      AUDIO_LINE,
    ],
    [
      'an m-line without a port',
      replacing('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'm=audio x UDP/TLS/RTP/SAVPF 111'),
      AUDIO_LINE,
    ],
    ['payload type 128', replacing('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'm=audio 9 UDP/TLS/RTP/SAVPF 128'), AUDIO_LINE],
    ['payload type x', replacing('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'm=audio 9 UDP/TLS/RTP/SAVPF x'), AUDIO_LINE],
    ['no mid', without('a=mid:1'), VIDEO_LINE],
    ['one mid twice', replacing('a=mid:1', 'a=mid:0'), VIDEO_LINE],
    ['a mid with a space', replacing('a=mid:1', 'a=mid:1 2'), VIDEO_LINE + 1],
    ['no ICE credentials', without(...TRANSPORT.slice(0, 2)), AUDIO_LINE],
    ['no password', without('a=ice-pwd:0123456789abcdefghijkl'), AUDIO_LINE + AUDIO.length],
    ['a short password', adding('a=ice-pwd:short'), END],
    ['a fragment with a colon', adding('a=ice-ufrag:ab:cd'), END],
    ['a fragment of 257 characters', adding(`a=ice-ufrag:${'a'.repeat(257)}`), END],
    ['no fingerprint', without(TRANSPORT[2] ?? ''), AUDIO_LINE],
    ['half a fingerprint', adding('a=fingerprint:sha-256 AB:CD'), END],
    ['a fingerprint of letters', adding('a=fingerprint:sha-256 hello'), END],
    ['an unknown role', adding('a=setup:holdconn'), END],
    ['a candidate without a type', adding('a=candidate:1 1 udp 1 192.0.2.1 9'), END],
    ['a candidate with port 65536', adding('a=candidate:1 1 udp 1 192.0.2.1 65536 typ host'), END],
    ['101 candidates', adding(...Array<string>(101).fill('a=candidate:1 1 udp 1 192.0.2.1 9 typ host')), END + 100],
    ['a bad rtpmap', adding('a=rtpmap:102 H264'), END],
    ['a bad fmtp', adding('a=fmtp:x y'), END],
    ['a bad rtcp-fb', adding('a=rtcp-fb:nack'), END],
    ['a bad extmap', adding('a=extmap:0 urn:x'), END],
    ['65 header extensions', adding(...Array<string>(65).fill('a=extmap:1 urn:x')), END + 64],
    ['an SSRC that is none', adding('a=ssrc:4294967296 cname:x'), END],
    ['65 SSRCs', adding(...Array.from({ length: 65 }, (_, i) => `a=ssrc:${String(i)} cname:x`)), END + 64],
  ])('%s', (_name, text, line) => {
    expect(refusal(text)).toMatchObject({ code: 'sdp-invalid', line });
  });

  it('that has 101 payload types on one m-line', () => {
    const formats = Array.from({ length: 101 }, (_, payloadType) => String(payloadType)).join(' ');
    const text = replacing('m=audio 9 UDP/TLS/RTP/SAVPF 111', `m=audio 9 UDP/TLS/RTP/SAVPF ${formats}`);
    expect(refusal(text)).toMatchObject({ code: 'sdp-invalid', line: AUDIO_LINE });
  });

  it('in a sentence', () => {
    expect(refusal(adding('hello')).message).toBe(`Line ${String(END)} of the SDP: It is not of the form x=value.`);
  });
});

describe('a correct offer is refused that could be met only in part:', () => {
  it.each([
    ['a second video track', adding(...VIDEO.map((line) => line.replace('mid:1', 'mid:2')))],
    [
      'data channels of before RFC 8841',
      adding('m=application 9 DTLS/SCTP 5000', 'a=mid:2', 'a=sctpmap:5000 webrtc-datachannel 256'),
    ],
    ['data channels outside of the bundle', adding('m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:2')],
    ['text', adding('m=text 9 UDP/TLS/RTP/SAVPF 98', 'a=mid:2')],
    ['plain RTP', replacing('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'm=audio 9 RTP/AVP 111')],
    ['a disabled m-line', replacing('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'm=audio 0 UDP/TLS/RTP/SAVPF 111')],
    ['an m-line that only receives', textOf(OFFER.map((line) => (line === 'a=sendonly' ? 'a=recvonly' : line)))],
    ['an inactive m-line', adding('a=inactive')],
    ['RTCP on another port', without('a=rtcp-mux')],
    ['no BUNDLE group', without('a=group:BUNDLE 0 1')],
    ['a BUNDLE group of one of two', replacing('a=group:BUNDLE 0 1', 'a=group:BUNDLE 0')],
    ['an ice-lite client that is nowhere', replacing('s=-', 's=-', 'a=ice-lite')],
  ])('%s', (_name, text) => {
    expect(refusal(text)).toMatchObject({ code: 'sdp-unsupported', line: expect.any(Number) as number });
  });
});

describe('hostile text', () => {
  it('is refused or read, never anything else', () => {
    const values = fc.oneof(
      fc.string(),
      fc.constantFrom('0', '-1', '4294967296', '__proto__', 'constructor', '102', '102 ', '* nack', ' ', '1 1 1 1 1 1'),
      fc
        .array(fc.constantFrom('102', 'udp', '192.0.2.1', 'typ', 'host', 'H264/90000', '/', ':', ';', '='), {
          maxLength: 9,
        })
        .map((parts) => parts.join(' ')),
    );
    const names = ['ice-ufrag', 'ice-pwd', 'fingerprint', 'setup', 'candidate', 'mid', 'rtpmap', 'fmtp', 'rtcp-fb'];
    const moreNames = ['extmap', 'ssrc', 'ssrc-group', 'group', 'rtcp-mux', 'bundle-only', 'sendonly', 'inactive'];
    const line = fc.oneof(
      fc.tuple(fc.constantFrom(...names, ...moreNames), values).map(([name, value]) => `a=${name}:${value}`),
      values.map((value) => `m=${value}`),
      fc.constantFrom(...OFFER),
      fc.string(),
    );
    const change = fc.tuple(fc.nat({ max: OFFER.length }), fc.nat({ max: 2 }), fc.array(line, { maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
        const lines = [...OFFER];
        for (const [at, removed, added] of changes) lines.splice(at, removed, ...added);
        expectReadOrRefused(textOf(lines));
      }),
      { numRuns: 2000 },
    );
  });

  it('of any characters is refused', () => {
    fc.assert(fc.property(fc.string({ maxLength: 400, unit: 'binary' }), expectReadOrRefused));
  });

  // 64 KiB is what the door lets in: a parser that looks back would take seconds.
  it.each([
    ['line ends', `v=0${'\r\n'.repeat(32_000)}x`],
    ['spaces', adding(...Array<string>(15).fill(`a=rtpmap:${' '.repeat(4000)}x`))],
    ['parameters', adding(...Array<string>(15).fill(`a=fmtp:102 ${';a='.repeat(1300)}`))],
    ['colons', adding(...Array<string>(15).fill(`a=fingerprint:sha-256 ${'AB:'.repeat(1300)}x`))],
    ['candidates', adding(...Array<string>(15).fill(`a=candidate:1 1 udp 1 ${'a '.repeat(2000)}`))],
    ['addresses', adding(...Array<string>(15).fill(`a=candidate:1 1 udp 1 ${'1:'.repeat(2000)} 1 typ host`))],
    ['a long BUNDLE group', replacing('a=group:BUNDLE 0 1', `a=group:BUNDLE ${'0 '.repeat(2000)}`)],
    ['short lines', adding(...Array<string>(20_000).fill('a='))],
  ])('of many %s takes no time', (_name, text) => {
    const start = performance.now();
    expectReadOrRefused(text);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

function expectReadOrRefused(text: string): void {
  try {
    negotiate(parseOffer(text));
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
  }
}
