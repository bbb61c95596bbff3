import { ALL_FORMATS, BufferSource, FilePathSource, EncodedPacketSink, Input, type InputTrack } from 'mediabunny';
import { hashAudioFrame, hashPicture, splitLengthPrefixed } from '../access-unit.js';

export interface StoredSample {
  readonly hash: string;
  readonly startSeconds: number;
  readonly durationSeconds: number;
  readonly isKeyframe: boolean;
  /** Sound that was not received: a packet without a frame asks the decoder to make up what is missing. */
  readonly isConcealing: boolean;
}

/** Reads the samples of one track from an init object and segments, with a demuxer that is not ours. In decoding order. */
export async function readSamples(init: Uint8Array, segments: readonly Uint8Array[]): Promise<StoredSample[]> {
  const bytes = Buffer.concat([init, ...segments]);
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) });
  const [track] = await input.getTracks();
  if (track === undefined) throw new Error('No track in the file.');
  return readTrack(track);
}

async function readTrack(track: InputTrack): Promise<StoredSample[]> {
  const isVideo = track.type === 'video';
  const samples: StoredSample[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) {
    samples.push({
      hash: isVideo ? hashPicture(splitLengthPrefixed(packet.data)) : hashAudioFrame(packet.data),
      startSeconds: packet.timestamp,
      durationSeconds: packet.duration,
      isKeyframe: packet.type === 'key',
      isConcealing: !isVideo && packet.data.length === 1,
    });
  }
  return samples;
}

export interface ShownTrack {
  readonly kind: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly packets: number;
}

/** What mediabunny sees of each track of a file. */
export async function readShown(path: string): Promise<ShownTrack[]> {
  const input = new Input({ formats: ALL_FORMATS, source: new FilePathSource(path) });
  const tracks: ShownTrack[] = [];
  for (const track of await input.getTracks()) {
    const { packetCount } = await track.computePacketStats();
    const times = { startSeconds: await track.getFirstTimestamp(), endSeconds: await track.computeDuration() };
    tracks.push({ kind: track.type, ...times, packets: packetCount });
  }
  return tracks;
}
