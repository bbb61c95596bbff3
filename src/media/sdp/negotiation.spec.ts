import type { CodecDefinition } from '../codecs/codec.js';
import { findCodec } from '../codecs/index.js';
import { negotiate } from './negotiation.js';
import { NoAcceptableCodecError } from './sdp.errors.js';
import type { OfferedFormat, OfferedMedia, SessionOffer } from './session.js';
import { negotiateSetup } from './setup.js';

const h264 = definition('H264');

function definition(name: string): CodecDefinition {
  const codec = findCodec(name, 'video');
  if (codec === undefined) throw new Error(`${name} is not in the list`);
  return codec;
}

function format(
  payloadType: number,
  codecName: string,
  parameters = '',
  feedback: readonly string[] = [],
): OfferedFormat {
  return { payloadType, codecName, clockRate: 90_000, channels: 1, format: parameters, feedback };
}

function offerOf(formats: readonly OfferedFormat[], extensions: OfferedMedia['extensions'] = []): SessionOffer {
  const media: OfferedMedia = { mid: 'v', kind: 'video', direction: 'sendonly', formats, extensions, sources: [] };
  const ice = { usernameFragment: 'abcd', password: '0123456789abcdefghijkl' };
  return { transport: { ice, fingerprints: [], setup: 'actpass', candidates: [] }, media: [media] };
}

describe('negotiate', () => {
  it('takes the dependency descriptor for AV1 only, from who may send it in the long form', () => {
    const uri = 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';
    const taken = (codecName: string, allowsMixedExtensions: boolean): number | undefined => {
      const offer = offerOf([format(45, codecName)], [{ id: 13, uri }]);
      const media = offer.media.map((one) => ({ ...one, allowsMixedExtensions }));
      return negotiate({ ...offer, media })[0]?.extensions.dependencyDescriptor;
    };

    expect([taken('AV1', true), taken('AV1', false), taken('VP9', true)]).toEqual([13, undefined, undefined]);
  });

  it('takes what the codec prefers, wherever it stands', () => {
    const [track] = negotiate(
      offerOf([
        format(96, 'VP8'),
        format(104, 'H264', 'packetization-mode=0'),
        format(102, 'h264', 'packetization-mode=1'),
      ]),
    );
    expect(track?.formats[0]).toMatchObject({ payloadType: 102, codecName: 'H264' });
  });

  it('takes what can only be live where nothing recordable is offered', () => {
    const [track] = negotiate(offerOf([format(96, 'VP8'), format(102, 'H264', 'packetization-mode=2')]));
    expect(track?.formats[0]).toMatchObject({ payloadType: 96, codecName: 'VP8', answerFormat: undefined });
  });

  it('takes what can be recorded even where its codec wants it less', () => {
    const liveOnly: CodecDefinition = { ...definition('VP8'), preference: () => 9 };
    const [track] = negotiate(offerOf([format(96, 'VP8'), format(98, 'H264')]), [liveOnly, h264]);
    expect(track?.formats[0].codecName).toBe('H264');
  });

  it('takes the first of equals', () => {
    const mode1 = 'packetization-mode=1';
    const [track] = negotiate(offerOf([format(39, 'H264', mode1), format(102, 'H264', mode1)]));
    expect(track?.formats.map(({ payloadType }) => payloadType)).toEqual([39, 102]);
  });

  it('compares formats of different codecs by what each codec says of them', () => {
    const wanted: CodecDefinition = { ...h264, name: 'AV1', preference: () => 9 };
    const [track] = negotiate(offerOf([format(102, 'H264', 'packetization-mode=1'), format(45, 'AV1')]), [
      h264,
      wanted,
    ]);
    expect(track?.formats.map(({ codecName }) => codecName)).toEqual(['AV1', 'H264']);
  });

  it('takes the retransmissions of the chosen formats only, and only with generic NACK', () => {
    const formats = [format(97, 'rtx', 'apt=96'), format(103, 'RTX', 'rtx-time=3000;apt=102')];
    const repaired = negotiate(offerOf([format(102, 'H264', '', ['nack']), ...formats]));
    expect(repaired[0]?.formats[0].rtxPayloadType).toBe(103);
    expect(negotiate(offerOf([format(102, 'H264'), ...formats]))[0]?.formats[0].rtxPayloadType).toBeUndefined();
  });

  it('wants transport-wide feedback only with the extension that carries its numbers', () => {
    const uri = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
    const formats = [format(102, 'H264', '', ['transport-cc'])];
    expect(negotiate(offerOf(formats))[0]?.feedback.transportCc).toBe(false);
    expect(negotiate(offerOf(formats, [{ id: 5, uri }]))[0]).toMatchObject({
      feedback: { transportCc: true },
      extensions: { transportSequenceNumber: 5 },
    });
  });

  it('accepts the capture time and leaves the picture upright', () => {
    const [track] = negotiate(
      offerOf(
        [format(102, 'H264')],
        [
          { id: 9, uri: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time' },
          { id: 13, uri: 'urn:3gpp:video-orientation' },
        ],
      ),
    );
    expect(track?.extensions).toMatchObject({ mid: undefined, absoluteCaptureTime: 9 });
  });

  it('takes every format that can be recorded, that the sender may change to', () => {
    const [track] = negotiate(
      offerOf([
        format(96, 'VP8', '', ['nack']),
        format(98, 'VP9', 'profile-id=0', ['nack']),
        format(99, 'rtx', 'apt=98'),
        format(102, 'H264', 'packetization-mode=1', ['nack']),
        format(103, 'rtx', 'apt=102'),
      ]),
    );
    expect(track?.formats).toMatchObject([
      { payloadType: 102, codecName: 'H264', rtxPayloadType: 103 },
      { payloadType: 98, codecName: 'VP9', answerFormat: 'profile-id=0', rtxPayloadType: 99 },
    ]);
  });

  it('leaves out a format whose losses could not be asked for, where those of the preferred one can', () => {
    const [track] = negotiate(offerOf([format(98, 'VP9'), format(102, 'H264', '', ['nack', 'nack pli'])]));
    expect(track?.formats.map(({ payloadType }) => payloadType)).toEqual([102]);
  });

  it.each([
    ['other codecs', [format(96, 'H263'), format(118, 'red'), format(120, 'ulpfec')]],
    ['a format that its codec refuses', [format(102, 'H264', 'packetization-mode=2')]],
    ['parameters that are no values', [format(102, 'H264', 'packetization-mode=constructor')]],
    ['another clock rate', [{ ...format(102, 'H264'), clockRate: 48_000 }]],
    ['nothing', []],
  ])('refuses %s', (_name, formats) => {
    expect(() => negotiate(offerOf(formats))).toThrow(NoAcceptableCodecError);
  });

  it('says which profile was offered and which would be accepted', () => {
    const formats = [
      format(98, 'VP9', 'profile-id=1'),
      format(99, 'rtx', 'apt=98'),
      format(100, 'VP9', 'profile-id=3'),
    ];
    const attempt = (): unknown => negotiate(offerOf(formats), [definition('VP9')]);
    expect(attempt).toThrow(
      'No offered video codec is accepted (offered: VP9 (profile-id=1), rtx, VP9 (profile-id=3); accepted: VP9 (profile-id 0 or 2)).',
    );
  });

  it('says what was offered and what would be accepted', () => {
    const attempt = (): unknown => negotiate(offerOf([format(96, 'VP8'), format(98, 'VP8')]), [h264]);
    expect(attempt).toThrow(
      'No offered video codec is accepted (offered: VP8; accepted: H264 (packetization-mode 0 or 1)).',
    );
  });
});

describe('negotiateSetup', () => {
  it('leaves DTLS to be begun by the client, unless it wants us to', () => {
    expect([negotiateSetup('actpass'), negotiateSetup('active'), negotiateSetup('passive')]).toEqual([
      'passive',
      'passive',
      'active',
    ]);
  });
});
