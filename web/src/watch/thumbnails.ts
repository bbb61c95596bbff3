import { request } from '../credentials';
import { refusalOf } from '../explain';
import { pictureUrl } from '../timeline';
import { readKeyFrame } from './key-frame';

const MOST_KEPT = 300;
/** Longer side, in pixels. */
const SIDE = 240;
const JPEG = 'image/jpeg';

/** Small pictures of a stream: made by the server where it can, else here from the key frame of the segment. */
export class Thumbnails {
  private readonly kept = new Map<string, string>();
  private isServerAble = true;

  constructor(private readonly stream: string) {}

  /** @returns URL of the picture. @throws Error which says in words why there is none */
  async at(atMs: number, signal: AbortSignal): Promise<string> {
    const key = String(atMs);
    const kept = this.kept.get(key);
    if (kept !== undefined) return kept;
    const url = URL.createObjectURL(await this.read(atMs, signal));
    this.kept.set(key, url);
    for (const [oldest, old] of this.kept) {
      if (this.kept.size <= MOST_KEPT) break;
      URL.revokeObjectURL(old);
      this.kept.delete(oldest);
    }
    return url;
  }

  close(): void {
    for (const url of this.kept.values()) URL.revokeObjectURL(url);
    this.kept.clear();
  }

  private async read(atMs: number, signal: AbortSignal): Promise<Blob> {
    if (this.isServerAble) {
      const response = await request(pictureUrl(this.stream, 'thumbnail', atMs), { signal });
      if (response.ok) return response.blob();
      const refusal = await refusalOf(response);
      if (refusal.code !== 'thumbnails-unavailable') throw refusal;
      this.isServerAble = false;
    }
    return decode(await request(pictureUrl(this.stream, 'keyframe', atMs), { signal }));
  }
}

async function decode(response: Response): Promise<Blob> {
  if (!response.ok) throw await refusalOf(response);
  if (!('VideoDecoder' in globalThis)) throw new Error('Neither the server nor this browser can make pictures.');
  const [, codec = ''] = /codecs="([^"]+)"/.exec(response.headers.get('content-type') ?? '') ?? [];
  const keyFrame = readKeyFrame(new Uint8Array(await response.arrayBuffer()));
  if (keyFrame === undefined) throw new Error('The picture could not be read.');
  const { description, sample } = keyFrame;
  const config: VideoDecoderConfig = { codec, ...(description && { description }) };
  const { supported } = await VideoDecoder.isConfigSupported(config);
  if (supported !== true) throw new Error(`Neither the server nor this browser can make pictures of ${codec}.`);
  return paint(await firstFrame(config, sample));
}

async function firstFrame(config: VideoDecoderConfig, sample: Uint8Array): Promise<VideoFrame> {
  let found: VideoFrame | undefined;
  let failure: Error | undefined;
  const decoder = new VideoDecoder({
    output: (frame) => {
      if (found === undefined) found = frame;
      else frame.close();
    },
    error: (error) => {
      failure = error;
    },
  });
  decoder.configure(config);
  decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: 0, data: sample }));
  await decoder.flush();
  decoder.close();
  if (found === undefined) throw failure ?? new Error('The picture does not decode.');
  return found;
}

function paint(frame: VideoFrame): Promise<Blob> {
  const scale = Math.min(1, SIDE / Math.max(frame.displayWidth, frame.displayHeight));
  const canvas = new OffscreenCanvas(Math.round(frame.displayWidth * scale), Math.round(frame.displayHeight * scale));
  canvas.getContext('2d')?.drawImage(frame, 0, 0, canvas.width, canvas.height);
  frame.close();
  return canvas.convertToBlob({ type: JPEG, quality: 0.7 });
}
