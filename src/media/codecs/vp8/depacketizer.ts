import { PictureDepacketizer } from '../picture-depacketizer.js';
import { descriptorLength, startsPicture } from './payload-descriptor.js';

/** Frame tag, start code, width and height: RFC 6386 section 9.1. */
const KEY_FRAME_HEADER_BYTES = 10;
const INTER_FRAME = 0x01;
const START_CODE = [0x9d, 0x01, 0x2a] as const;
/** The two bits above are how a player may scale it. */
const SIDE = 0x3fff;

/** RTP packets of RFC 7741 to pictures of VP8. */
export class Vp8Depacketizer extends PictureDepacketizer {
  protected override readPayload(bytes: Uint8Array, offset: number, length: number): boolean {
    const described = descriptorLength(bytes, offset, length);
    const start = offset + described;
    const rest = length - described;
    if (described < 0 || rest <= 0) return false;
    if (startsPicture(bytes, offset) === this.hasPicture) return false;
    if (!this.hasPicture && !this.beginPicture(bytes, start, rest)) return false;
    this.sink.append(bytes, start, rest);
    return true;
  }

  protected override reset(): void {
    // Nothing is half put together but what lies in the sink.
  }

  protected override complete(): boolean {
    return true;
  }

  /** @returns false for a key frame without its header */
  private beginPicture(bytes: Uint8Array, start: number, length: number): boolean {
    this.facts.isKeyframe = ((bytes[start] ?? 0) & INTER_FRAME) === 0;
    if (this.facts.isKeyframe && !this.readSize(bytes, start, length)) return false;
    this.hasPicture = true;
    return true;
  }

  private readSize(bytes: Uint8Array, start: number, length: number): boolean {
    if (length < KEY_FRAME_HEADER_BYTES) return false;
    if (!START_CODE.every((value, index) => bytes[start + 3 + index] === value)) return false;
    const width = littleEndian(bytes, start + 6) & SIDE;
    const height = littleEndian(bytes, start + 8) & SIDE;
    if (width === 0 || height === 0) return false;
    const { parameters } = this.facts;
    if (parameters?.width === width && parameters.height === height) return true;
    this.facts.parameters = { codecString: 'vp8', configuration: new Uint8Array(0), width, height, reorderDepth: 0 };
    return true;
  }
}

function littleEndian(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] ?? 0) | ((bytes[offset + 1] ?? 0) << 8);
}
