import { CandidateList } from './candidate.js';
import { readDescription, type SdpDescription } from './description.js';
import { MediaReader } from './media-reader.js';
import { SdpError, SdpUnsupportedError } from './sdp.errors.js';
import type { OfferedMedia, SessionOffer, TransportDescription } from './session.js';
import { TransportReader } from './transport-reader.js';

/** Session attributes that stand for those of every m-line (RFC 8866 section 6.7, RFC 8285 section 5). */
const INHERITED: ReadonlySet<string> = new Set(['extmap', 'sendrecv', 'sendonly', 'recvonly', 'inactive']);
const BUNDLE = /^BUNDLE(?: (?<mids>.*))?$/;

/**
 * Reads a WHIP client's offer (RFC 9725 section 4.2): at most one audio and one video track in one bundle, each of which
 * the client may send.
 *
 * @param text at most 64 KiB; whoever took it from the network counted that
 * @throws {SdpError} for what is no SDP or exceeds a limit: lines of 4096 characters, 16 m-lines, and per m-line or
 * description 100 formats, 100 candidates, 64 header extensions, 64 SSRCs
 * @throws {SdpUnsupportedError} for what could be answered only in part
 */
export function parseOffer(text: string): SessionOffer {
  const description = readDescription(text);
  const candidates = new CandidateList();
  const session = new TransportReader(candidates);
  for (const attribute of description.attributes) session.read(attribute);
  const readers = description.media.map((section) => {
    const reader = new MediaReader(section.line, candidates);
    const inherited = description.attributes.filter(({ name }) => INHERITED.has(name));
    for (const attribute of [...inherited, ...section.attributes]) reader.read(attribute);
    return reader;
  });
  if (readers.length === 0) throw new SdpError(1, 'The offer has no m-line.');
  const media = readers.map((reader) => reader.media());
  checkTracks(media, readers);
  const bundle = bundleOf(description, media, readers);
  const tagged = readers[media.findIndex(({ mid }) => mid === bundle[0])] ?? readers[0];
  return { transport: { ...transportOf(tagged, session), candidates: candidates.candidates }, media, bundle };
}

function checkTracks(media: readonly OfferedMedia[], readers: readonly MediaReader[]): void {
  for (const [index, { mid, kind }] of media.entries()) {
    const line = readers[index]?.line.number ?? 1;
    const before = media.slice(0, index);
    if (before.some((other) => other.mid === mid)) throw new SdpError(line, 'Two m-lines have the same mid.');
    if (before.some((other) => other.kind === kind)) {
      throw new SdpUnsupportedError(line, `A stream has one ${kind} track.`);
    }
  }
}

/**
 * The mids of the BUNDLE group (RFC 9143 section 7.2) that exist: FFmpeg names absent ones too, and who has one m-line
 * needs no group.
 */
function bundleOf(
  { attributes }: SdpDescription,
  media: readonly OfferedMedia[],
  readers: readonly MediaReader[],
): string[] {
  const groups = attributes.filter(({ name }) => name === 'group');
  const named = new Set(groups.flatMap(({ value }) => BUNDLE.exec(value)?.groups?.['mids']?.split(' ') ?? []));
  const outside = media.findIndex(({ mid }) => !named.has(mid));
  if (media.length > 1 && outside >= 0) {
    throw new SdpUnsupportedError(readers[outside]?.line.number ?? 1, 'All m-lines are in one BUNDLE group.');
  }
  return [...named].filter((mid) => media.some((one) => one.mid === mid));
}

function transportOf(
  tagged: MediaReader | undefined,
  session: TransportReader,
): Omit<TransportDescription, 'candidates'> {
  const line = tagged?.line.number ?? 1;
  const ice = tagged?.transport.credentials() ?? session.credentials();
  if (ice === undefined) throw new SdpError(line, 'The m-line has no ice-ufrag and ice-pwd.');
  const fingerprinted = tagged?.transport.fingerprintLine === undefined ? session : tagged.transport;
  if (fingerprinted.fingerprintLine === undefined) throw new SdpError(line, 'The m-line has no fingerprint.');
  if (fingerprinted.fingerprints.length === 0) {
    throw new SdpUnsupportedError(fingerprinted.fingerprintLine, 'A fingerprint is made with SHA-256 or stronger.');
  }
  const setup = tagged?.transport.setup ?? session.setup ?? 'actpass';
  return { ice, fingerprints: fingerprinted.fingerprints, setup };
}
