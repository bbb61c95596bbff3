import { readFile } from 'node:fs/promises';
import { ALL_FORMATS, BufferSource, Input, Logging } from 'mediabunny';
import { createFile, Log, MP4BoxBuffer } from 'mp4box';

const BOX_HEADER_BYTES = 8;
/** Four characters. */
const STYP = 0x7374_7970;

/** What parsers of others say of an ISO BMFF file, or of an init object with the segments behind it. */
export interface ReadBoxes {
  /** Of all tracks, as GPAC's parser and as mediabunny counts them. */
  readonly samples: { readonly mp4box: number; readonly mediabunny: number };
  /** Warnings and errors of both, empty when they had none. */
  readonly complaints: string;
}

export async function readBoxes(bytes: Uint8Array): Promise<ReadBoxes> {
  const ofMp4box = withMp4box(bytes);
  const ofMediabunny = await withMediabunny(bytes);
  return {
    samples: { mp4box: ofMp4box.samples, mediabunny: ofMediabunny.samples },
    complaints: [...ofMp4box.complaints, ...ofMediabunny.complaints].join('\n'),
  };
}

/** @returns what the parsers say of a file, and that they count differently; empty when neither has anything to say */
export async function boxErrors(path: string): Promise<string> {
  const { samples, complaints } = await readBoxes(await readFile(path));
  if (samples.mp4box === samples.mediabunny) return complaints;
  return `${complaints}\nmp4box: ${samples.mp4box} samples, mediabunny: ${samples.mediabunny}`;
}

/** Types of the boxes at the top of a file that it has all of, up to the first that it has not. */
export function wholeBoxTypes(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const types: string[] = [];
  for (let offset = 0; offset + BOX_HEADER_BYTES <= bytes.length;) {
    const sizeBytes = view.getUint32(offset);
    if (sizeBytes < BOX_HEADER_BYTES || offset + sizeBytes > bytes.length) break;
    types.push(Buffer.from(bytes.subarray(offset + 4, offset + BOX_HEADER_BYTES)).toString('latin1'));
    offset += sizeBytes;
  }
  return types;
}

interface Reading {
  readonly samples: number;
  readonly complaints: readonly string[];
}

/** Each segment by itself behind what is in front of the first: a player gets them so, and more than one `styp` makes no file. */
function withMp4box(bytes: Uint8Array): Reading {
  const [head, ...segments] = splitSegments(bytes);
  if (head === undefined) return { samples: 0, complaints: [] };
  const readings = (segments.length === 0 ? [[head]] : segments.map((segment) => [head, segment])).map(parse);
  const samples = readings.reduce((total, reading) => total + reading.samples, 0);
  return { samples, complaints: readings.flatMap(({ complaints }) => complaints) };
}

function parse(parts: readonly Uint8Array[]): Reading {
  const complaints: string[] = [];
  const { warn, error } = Log;
  const complain = (module: string, message = ''): void => void complaints.push(`mp4box: ${module}: ${message}`);
  // Its log is one for all files. Nothing waits between here and the end.
  Log.warn = complain;
  Log.error = complain;
  try {
    const bytes = Buffer.concat(parts);
    const file = createFile();
    file.onError = complain;
    file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(Uint8Array.from(bytes).buffer, 0), true);
    file.flush();
    const readBytes = file.boxes.reduce((total, { size }) => total + size, 0);
    if (readBytes !== bytes.length) complain('file', `${readBytes} of ${bytes.length} bytes lie in whole boxes.`);
    const { tracks } = file.getInfo();
    if (tracks.length === 0) complain('file', 'No track.');
    return { samples: tracks.reduce((total, { nb_samples }) => total + nb_samples, 0), complaints };
  } finally {
    Log.warn = warn;
    Log.error = error;
  }
}

/** @returns what is in front of the first `styp`, then what begins with each */
function splitSegments(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const starts = [0];
  for (let offset = 0; offset + BOX_HEADER_BYTES <= bytes.length;) {
    if (view.getUint32(offset + 4) === STYP) starts.push(offset);
    offset += Math.max(view.getUint32(offset), BOX_HEADER_BYTES);
  }
  return starts.map((start, index) => bytes.subarray(start, starts[index + 1]));
}

async function withMediabunny(bytes: Uint8Array): Promise<Reading> {
  const complaints: string[] = [];
  const complain = (words: readonly unknown[]): void => void complaints.push(`mediabunny: ${words.join(' ')}`);
  const endings = (['warn', 'error'] as const).map((event) => Logging.on(event, complain));
  let samples = 0;
  try {
    const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) });
    for (const track of await input.getTracks()) samples += (await track.computePacketStats()).packetCount;
  } catch (error) {
    complain([error]);
  } finally {
    for (const end of endings) end();
  }
  return { samples, complaints };
}
