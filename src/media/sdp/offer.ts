import { CandidateList } from './candidate.js';
import { DataReader, offersData } from './data-reader.js';
import { readDescription, type MediaSection, type SdpDescription } from './description.js';
import { MediaReader } from './media-reader.js';
import { SdpError, SdpUnsupportedError } from './sdp.errors.js';
import type {
  OfferedData,
  OfferedMedia,
  RefusedMedia,
  SessionOffer,
  SubscriberOffer,
  TransportDescription,
} from './session.js';
import { TransportReader } from './transport-reader.js';

/** Session attributes that stand for those of every m-line (RFC 8866 section 6.7, RFC 8285 section 5). */
const INHERITED: ReadonlySet<string> = new Set([
  'extmap',
  'extmap-allow-mixed',
  'sendrecv',
  'sendonly',
  'recvonly',
  'inactive',
]);
type Reader = MediaReader | DataReader;
type Line = OfferedMedia | OfferedData;

const BUNDLE = /^BUNDLE(?: (?<mids>.*))?$/;

/**
 * Reads a WHIP client's offer (RFC 9725 section 4.2): at most one audio and one video track in one bundle, each of which
 * the client may send, and data channels, besides or alone.
 *
 * @param text at most 64 KiB; whoever took it from the network counted that
 * @throws {SdpError} for what is no SDP or exceeds a limit: lines of 4096 characters, 16 m-lines, and per m-line or
 * description 100 formats, 100 candidates, 64 header extensions, 64 SSRCs
 * @throws {SdpUnsupportedError} for what could be answered only in part
 */
export function parseOffer(text: string): SessionOffer {
  const description = readDescription(text);
  const candidates = new CandidateList();
  const session = readSession(description, candidates);
  const dataSection = description.media.find(offersData);
  const readers = description.media.map((section) =>
    section === dataSection ? readData(section, candidates) : readSection(section, description, candidates),
  );
  if (readers.length === 0) throw new SdpError(1, 'The offer has no m-line.');
  const lines = readers.map((reader) => (reader instanceof DataReader ? reader.offered() : reader.sentMedia()));
  checkTracks(lines, readers);
  const offer = offerOf(description, lines, readers, session);
  checkUse(offer);
  return offer;
}

/**
 * Reads a WHEP client's offer: audio and video that it may receive, and data channels, in one bundle. M-lines of anything else, and
 * those with port 0, are to be refused; the limits are those of a WHIP client's offer.
 *
 * @param text at most 64 KiB; whoever took it from the network counted that
 * @throws {SdpError} for what is no SDP or exceeds a limit
 * @throws {SdpUnsupportedError} for what could not be answered
 */
export function parseSubscriberOffer(text: string): SubscriberOffer {
  const description = readDescription(text);
  const candidates = new CandidateList();
  const session = readSession(description, candidates);
  const dataSection = description.media.find(offersData);
  const readers: Reader[] = [];
  const lines = description.media.map((section) => {
    const refused = section === dataSection ? undefined : refusedIn(section);
    if (refused !== undefined) return refused;
    const reader =
      section === dataSection ? readData(section, candidates) : readSection(section, description, candidates);
    readers.push(reader);
    return reader instanceof DataReader ? reader.offered() : reader.media();
  });
  const taken = lines.filter((line): line is Line => !('refused' in line));
  checkNames(taken, readers);
  const offer = offerOf(description, taken, readers, session);
  checkUse(offer);
  return { ...offer, lines };
}

/**
 * Reads the answer to an offer of ours (RFC 9429 section 5.3): the m-lines on which the other side does what it is to do, and
 * data channels where it takes them. Where media was offered those alone are not enough.
 *
 * @param text at most 64 KiB; whoever took it from the network counted that
 * @param direction what the other side is to do
 * @throws {SdpError} for what is no SDP or exceeds a limit
 * @throws {SdpUnsupportedError} for an answer by which no media can flow
 */
export function parseAnswer(text: string, direction: 'sendonly' | 'recvonly'): SubscriberOffer {
  const description = readDescription(text);
  const candidates = new CandidateList();
  const session = readSession(description, candidates);
  const dataSection = description.media.find(offersData);
  const isTaken = (section: MediaSection): boolean => section === dataSection || refusedIn(section) === undefined;
  const readers = description.media
    .filter(isTaken)
    .map((section) =>
      section === dataSection ? readData(section, candidates) : readSection(section, description, candidates),
    );
  const all = readers.map((reader) => (reader instanceof DataReader ? reader.offered() : reader.media()));
  checkNames(all, readers);
  const answer = offerOf(description, all, readers, session);
  const media = answer.media.filter((one) => one.direction === direction || one.direction === 'sendrecv');
  const isDataOnly = answer.data !== undefined && description.media.length === 1;
  if (media.length === 0 && !isDataOnly)
    throw new SdpUnsupportedError(1, 'The answer takes nothing of what was offered.');
  return { ...answer, media, lines: [...media, ...(answer.data === undefined ? [] : [answer.data])] };
}

function readSession({ attributes }: SdpDescription, candidates: CandidateList): TransportReader {
  const session = new TransportReader(candidates);
  for (const attribute of attributes) session.read(attribute);
  return session;
}

function readSection(section: MediaSection, { attributes }: SdpDescription, candidates: CandidateList): MediaReader {
  const reader = new MediaReader(section.line, candidates);
  const inherited = attributes.filter(({ name }) => INHERITED.has(name));
  for (const attribute of [...inherited, ...section.attributes]) reader.read(attribute);
  return reader;
}

function readData({ line, attributes }: MediaSection, candidates: CandidateList): DataReader {
  const reader = new DataReader(line, candidates);
  for (const attribute of attributes) reader.read(attribute);
  return reader;
}

/** @returns undefined for an m-line of audio or video that is in use */
function refusedIn({ line, attributes }: MediaSection): RefusedMedia | undefined {
  const [media = '', port = '', ...rest] = line.value.trim().split(/ +/);
  const isMedia = media === 'audio' || media === 'video';
  const isInUse = port !== '0' || attributes.some(({ name }) => name === 'bundle-only');
  if (isMedia && isInUse) return undefined;
  if (!/^[a-z]{1,32}$/.test(media) || rest.length < 2) throw new SdpError(line.number, 'It is no m-line.');
  return { mid: attributes.find(({ name }) => name === 'mid')?.value, refused: [media, rest.join(' ')] };
}

function offerOf(
  description: SdpDescription,
  lines: readonly Line[],
  readers: readonly Reader[],
  session: TransportReader,
): SessionOffer {
  const bundle = bundleOf(description, lines, readers);
  const tagged = readers[lines.findIndex(({ mid }) => mid === bundle[0])] ?? readers[0];
  const media = lines.filter((line): line is OfferedMedia => 'kind' in line);
  const data = lines.find((line): line is OfferedData => 'data' in line);
  const offer = { transport: transportOf(tagged, session), media, bundle };
  return data === undefined ? offer : { ...offer, data, lines };
}

function checkUse({ media, data }: SessionOffer): void {
  if (media.length === 0 && data === undefined)
    throw new SdpUnsupportedError(1, 'The offer has neither audio nor video, nor data channels.');
}

function checkTracks(lines: readonly Line[], readers: readonly Reader[]): void {
  checkNames(lines, readers);
  const kinds = lines.map((line) => ('kind' in line ? line.kind : undefined));
  for (const [index, kind] of kinds.entries()) {
    if (kind !== undefined && kinds.indexOf(kind) < index)
      throw new SdpUnsupportedError(readers[index]?.line.number ?? 1, `A stream has one ${kind} track.`);
  }
}

function checkNames(lines: readonly Line[], readers: readonly Reader[]): void {
  for (const [index, { mid }] of lines.entries()) {
    const line = readers[index]?.line.number ?? 1;
    if (lines.slice(0, index).some((other) => other.mid === mid))
      throw new SdpError(line, 'Two m-lines have the same mid.');
  }
}

/**
 * The mids of the BUNDLE group (RFC 9143 section 7.2) that exist: FFmpeg names absent ones too, and who has one m-line
 * needs no group.
 */
function bundleOf({ attributes }: SdpDescription, lines: readonly Line[], readers: readonly Reader[]): string[] {
  const groups = attributes.filter(({ name }) => name === 'group');
  const named = new Set(groups.flatMap(({ value }) => BUNDLE.exec(value)?.groups?.['mids']?.split(' ') ?? []));
  const outside = lines.findIndex(({ mid }) => !named.has(mid));
  if (lines.length > 1 && outside >= 0) {
    throw new SdpUnsupportedError(readers[outside]?.line.number ?? 1, 'All m-lines are in one BUNDLE group.');
  }
  return [...named].filter((mid) => lines.some((one) => one.mid === mid));
}

function transportOf(tagged: Reader | undefined, session: TransportReader): TransportDescription {
  const line = tagged?.line.number ?? 1;
  const ice = tagged?.transport.credentials() ?? session.credentials();
  if (ice === undefined) throw new SdpError(line, 'The m-line has no ice-ufrag and ice-pwd.');
  const fingerprinted = tagged?.transport.fingerprintLine === undefined ? session : tagged.transport;
  if (fingerprinted.fingerprintLine === undefined) throw new SdpError(line, 'The m-line has no fingerprint.');
  if (fingerprinted.fingerprints.length === 0) {
    throw new SdpUnsupportedError(fingerprinted.fingerprintLine, 'A fingerprint is made with SHA-256 or stronger.');
  }
  const setup = tagged?.transport.setup ?? session.setup ?? 'actpass';
  const { candidates } = session;
  const liteLine = session.liteLine ?? tagged?.transport.liteLine;
  const transport = { ice, fingerprints: fingerprinted.fingerprints, setup, candidates };
  if (liteLine === undefined) return transport;
  if (!candidates.some((candidate) => candidate.transport === 'udp'))
    throw new SdpUnsupportedError(liteLine, 'A lite agent names its UDP addresses.');
  return { ...transport, isLite: true };
}
