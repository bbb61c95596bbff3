import type { StreamOwner } from './stream-owner.js';

/** On what a right is wanted. */
export type Place =
  /** All streams: lists, and what belongs to no stream. */
  | { readonly by: 'server' }
  /** The stream that a parameter of the path, or an argument, names. `a.b` is the field `b` of the argument `a`. */
  | { readonly by: 'stream'; readonly parameter: string }
  /** The stream of what a parameter or an argument names. */
  | { readonly by: 'owner'; readonly parameter: string; readonly owner: OwnerType }
  /** Some stream. The handler, which knows more, shows only what is allowed, or asks the caller again. */
  | { readonly by: 'content' };

type OwnerType = abstract new (...args: never[]) => StreamOwner;

export const ON_SERVER: Place = { by: 'server' };

/** The handler judges what it reads from the body, or filters what it gives out. */
export const ON_CONTENT: Place = { by: 'content' };

export function onStream(parameter: string): Place {
  return { by: 'stream', parameter };
}

export function onStreamOf(owner: OwnerType, parameter: string): Place {
  return { by: 'owner', parameter, owner };
}
