import type { FilePart, FilePlan } from '../../src/media/clips/clip.js';
import type { SourceObject } from '../../src/media/clips/source.js';
import { cmaf, type FoundFragment } from '../../src/media/containers/index.js';
import type { EncodedTrack } from './encoded-segments.js';

/** Objects in memory, and the sources of clips that point at them. */
export class ClipObjects {
  private readonly objects: Uint8Array[] = [];

  /** @returns the segments as one run, or a part of it */
  add(track: EncodedTrack, originEpochMs: number, segments = track.segments): SourceObject[] {
    const init = cmaf.readInit(track.init);
    if (init === undefined) throw new RangeError('The init object cannot be read.');
    return segments.map((bytes) => {
      const object = this.objects.push(bytes) - 1;
      return { object, init, originEpochMs, fragments: fragmentsOf(bytes) };
    });
  }

  /** @returns the file that the plan describes */
  make({ parts, sizeBytes }: FilePlan): Buffer {
    const bytes = [...parts].map((part) => this.bytesOf(part));
    const file = Buffer.concat(bytes);
    if (file.length !== sizeBytes) throw new Error(`The plan promised ${sizeBytes} bytes, there are ${file.length}.`);
    return file;
  }

  private bytesOf(part: FilePart): Uint8Array {
    if ('bytes' in part) return part.bytes;
    if ('object' in part) {
      return this.objects[part.object]?.subarray(part.offset, part.offset + part.length) ?? Buffer.alloc(0);
    }
    const joined = Buffer.concat(part.sealed.map((inner) => this.bytesOf(inner)));
    part.seal(joined);
    return joined;
  }
}

function fragmentsOf(bytes: Uint8Array): FoundFragment[] {
  const fragments: FoundFragment[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const found = cmaf.findFragment((at, length) => bytes.subarray(at, at + length), offset, bytes.length);
    if (found === undefined) throw new Error(`No fragment at ${offset}.`);
    fragments.push(found);
    offset = found.endOffset;
  }
  return fragments;
}
