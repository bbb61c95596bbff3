import type { DtlsSetup } from './session.js';

/**
 * Our DTLS role for the one a client offers (RFC 8842 section 5.3).
 *
 * Whoever leaves the choice gets the client's part: its first flight then comes from an address that ICE has proved.
 */
export function negotiateSetup(offered: DtlsSetup): 'active' | 'passive' {
  return offered === 'passive' ? 'active' : 'passive';
}
