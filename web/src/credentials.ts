/** Who uses the page, where the server asks for that. The token is kept for this tab alone. */

import { refusalOf } from './explain';

const KEY = 'aircheck-token';
const UNAUTHORIZED = 401;

let token = sessionStorage.getItem(KEY) ?? undefined;
let isWanted = false;
const listeners = new Set<() => void>();

export type LogInState = 'not-needed' | 'wanted' | 'done';

export function logInState(): LogInState {
  if (isWanted) return 'wanted';
  return token === undefined ? 'not-needed' : 'done';
}

/** @returns ends it */
export function onLogInState(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function authorizationHeaders(): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** Makes a player send the token along. */
export function authorize(request: XMLHttpRequest): void {
  for (const [name, value] of Object.entries(authorizationHeaders())) request.setRequestHeader(name, value);
}

/** `fetch` of somebody who has logged in. When the server wants that, the page asks for it. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const used = token;
  const headers = { ...authorizationHeaders(), ...(init.headers as Record<string, string> | undefined) };
  const response = await fetch(path, { ...init, headers });
  // What was asked before a log-in says nothing about it.
  if (response.status === UNAUTHORIZED && used === token) change(undefined, true);
  return response;
}

/** @throws {Refusal} when the server does not know the token */
export async function useToken(given: string): Promise<void> {
  const response = await fetch('/api/v1/access', { headers: { authorization: `Bearer ${given}` } });
  if (!response.ok) throw await refusalOf(response);
  change(given, false);
}

/** @returns a token. @throws {Refusal} */
export async function logIn(username: string, password: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch('/api/login', { method: 'POST', headers, body: JSON.stringify({ username, password }) });
  if (!response.ok) throw await refusalOf(response);
  const { access_token: made } = (await response.json()) as { access_token: string };
  return made;
}

/** A token in the address, where live777's pages have it, is one of this tab; the address shows it no longer. */
export function takeGivenToken(): void {
  const url = new URL(window.location.href);
  const given = url.searchParams.get('token');
  if (given === null) return;
  url.searchParams.delete('token');
  window.history.replaceState(null, '', url);
  if (given !== '') change(given, false);
}

export function logOut(): void {
  change(undefined, true);
}

function change(next: string | undefined, wanted: boolean): void {
  token = next;
  isWanted = wanted;
  if (next === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, next);
  for (const listener of listeners) listener();
}
