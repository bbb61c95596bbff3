import { containers } from '../../../media/containers/index.js';
import type { ContainerDefinition } from '../../../media/containers/container.js';

type ObjectNumber = ReturnType<ContainerDefinition['parseSegmentName']>;

/** Names of the views over a directory. */
export const MANIFEST_NAMES = ['manifest.mpd', 'index.m3u8', 'video.m3u8', 'audio.m3u8'] as const;
export type ManifestName = (typeof MANIFEST_NAMES)[number];

const SESSION_FILE = /^session_([^/]+)\.json$/;

export function manifestPath(directory: string): string {
  return `${directory}/manifest.mpd`;
}

/** What the index can be rebuilt from, one for each session of a directory. */
export function sessionFileName(sessionId: string): string {
  return `session_${sessionId}.json`;
}

export function isSessionFileName(name: string): boolean {
  return SESSION_FILE.test(name);
}

/** @returns the session's id; undefined for everything but the name of a session file */
export function parseSessionFileName(name: string): string | undefined {
  return SESSION_FILE.exec(name)?.[1];
}

export function isManifestName(name: string): name is ManifestName {
  return MANIFEST_NAMES.some((manifest) => manifest === name);
}

/** @returns undefined for everything but a segment in one of the containers we record into */
export function parseSegmentName(name: string): ObjectNumber {
  return firstOf((container) => container.parseSegmentName(name));
}

/** @returns undefined for everything but an init object in one of the containers we record into */
export function parseInitName(name: string): ObjectNumber {
  return firstOf((container) => container.parseInitName(name));
}

/** @returns directory and last part of a key; the directory of a key without a slash is empty */
export function splitKey(key: string): { directory: string; name: string } {
  const slash = key.lastIndexOf('/');
  return { directory: key.slice(0, Math.max(slash, 0)), name: key.slice(slash + 1) };
}

function firstOf(parse: (container: ContainerDefinition) => ObjectNumber): ObjectNumber {
  for (const container of containers) {
    const found = parse(container);
    if (found !== undefined) return found;
  }
  return undefined;
}
