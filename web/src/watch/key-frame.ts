/** The picture of an MP4 of one key frame, as a decoder wants it. */
export interface KeyFrame {
  /** What stands beside the samples: `avcC`, `hvcC`; undefined for codecs that need nothing. */
  readonly description: Uint8Array | undefined;
  readonly sample: Uint8Array;
}

interface Box {
  readonly type: string;
  readonly content: Uint8Array;
}

const WAY_TO_ENTRIES = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'];
const DESCRIPTIONS = ['avcC', 'hvcC'];
/** Version, flags and count before the entries of `stsd`. */
const ENTRIES_OFFSET = 8;
/** Fields of a VisualSampleEntry before its boxes, ISO/IEC 14496-12 section 12.1.3. */
const VISUAL_FIELDS = 78;

/** @returns undefined for bytes that are no such file */
export function readKeyFrame(file: Uint8Array): KeyFrame | undefined {
  let content: Uint8Array | undefined = file;
  for (const type of WAY_TO_ENTRIES) content = content && find(content, [type]);
  const [entry] = content === undefined ? [] : boxesOf(content.subarray(ENTRIES_OFFSET));
  const sample = find(file, ['mdat']);
  if (entry === undefined || sample === undefined) return undefined;
  return { description: find(entry.content.subarray(VISUAL_FIELDS), DESCRIPTIONS), sample };
}

function find(bytes: Uint8Array, types: readonly string[]): Uint8Array | undefined {
  return boxesOf(bytes).find(({ type }) => types.includes(type))?.content;
}

function boxesOf(bytes: Uint8Array): Box[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes: Box[] = [];
  for (let offset = 0; offset + 8 <= bytes.length;) {
    const size = view.getUint32(offset);
    if (size < 8 || offset + size > bytes.length) break;
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    boxes.push({ type, content: bytes.subarray(offset + 8, offset + size) });
    offset += size;
  }
  return boxes;
}
