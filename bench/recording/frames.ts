// What was sent and what is on the disk, frame by frame: hashes of what a demuxer that is not ours reads.
import { readFileSync, readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input, type InputTrack } from 'mediabunny';
import { hashAudioFrame, hashPicture, splitLengthPrefixed } from '../../test/support/access-unit.ts';
import { type Difference, difference, packetsOfUnits } from './figures.ts';

/** Of the packetizer of the senders: test/support/publishers/datachannel-video.ts. */
const PACKET_PAYLOAD_BYTES = 1200;
/** A packet of sound without a frame, of so many bytes at most, asks the decoder to make up what is missing. */
export const CONCEALING_BYTES = 3;
/** Names of a track's files. */
const PREFIXES = { video: '', audio: 'audio_' } as const;
export const KINDS = ['video', 'audio'] as const;

export interface Source {
  readonly video: readonly string[];
  readonly audio: readonly string[];
  /** RTP packets of all its frames. */
  readonly packets: number;
  readonly seconds: number;
}

export type StreamDifference = Readonly<Record<(typeof KINDS)[number], Difference>>;

/** Of a file as `makeMedia` makes it. */
export async function readSource(path: string): Promise<Source> {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(readFileSync(path)) });
  const [video, audio] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
  if (video === null || audio === null) throw new Error(`${path} lacks a track.`);
  let packets = 0;
  for await (const { data } of new EncodedPacketSink(video).packets()) {
    const units = splitLengthPrefixed(data).map(({ length }) => length);
    packets += packetsOfUnits(units, PACKET_PAYLOAD_BYTES);
  }
  const sound = await hashes(audio);
  return {
    ...{ video: await hashes(video), audio: sound, packets: packets + sound.length },
    seconds: await video.computeDuration(),
  };
}

/** @param folder of a stream's recordings, of which there is one, of one Period */
export async function compareStream(folder: string, source: Source): Promise<StreamDifference> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return {
    video: difference(source.video, await recorded(files, 'video')),
    audio: difference(source.audio, await recorded(files, 'audio')),
  };
}

async function recorded(files: readonly Dirent[], kind: (typeof KINDS)[number]): Promise<string[]> {
  const prefix = PREFIXES[kind];
  const pathOf = ({ parentPath, name }: Dirent): string => join(parentPath, name);
  const init = files.find(({ name }) => name === `${prefix}init.m4s`);
  const pattern = new RegExp(`^${prefix}seg_\\d+\\.m4s$`);
  const segments = files.filter(({ name }) => pattern.test(name)).map(pathOf);
  if (init === undefined || segments.length === 0) return [];
  const bytes = Buffer.concat([pathOf(init), ...segments.sort()].map((path) => readFileSync(path)));
  const [track] = await new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) }).getTracks();
  return track === undefined ? [] : hashes(track);
}

async function hashes(track: InputTrack): Promise<string[]> {
  const isVideo = track.type === 'video';
  const all: string[] = [];
  for await (const { data } of new EncodedPacketSink(track).packets()) {
    if (isVideo) all.push(hashPicture(splitLengthPrefixed(data)));
    else if (data.length > CONCEALING_BYTES) all.push(hashAudioFrame(data));
  }
  return all;
}
