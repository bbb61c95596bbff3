import type { SdpAttribute } from './lines.js';
import { SdpError } from './sdp.errors.js';
import type { OfferedMedia } from './session.js';

const MAX_EXTENSIONS = 64;
const MAX_ID = 255;
/** Ends the list in the one-byte form (RFC 8285 section 4.2). */
const RESERVED_ID = 15;

/** The header extensions of one m-line, RFC 8285 section 5. */
export class ExtensionReader {
  private readonly offered: { readonly id: number; readonly uri: string }[] = [];
  private count = 0;

  /** `4 urn:ietf:params:rtp-hdrext:sdes:mid`; one that its sender only wants to receive is left out. */
  read({ line, value }: SdpAttribute): void {
    const { id, direction, uri } =
      /^(?<id>\d{1,4})(?:\/(?<direction>\w+))? (?<uri>\S+)(?: .*)?$/.exec(value)?.groups ?? {};
    if (id === undefined || uri === undefined || Number(id) === 0) throw new SdpError(line, 'It is no extmap.');
    this.count += 1;
    if (this.count > MAX_EXTENSIONS) {
      throw new SdpError(line, `There are more than ${String(MAX_EXTENSIONS)} header extensions.`);
    }
    const isSent = direction === undefined || direction === 'sendonly' || direction === 'sendrecv';
    const isUsable = Number(id) <= MAX_ID && Number(id) !== RESERVED_ID;
    if (isSent && isUsable) this.offered.push({ id: Number(id), uri });
  }

  extensions(): OfferedMedia['extensions'] {
    return this.offered;
  }
}
