import { PictureDepacketizer } from '../picture-depacketizer.js';
import { codecParameters } from './configuration.js';
import { FrameHeaders } from './frame-header.js';
import { PayloadDescriptor } from './payload-descriptor.js';
import { SuperframeIndex } from './superframe-index.js';

const NONE = -1;
/** Twice what the highest level that is made needs. */
const MAX_SIDE = 16_384;

/**
 * RTP packets of RFC 9628 in either mode to samples of `vp09`: a picture with all its spatial layers, as a superframe
 * when there are several. A sender in flexible mode and one in non-flexible mode differ in what a relay must know only.
 *
 * The size is that of the highest layer of a key picture; pictures between two key pictures may be smaller, a decoder
 * is told by their own headers.
 */
export class Vp9Depacketizer extends PictureDepacketizer {
  private readonly descriptor = new PayloadDescriptor();
  private readonly headers = new FrameHeaders();
  private readonly superframe = new SuperframeIndex();
  /** Where in the sample the frame begins that is being put together. */
  private frameStart = NONE;
  /** Of the frame that was begun last. */
  private width = 0;
  private height = 0;

  protected override readPayload(bytes: Uint8Array, offset: number, length: number): boolean {
    const { descriptor } = this;
    const descriptorBytes = descriptor.parse(bytes, offset, length);
    const start = offset + descriptorBytes;
    const rest = length - descriptorBytes;
    if (descriptorBytes < 0 || rest <= 0) return false;
    if (descriptor.isFrameStart !== (this.frameStart === NONE)) return false;
    if (descriptor.isFrameStart && !this.beginFrame(bytes, start, rest)) return false;
    this.sink.append(bytes, start, rest);
    return !descriptor.isFrameEnd || this.endFrame();
  }

  protected override reset(): void {
    this.frameStart = NONE;
    this.superframe.clear();
  }

  protected override complete(): boolean {
    if (this.frameStart !== NONE) return false;
    if (this.superframe.frameCount > 1) this.sink.append(this.superframe.bytes, 0, this.superframe.write());
    if (this.facts.isKeyframe) this.updateParameters();
    return true;
  }

  /** @returns false when the lower layers are missing, or the bytes are no frame */
  private beginFrame(bytes: Uint8Array, offset: number, length: number): boolean {
    const isFirst = !this.hasPicture;
    if (isFirst && this.isStartUncertain && this.descriptor.spatialLayer > 0) return false;
    if (!this.headers.read(bytes, offset, length)) return false;
    if (isFirst) this.facts.isKeyframe = this.headers.isKeyframe;
    if (this.headers.width > 0) {
      this.width = this.headers.width;
      this.height = this.headers.height;
    }
    this.hasPicture = true;
    this.frameStart = this.sink.length;
    return true;
  }

  private endFrame(): boolean {
    const sizeBytes = this.sink.length - this.frameStart;
    this.frameStart = NONE;
    return this.superframe.add(sizeBytes);
  }

  private updateParameters(): void {
    const { width, height } = this;
    const { format } = this.headers;
    if (format === undefined || Math.max(width, height) > MAX_SIDE) return;
    const { parameters } = this.facts;
    const next = codecParameters(format, width, height);
    const isSame =
      parameters?.codecString === next.codecString && parameters.width === width && parameters.height === height;
    if (!isSame) this.facts.parameters = next;
  }
}
