import { formatClock } from './format';

/** What a problem document tells beside its code. */
export type Facts = Readonly<Record<string, unknown>>;

type Words = string | ((facts: Facts) => string);

const BUSY = 'The server is busy. Try again in a moment.';
const STORAGE_AWAY = 'The storage of the recordings does not answer at the moment. Try again.';

/** What a person is told about the problems that the page may meet, by their codes. */
export const PROBLEM_WORDS: Readonly<Record<string, Words>> = {
  'cascade-address-forbidden': 'The server does not ask addresses like this one (cascade.allowed_networks).',
  'cascade-candidates-forbidden': 'The other server wants media where none is sent (cascade.allowed_networks).',
  'cascade-exists': 'That is done already.',
  'cascade-loop': 'The stream would come back to where it comes from.',
  'cascade-not-found': 'It has ended already.',
  'cascade-upstream-failed': ({ reason }) => `The other server did not take it: ${String(reason)}.`,
  'cascades-full': 'As many streams go from and to other servers as may.',
  'clip-too-long': 'The clip is too long to be downloaded at once. Export it.',
  'codec-not-acceptable': 'The server takes none of the codecs that this browser offers.',
  'credentials-wrong': 'The user name or the password is wrong.',
  'deletion-interrupted': 'The server stopped while it deleted. Delete it once more.',
  'export-elsewhere': 'The file lies on another server, which cannot be reached. Try again, or export it anew.',
  'export-not-found': 'The export is gone: it was deleted, or kept long enough.',
  'export-storage-full': 'There is too little space for the file. Delete other exports, or choose a shorter clip.',
  'format-does-not-fit': 'This format cannot carry what was recorded here. Choose MP4.',
  'gap-too-long': 'A gap is too long to be kept in one file. Leave gaps out, or choose a shorter clip.',
  internal: 'The server made a mistake. Its log says which.',
  'login-busy': BUSY,
  'login-throttled': 'Too many wrong log-ins. Wait a while, then try again.',
  'no-picture': 'Only sound was recorded here.',
  'incoming-quota': 'This server takes no more media at present. Try again in a moment.',
  'node-draining': 'This server is about to stop and takes no new publishers.',
  'node-full': 'This server cannot carry another stream.',
  'node-overloaded': 'This server is too busy for another stream. Try again in a moment.',
  'not-ready': 'The server is starting or stopping. Try again in a moment.',
  'nothing-playable-in-range': 'What was recorded here has no picture to begin with. Choose a longer clip.',
  'nothing-recorded-in-range': 'Nothing was recorded in this time.',
  'parameters-differ': ({ splitAt }) =>
    `The codec changes within the clip, and one file cannot have both${beginning(splitAt)}.`,
  'permission-denied': 'Your token does not allow this.',
  'publisher-quota': 'As many publish to this server as may. Try again in a moment.',
  'range-gone': 'What was recorded in this time was deleted or lost.',
  'range-in-future': 'This time is still to come.',
  'range-too-long': ({ limitHours }) => `That is too long: ${String(limitHours)} hours at most.`,
  'recording-session-held': 'The recording is held. Release it first.',
  'recording-session-not-found': 'The recording is gone: somebody has deleted it.',
  'recording-session-running': 'It still records. Stop the recording first.',
  'recording-unavailable': 'A recording cannot begin at the moment. Try again.',
  'session-not-found': 'It has left already.',
  'source-exists': 'The stream has a source already.',
  'source-kind-unsupported': 'Sources are WHEP endpoints of other servers; RTSP and SDP files are not read.',
  'storage-full': 'The disk is too full to record another stream.',
  'storage-unavailable': STORAGE_AWAY,
  'stream-busy': 'Somebody is publishing this stream already. Choose another name.',
  'stream-name-invalid': 'A stream cannot have this name. Leave out slashes and a dot at its beginning.',
  'stream-not-found': 'The stream is not live any more.',
  'stream-not-recorded': 'Nothing is recorded of this stream any more.',
  'stream-not-recording': 'The stream is not being recorded, or its publisher is away.',
  'thumbnail-failed': 'The picture does not decode.',
  'thumbnails-busy': 'Too many pictures are being made.',
  'token-invalid': 'The token is not valid here, or not any more.',
  'too-many-exports': 'Too many exports wait already. Try again when some are done.',
  unavailable: BUSY,
  'unsupported-codec': 'None of the codecs of this stream can be recorded.',
  'stream-quota': 'This server has as many streams as it takes.',
  'subscriber-quota': 'As many watch on this server as it takes. Try again in a moment.',
  'whip-rate-exceeded': 'Too many publishers come from this address. Try again in a moment.',
};

function beginning(splitAt: unknown): string {
  const [at] = Array.isArray(splitAt) ? (splitAt as readonly unknown[]) : [];
  return typeof at === 'string' ? `: export up to ${formatClock(at)} and from there on` : '';
}

/** @returns what is told to a person; `otherwise` for a code that the page has no words of its own for */
export function wordsOf(code: string | undefined, facts: Facts, otherwise: string): string {
  const words = code === undefined ? undefined : PROBLEM_WORDS[code];
  return typeof words === 'function' ? words(facts) : (words ?? otherwise);
}
