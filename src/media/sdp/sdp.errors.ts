import { AppError } from '../../shared/errors.js';
import type { MediaKind } from '../codecs/codec.js';

/** Text that is no SDP, or exceeds a limit; says where. */
export class SdpError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'sdp-invalid';

  /** @param line counted from 1 */
  constructor(line: number, why: string) {
    super(`Line ${String(line)} of the SDP: ${why}`, { line });
  }
}

/** Correct SDP that asks for what a recording server does not do. */
export class SdpUnsupportedError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'sdp-unsupported';

  /** @param line counted from 1 */
  constructor(line: number, why: string) {
    super(`Line ${String(line)} of the SDP: ${why}`, { line });
  }
}

/** None of the codecs that were offered for a track is taken. */
export class NoAcceptableCodecError extends AppError {
  readonly kind = 'not-acceptable';
  readonly code = 'codec-not-acceptable';

  constructor(media: MediaKind, offered: string, accepted: string) {
    super(`No offered ${media} codec is accepted (offered: ${offered || 'none'}; accepted: ${accepted}).`, {
      media,
      offered,
      accepted,
    });
  }
}
