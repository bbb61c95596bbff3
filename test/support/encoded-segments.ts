import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input, type EncodedPacket, type InputTrack } from 'mediabunny';
import { findCodec, isRecordable } from '../../src/media/codecs/index.js';
import type { CodecParameters, RecordableCodec } from '../../src/media/codecs/codec.js';
import { cmaf, FragmentSamples } from '../../src/media/containers/index.js';

const run = promisify(execFile);
const CACHE = join(tmpdir(), 'aircheck-test-media');

/** FFmpeg's encoders, quick and with a key frame each second. */
const ENCODERS: Readonly<Record<string, readonly string[]>> = {
  H264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30', '-sc_threshold', '0', '-pix_fmt', 'yuv420p'],
  H265: ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'keyint=30:scenecut=0:open-gop=0:log-level=none'],
  VP9: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '30', '-lag-in-frames', '0'],
  AV1: ['-c:v', 'libsvtav1', '-preset', '12', '-g', '30', '-svtav1-params', 'pred-struct=1'],
};

export interface EncodedOptions {
  readonly codec: keyof typeof ENCODERS;
  readonly seconds: number;
  readonly size?: string;
  readonly bFrames?: number;
  /** Luminance by the second, an expression of FFmpeg's geq filter, instead of the test picture. */
  readonly luminance?: string;
}

/** A track as a recording has it: an init object and segments of two seconds, in fragments of one. */
export interface EncodedTrack {
  readonly codec: RecordableCodec;
  readonly init: Uint8Array;
  readonly segments: readonly Uint8Array[];
}

/** A test picture and a tone that FFmpeg encoded, cut into segments. */
export async function encodeSegments(options: EncodedOptions): Promise<{ video: EncodedTrack; audio: EncodedTrack }> {
  const file = await readFile(await encode(options));
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(file) });
  const [picture] = await input.getVideoTracks();
  const [sound] = await input.getAudioTracks();
  if (picture === undefined || sound === undefined) throw new Error('A track is missing.');
  return { video: await cut(picture, options.codec, file), audio: await cut(sound, 'opus', file) };
}

async function encode(options: EncodedOptions): Promise<string> {
  const { codec, seconds, size = '320x180', bFrames = 0, luminance } = options;
  const picture =
    luminance === undefined
      ? `testsrc2=size=${size}:rate=30`
      : `nullsrc=size=${size}:rate=30,geq=lum='${luminance}':cb=128:cr=128`;
  const sources = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', 'sine=sample_rate=48000'];
  const reorder = bFrames > 0 ? ['-bf', String(bFrames)] : codec === 'H264' || codec === 'H265' ? ['-bf', '0'] : [];
  const sound = ['-c:a', 'libopus', '-ac', '2', '-b:a', '64k'];
  const args = [...sources, '-t', String(seconds), ...(ENCODERS[codec] ?? []), ...reorder, ...sound];
  const name = createHash('sha256').update(args.join(' ')).digest('hex').slice(0, 16);
  const path = join(CACHE, `${name}.mp4`);
  if (await stat(path).catch(() => undefined)) return path;
  await mkdir(CACHE, { recursive: true });
  const partial = join(CACHE, `${name}.${process.pid}.mp4`);
  await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args, '-strict', '-2', partial]);
  await rename(partial, path);
  return path;
}

async function cut(track: InputTrack, name: string, file: Buffer): Promise<EncodedTrack> {
  const codec = findCodec(name, track.type === 'video' ? 'video' : 'audio');
  if (codec === undefined || !isRecordable(codec)) throw new RangeError('No such codec.');
  const packets: EncodedPacket[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  const { clockRate: timescale } = codec;
  const init = cmaf.encodeInit({ codec, parameters: await parametersOf(track, codec, file), timescale });
  const ticks = decodeTicks(packets, timescale);
  const segments: Uint8Array[] = [];
  let fragment: number[] = [];
  let fragments: Uint8Array[] = [];
  for (const [index] of packets.entries()) {
    fragment.push(index);
    const next = packets[index + 1];
    const isCut =
      next === undefined || (ticks[index + 1] ?? 0) >= (fragments.length + segments.length * 2 + 1) * timescale;
    if (!isCut) continue;
    fragments.push(fragmentOf(codec, packets, ticks, fragment));
    fragment = [];
    if (next !== undefined && fragments.length < 2) continue;
    segments.push(Buffer.concat([cmaf.segmentType, ...fragments]));
    fragments = [];
  }
  return { codec, init, segments };
}

async function parametersOf(track: InputTrack, codec: RecordableCodec, file: Buffer): Promise<CodecParameters> {
  const codecString = (await track.getCodecParameterString()) ?? '';
  const configuration = boxContent(file, codec.isobmff.configurationBoxType);
  if (!track.isVideoTrack()) {
    const withoutPreSkip = Uint8Array.from(configuration).fill(0, 2, 4);
    return { codecString, configuration: withoutPreSkip, sampleRate: 48_000, channels: 2, reorderDepth: 0 };
  }
  const [width, height] = [await track.getCodedWidth(), await track.getCodedHeight()];
  return { codecString, configuration, width, height, reorderDepth: 0 };
}

/** The content of the first box that has the type. */
function boxContent(file: Buffer, type: string): Uint8Array {
  const typeAt = file.indexOf(type, file.indexOf('stsd'));
  return file.subarray(typeAt + 4, typeAt - 4 + file.readUInt32BE(typeAt - 4));
}

/** Pictures are decoded at an even pace, the first when it is shown: at 0. */
function decodeTicks(packets: readonly EncodedPacket[], timescale: number): number[] {
  const shown = packets.map(({ timestamp }) => Math.round(timestamp * timescale));
  const first = Math.min(...shown);
  return shown.map((ticks) => ticks - first).toSorted((a, b) => a - b);
}

function fragmentOf(
  codec: RecordableCodec,
  packets: readonly EncodedPacket[],
  ticks: readonly number[],
  indices: readonly number[],
): Uint8Array {
  const { kind, clockRate } = codec;
  const samples = new FragmentSamples(indices.length);
  for (const index of indices) {
    const packet = packets[index];
    const start = ticks[index] ?? 0;
    if (packet === undefined) throw new RangeError('No such packet.');
    const durationTicks = (ticks[index + 1] ?? start + Math.round(packet.duration * clockRate)) - start;
    const offset = kind === 'video' ? Math.round(packet.timestamp * clockRate) - start : 0;
    samples.add(packet.data.length, durationTicks, offset, packet.type === 'key');
  }
  const header = new Uint8Array(cmaf.fragmentHeaderSize(kind, indices.length));
  const [first = 0] = indices;
  const fragment = { sequenceNumber: first + 1, baseDecodeTicks: ticks[first] ?? 0, samples };
  cmaf.writeFragmentHeader(header, 0, kind, fragment);
  return Buffer.concat([header, ...indices.map((index) => packets[index]?.data ?? new Uint8Array(0))]);
}
