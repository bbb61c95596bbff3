import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input, type InputTrack } from 'mediabunny';
import type { RecordableCodec, CodecParameters } from '../../src/media/codecs/codec.js';
import { recordableCodecs } from '../../src/media/codecs/index.js';
import { MemorySink, type KeptAccessUnit } from '../../src/media/codecs/memory-sink.js';
import type { ContainerDefinition } from '../../src/media/containers/container.js';
import { containers, encodeRepeated, FragmentSamples } from '../../src/media/containers/index.js';
import { readBoxes } from '../support/judges/boxes.js';
import { readSamples } from '../support/judges/mediabunny.js';

/** Packets of FFmpeg's encoders and RTP muxer, and what FFmpeg's own files say of the same streams. */
interface Fixture {
  readonly made: string;
  readonly expected: {
    /** As mediabunny names FFmpeg's file of the stream. */
    readonly codecString: string;
    readonly width?: number;
    readonly height?: number;
    readonly sampleRate?: number;
    readonly channels?: number;
    /** Places in decoding order. */
    readonly keyframes: readonly number[];
  };
  readonly packets: readonly { readonly timestamp: number; readonly marker: boolean; readonly payload: string }[];
  /** SHA-256 of each access unit as it left the encoder, framed as ISO BMFF wants it. */
  readonly samples: readonly string[];
}

const FIXTURES = join(__dirname, '../fixtures/codecs');
const DURATION_TICKS = 960;

function fixtureOf(codec: RecordableCodec): Fixture {
  return JSON.parse(readFileSync(join(FIXTURES, `${codec.name.toLowerCase()}.json`), 'utf8')) as Fixture;
}

function depacketize(codec: RecordableCodec, fixture: Fixture): KeptAccessUnit[] {
  const sink = new MemorySink();
  const depacketizer = codec.createDepacketizer(sink, {});
  for (const { timestamp, marker, payload } of fixture.packets) {
    const bytes = Buffer.from(payload, 'base64');
    depacketizer.push({ bytes, offset: 0, length: bytes.length, timestamp, marker });
  }
  depacketizer.flush();
  expect(sink.damages).toBe(0);
  return sink.units;
}

function parametersOf([first]: readonly KeptAccessUnit[]): CodecParameters {
  if (first?.parameters === undefined) throw new Error('The first access unit tells no parameters.');
  return first.parameters;
}

/** A file of two fragments. */
function fileOf(container: ContainerDefinition, codec: RecordableCodec, units: readonly KeptAccessUnit[]): Buffer {
  const init = container.encodeInit({ codec, parameters: parametersOf(units), timescale: codec.clockRate });
  const half = Math.ceil(units.length / 2);
  const fragments = [units.slice(0, half), units.slice(half)].flatMap((part, index) =>
    fragmentOf(container, codec, part, index + 1, index * half * DURATION_TICKS),
  );
  return Buffer.concat([init, container.segmentType, ...fragments]);
}

function fragmentOf(
  container: ContainerDefinition,
  codec: RecordableCodec,
  units: readonly KeptAccessUnit[],
  sequenceNumber: number,
  baseDecodeTicks: number,
): Uint8Array[] {
  const samples = new FragmentSamples(units.length);
  for (const { bytes, isKeyframe } of units) samples.add(bytes.length, DURATION_TICKS, 0, isKeyframe);
  const header = new Uint8Array(container.fragmentHeaderSize(codec.kind, units.length));
  container.writeFragmentHeader(header, 0, codec.kind, { sequenceNumber, baseDecodeTicks, samples });
  return [header, ...units.map(({ bytes }) => bytes)];
}

async function trackOf(file: Buffer): Promise<InputTrack> {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(file) });
  const tracks = await input.getTracks();
  expect(tracks).toHaveLength(1);
  const [track] = tracks;
  if (track === undefined) throw new Error('No track in the file.');
  return track;
}

async function packetsOf(track: InputTrack): Promise<{ hash: string; isKeyframe: boolean }[]> {
  const packets = [];
  for await (const { data, type } of new EncodedPacketSink(track).packets()) {
    packets.push({ hash: createHash('sha256').update(data).digest('hex'), isKeyframe: type === 'key' });
  }
  return packets;
}

const pairs = recordableCodecs.flatMap((codec) => containers.map((container) => ({ codec, container })));

describe.each(pairs)('$codec.name in $container.name', ({ codec, container }) => {
  const fixture = fixtureOf(codec);
  const units = depacketize(codec, fixture);

  it('is read by another demuxer: every sample as it left the encoder, key frames where they are', async () => {
    const packets = await packetsOf(await trackOf(fileOf(container, codec, units)));

    expect(packets.map(({ hash }) => hash)).toEqual(fixture.samples);
    expect(packets.flatMap(({ isKeyframe }, index) => (isKeyframe ? [index] : []))).toEqual(fixture.expected.keyframes);
  });

  it('is made of boxes of which no parser complains', async () => {
    const count = fixture.samples.length;

    const read = await readBoxes(fileOf(container, codec, units));

    expect(read).toEqual({ samples: { mp4box: count, mediabunny: count }, complaints: '' });
  });

  it('says of sound how much to decode in front of a sample', () => {
    expect(codec.isobmff.rollDistance !== undefined).toBe(codec.kind === 'audio');
  });

  it('is described as FFmpeg describes it', async () => {
    const track = await trackOf(fileOf(container, codec, units));
    const { codecString, width, height, sampleRate, channels } = fixture.expected;

    expect(await track.getCodecParameterString()).toBe(codecString);
    if (track.isVideoTrack())
      expect([await track.getCodedWidth(), await track.getCodedHeight()]).toEqual([width, height]);
    if (track.isAudioTrack())
      expect([await track.getSampleRate(), await track.getNumberOfChannels()]).toEqual([sampleRate, channels]);
  });

  it('has the codec string that the demuxer sees, and is known again by its init object', () => {
    const parameters = parametersOf(units);
    const init = container.encodeInit({ codec, parameters, timescale: codec.clockRate });
    // The demuxer says hev1 for either kind of H.265 and leaves out AV1's colour.
    const seen = fixture.expected.codecString.replace('hev1', 'hvc1').toLowerCase();

    expect(parameters.codecString.toLowerCase().startsWith(seen)).toBe(true);
    expect(container.readInit(init)).toMatchObject({ codec, codecString: parameters.codecString });
  });

  it('has something that can stand in for it: silence, or its first picture shown for longer', async () => {
    const init = container.encodeInit({ codec, parameters: parametersOf(units), timescale: codec.clockRate });
    const bytes = codec.kind === 'audio' ? codec.isobmff.silence : units[0]?.bytes;
    if (bytes === undefined) throw new Error('The codec has no silence.');
    const durationTicks = codec.clockRate / 10;
    const repeated = { kind: codec.kind, bytes, count: 5, startTicks: codec.clockRate * 7, durationTicks };
    const segment = encodeRepeated(container, repeated);

    const samples = await readSamples(init, [segment]);

    expect((await readBoxes(Buffer.concat([init, segment]))).complaints).toBe('');
    expect(samples.map(({ startSeconds }) => startSeconds)).toEqual([7, 7.02, 7.04, 7.06, 7.08].map(expect.closeTo));
    expect(
      samples.every(({ isKeyframe, durationSeconds }) => isKeyframe && Math.abs(durationSeconds - 0.02) < 1e-6),
    ).toBe(true);
    const span = container.findFirstSample(
      (offset, length) => segment.subarray(offset, offset + length),
      segment.length,
    );
    expect(span && segment.subarray(span.offset, span.offset + span.length)).toEqual(Uint8Array.from(bytes));
  });

  it('is found whole by the scan of an open segment', () => {
    const file = Buffer.concat([container.segmentType, ...fragmentOf(container, codec, units, 7, 0)]);
    const scanned = container.scanSegment((offset, length) => file.subarray(offset, offset + length), file.length);

    expect(scanned).toMatchObject({ wholeBytes: file.length, samples: units.length, isIndependent: true });
  });
});
