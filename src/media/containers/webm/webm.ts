import type { Steps } from '../../../shared/steps.js';
import type { Clip, ClipFormat, ClipTrack, FilePart, FilePlan } from '../../clips/clip.js';
import { recordableCodecs } from '../../codecs/index.js';
import { blocksOf, type Block } from './blocks.js';
import { element, elementHead, floatElement, ID, intElement, joined, textElement, uintElement } from './element.js';

/** Milliseconds. */
const TIMESTAMP_SCALE_NS = 1_000_000;
/** Where no key frame begins one; a block has 16 bits for its distance. */
const MOST_CLUSTER_MS = 10_000;
const SYNC_FLAG = 0x80;
/** Track number, time, flags. */
const BLOCK_FIXED_BYTES = 4;
/** `DateUTC` counts nanoseconds from 2001. */
const DATE_START_MS = Date.UTC(2001, 0, 1);

/** Blocks from a key frame on. */
interface Cluster {
  readonly timeMs: number;
  contentBytes: number;
}

/** WebM, RFC 9559. It begins with the first sample: there is no way to say what to decode only. */
export const webm: ClipFormat = {
  name: 'webm',
  extension: 'webm',
  contentType: 'video/webm',
  carries: (codecs) =>
    codecs.every((name) => recordableCodecs.some((codec) => codec.name === name && codec.webm !== undefined)),
  plan: planWebm,
};

function* planWebm(clip: Clip): Steps<FilePlan> {
  const clusters = yield* clustersOf(clip);
  const before = [infoOf(clip), element(ID.Tracks, ...clip.tracks.map(trackEntry))];
  const cuesBytes = elementHead(ID.Cues, 0).length + clusters.length * CUE_POINT_BYTES;
  const cues = yield* cuesOf(clusters, before.reduce((sum, part) => sum + part.length, 0) + cuesBytes);
  const mediaBytes = clusters.reduce((sum, cluster) => sum + clusterBytes(cluster), 0);
  const content = joined([...before, cues]);
  const head = joined([HEADER, elementHead(ID.Segment, content.length + mediaBytes), content]);
  return { parts: { [Symbol.iterator]: () => partsOf(head, clip, clusters) }, sizeBytes: head.length + mediaBytes };
}

const HEADER = element(
  ID.EBML,
  uintElement(ID.EBMLVersion, 1),
  uintElement(ID.EBMLReadVersion, 1),
  uintElement(ID.EBMLMaxIDLength, 4),
  uintElement(ID.EBMLMaxSizeLength, 8),
  textElement(ID.DocType, 'webm'),
  uintElement(ID.DocTypeVersion, 4),
  uintElement(ID.DocTypeReadVersion, 2),
);

function infoOf({ tracks, startEpochMs }: Clip): Uint8Array {
  const starts = tracks.map(({ chunks, init }) => (chunks[0]?.startTicks ?? 0) / init.timescale);
  const ends = tracks.map(({ shownEndTicks, init }) => shownEndTicks / init.timescale);
  return element(
    ID.Info,
    uintElement(ID.TimestampScale, TIMESTAMP_SCALE_NS),
    floatElement(ID.Duration, (Math.max(...ends) - Math.min(...starts)) * 1000),
    intElement(ID.DateUTC, BigInt(Math.round(startEpochMs) - DATE_START_MS) * 1_000_000n),
    textElement(ID.MuxingApp, 'Aircheck'),
    textElement(ID.WritingApp, 'Aircheck'),
  );
}

function trackEntry({ init }: ClipTrack, index: number): Uint8Array {
  const { codec, configuration, width = 0, height = 0, sampleRate = 0, channels = 0 } = init;
  const { webm: binding, kind } = codec;
  if (binding === undefined) throw new RangeError('WebM does not have this codec.');
  const codecPrivate = binding.codecPrivate(configuration);
  const shape =
    kind === 'video'
      ? element(ID.Video, uintElement(ID.PixelWidth, width), uintElement(ID.PixelHeight, height))
      : element(ID.Audio, floatElement(ID.SamplingFrequency, sampleRate), uintElement(ID.Channels, channels));
  return element(
    ID.TrackEntry,
    uintElement(ID.TrackNumber, index + 1),
    uintElement(ID.TrackUID, index + 1),
    uintElement(ID.TrackType, kind === 'video' ? 1 : 2),
    uintElement(ID.FlagLacing, 0),
    textElement(ID.CodecID, binding.codecId),
    ...(codecPrivate.length === 0 ? [] : [element(ID.CodecPrivate, codecPrivate)]),
    ...(binding.seekPreRollNs === undefined ? [] : [uintElement(ID.SeekPreRoll, binding.seekPreRollNs)]),
    shape,
  );
}

/** @param startOffset of the first cluster in the content of the segment */
function* cuesOf(clusters: readonly Cluster[], startOffset: number): Steps<Uint8Array> {
  const points = new Uint8Array(clusters.length * CUE_POINT_BYTES);
  let offset = startOffset;
  for (const [index, cluster] of clusters.entries()) {
    points.set(cuePoint(cluster.timeMs, offset), index * CUE_POINT_BYTES);
    offset += clusterBytes(cluster);
    yield;
  }
  return element(ID.Cues, points);
}

function cuePoint(timeMs: number, offset: number): Uint8Array {
  const place = [uintElement(ID.CueTrack, 1), uintElement(ID.CueClusterPosition, offset)];
  return element(ID.CuePoint, uintElement(ID.CueTime, timeMs), element(ID.CueTrackPositions, ...place));
}

const CUE_POINT_BYTES = cuePoint(0, 0).length;

function* clustersOf(clip: Clip): Steps<Cluster[]> {
  const clusters: Cluster[] = [];
  for (const block of blocksOf(clip)) {
    let cluster = clusters.at(-1);
    if (cluster === undefined || begins(block, cluster, clip)) {
      cluster = { timeMs: block.timeMs, contentBytes: uintElement(ID.Timestamp, block.timeMs).length };
      clusters.push(cluster);
      yield;
    }
    cluster.contentBytes += BLOCK_HEAD_BYTES + block.sizeBytes;
  }
  return clusters;
}

const CLUSTER_HEAD_BYTES = elementHead(ID.Cluster, 0).length;
const BLOCK_HEAD_BYTES = elementHead(ID.SimpleBlock, 0).length + BLOCK_FIXED_BYTES;

function begins({ track, timeMs, isSync }: Block, cluster: Cluster, { tracks }: Clip): boolean {
  if (timeMs - cluster.timeMs >= MOST_CLUSTER_MS) return true;
  return isSync && tracks[track]?.init.codec.kind === 'video';
}

function clusterBytes({ contentBytes }: Cluster): number {
  return CLUSTER_HEAD_BYTES + contentBytes;
}

/** Made while they are read: there are as many as samples. */
function* partsOf(head: Uint8Array, clip: Clip, clusters: readonly Cluster[]): Generator<FilePart> {
  yield { bytes: head };
  let next = 0;
  let cluster: Cluster | undefined;
  for (const block of blocksOf(clip)) {
    if (cluster === undefined || begins(block, cluster, clip)) {
      cluster = clusters[next++];
      if (cluster === undefined) throw new RangeError('The clip changed.');
      const { timeMs, contentBytes } = cluster;
      yield { bytes: joined([elementHead(ID.Cluster, contentBytes), uintElement(ID.Timestamp, timeMs)]) };
    }
    yield { bytes: blockHead(block, cluster.timeMs) };
    yield block.part;
  }
}

function blockHead({ track, timeMs, isSync, sizeBytes }: Block, clusterMs: number): Uint8Array {
  const fixed = new Uint8Array(BLOCK_FIXED_BYTES);
  fixed[0] = 0x80 | (track + 1);
  new DataView(fixed.buffer).setInt16(1, timeMs - clusterMs);
  fixed[3] = isSync ? SYNC_FLAG : 0;
  return joined([elementHead(ID.SimpleBlock, BLOCK_FIXED_BYTES + sizeBytes), fixed]);
}
