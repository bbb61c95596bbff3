import { request } from './credentials';
import { Refusal, refusalOf } from './explain';

const RETRY_MS = 3000;

export interface EventStreamListeners {
  readonly onData: (text: string) => void;
  /** @param problem in the server's words; undefined where it does not answer */
  readonly onLost: (problem: string | undefined) => void;
  readonly onConnected: () => void;
}

/** Server-sent events by fetch, which can send a token, and again after each loss. @returns a function that ends it */
export function followEvents(path: string, listeners: EventStreamListeners): () => void {
  const abort = new AbortController();
  void follow(path, listeners, abort.signal);
  return () => {
    abort.abort();
  };
}

async function follow(path: string, listeners: EventStreamListeners, signal: AbortSignal): Promise<void> {
  const problem = await followOnce(path, listeners, signal);
  if (signal.aborted) return;
  listeners.onLost(problem);
  const retry = window.setTimeout(() => void follow(path, listeners, signal), RETRY_MS);
  signal.addEventListener('abort', () => {
    window.clearTimeout(retry);
  });
}

async function followOnce(
  path: string,
  { onData, onConnected }: EventStreamListeners,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await readEvents(path, signal, onData, onConnected);
    return undefined;
  } catch (failure) {
    return failure instanceof Refusal ? failure.message : undefined;
  }
}

/**
 * The same once, to the end of the connection.
 *
 * @throws {Refusal} when the server refuses, TypeError when it cannot be reached
 */
export async function readEvents(
  path: string,
  signal: AbortSignal,
  onData: (text: string) => void,
  onConnected?: () => void,
): Promise<void> {
  const response = await request(path, { signal, headers: { accept: 'text/event-stream' } });
  if (!response.ok || response.body === null) throw await refusalOf(response);
  onConnected?.();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ''; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) if (event.startsWith('data:')) onData(event.slice('data:'.length));
  }
}
