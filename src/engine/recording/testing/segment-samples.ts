/** One sample as a reader of the file sees it. */
export interface ReadSample {
  readonly decodeTicks: number;
  readonly presentationTicks: number;
  readonly durationTicks: number;
  readonly isSync: boolean;
  readonly bytes: Uint8Array;
}

export interface ReadFragment {
  readonly sequenceNumber: number;
  readonly samples: readonly ReadSample[];
}

interface Box {
  readonly type: string;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

const NON_SYNC = 0x0001_0000;

/** Reads a segment file as ISO/IEC 14496-12 says, knowing nothing of how it was written. */
export function readFragments(file: Uint8Array): ReadFragment[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const top = boxes(view, 0, file.length);
  return top.filter(({ type }) => type === 'moof').map((moof) => readFragment(file, view, moof));
}

export function readSamples(file: Uint8Array): ReadSample[] {
  return readFragments(file).flatMap(({ samples }) => samples);
}

/** @returns types of the boxes at the top of the file */
export function boxTypes(file: Uint8Array): string[] {
  return boxes(new DataView(file.buffer, file.byteOffset, file.length), 0, file.length).map(({ type }) => type);
}

function readFragment(file: Uint8Array, view: DataView, moof: Box): ReadFragment {
  const traf = child(view, moof, 'traf');
  const trun = child(view, traf, 'trun');
  const flags = view.getUint32(trun.content) & 0xff_ffff;
  const defaultFlags = view.getUint32(child(view, traf, 'tfhd').end - 4);
  let decodeTicks = Number(view.getBigUint64(child(view, traf, 'tfdt').content + 4));
  let offset = moof.start + view.getInt32(trun.content + 8);
  let row = trun.content + 12;
  const next = (bit: number, otherwise: number): number => {
    if ((flags & bit) === 0) return otherwise;
    row += 4;
    return view.getUint32(row - 4);
  };
  const samples = Array.from({ length: view.getUint32(trun.content + 4) }, () => {
    const durationTicks = next(0x100, 0);
    const sizeBytes = next(0x200, 0);
    const isSync = (next(0x400, defaultFlags) & NON_SYNC) === 0;
    const presentationTicks = decodeTicks + (next(0x800, 0) | 0);
    const bytes = file.slice(offset, offset + sizeBytes);
    const sample = { decodeTicks, presentationTicks, durationTicks, isSync, bytes };
    decodeTicks += durationTicks;
    offset += sizeBytes;
    return sample;
  });
  return { sequenceNumber: view.getUint32(child(view, moof, 'mfhd').content + 4), samples };
}

function child(view: DataView, parent: Box, type: string): Box {
  const found = boxes(view, parent.content, parent.end).find((box) => box.type === type);
  if (found === undefined) throw new Error(`No ${type}.`);
  return found;
}

function boxes(view: DataView, from: number, to: number): Box[] {
  const found: Box[] = [];
  for (let start = from; start < to; start = found.at(-1)?.end ?? to) {
    const size = view.getUint32(start);
    if (size < 8 || start + size > to) throw new Error('A box is not whole.');
    const type = String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + start + 4, 4));
    found.push({ type, start, content: start + 8, end: start + size });
  }
  return found;
}
