import { parseFragment, writeFragment } from '../../media/sdp/fragment.js';
import type { EngineSessions } from './engine-sessions.js';
import { readIfMatch } from './if-match.js';
import type { PeerSession } from './peer-session.js';
import type { RestartedIce } from './ports/listed-session.js';
import { EntityTagMismatchError, IceRestartConditionRequiredError, SessionNotFoundError } from './signaling.errors.js';

/**
 * Trickled candidates, or an ICE restart (RFC 9725 section 4.3). The engine learns a peer's addresses from its checks,
 * so candidates are read and left alone.
 *
 * A session whose offer was ours has no client that could tell anything here.
 *
 * @param ifMatch the header as received
 * @returns our side of a restart, undefined for candidates
 * @throws {SdpError} @throws {SessionNotFoundError} @throws {EntityTagMismatchError}
 * @throws {IceRestartConditionRequiredError} @throws {EngineUnavailableError}
 */
export async function patchSession(
  session: PeerSession,
  sessions: EngineSessions,
  fragmentText: string,
  ifMatch: string | undefined,
): Promise<RestartedIce | undefined> {
  if (session.isClosed || session.own !== undefined) throw new SessionNotFoundError();
  const match = readIfMatch(ifMatch, session.entityTag);
  if (match === 'other') throw new EntityTagMismatchError();
  const ice = session.restartAskedBy(parseFragment(fragmentText));
  if (ice === undefined) return undefined;
  if (match !== 'any') throw new IceRestartConditionRequiredError();
  const transport = await sessions.restart(session, ice);
  session.restarted(ice);
  return { fragment: writeFragment(transport, session.offer), entityTag: session.entityTag };
}
