import type { ManifestObject } from './timeline.js';

/** @returns the address of an object, relative to the manifest */
export function uriOf({ folder, name }: Pick<ManifestObject, 'folder' | 'name'>): string {
  return folder + name;
}
