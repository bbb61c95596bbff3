import { Worker } from 'node:worker_threads';

/** That node:wasi is experimental is known (docs/adr/0023-engine-at-speed.md), and no news at every start. */
const QUIET = '--disable-warning=ExperimentalWarning';
/** The first worker's threads that nobody has taken yet, by the URL of their code. */
const prepared = new Map<string, Worker>();
const FIRST = 0;

/**
 * Starts the first worker's thread, which loads its code while this one loads its own, and waits to be taken: a start is
 * half a second shorter where there is a second core. One that ends before is forgotten; the next one then says why.
 */
export function prepareThread(url: URL): void {
  const thread = startThread(url, FIRST);
  // A program that ends before it takes the thread does not wait for it.
  thread.unref();
  const forget = (): void => void prepared.delete(url.href);
  thread.on('error', forget).once('exit', forget);
  prepared.set(url.href, thread);
}

/**
 * @param worker 0, 1, 2 …
 * @returns a thread that waits for its settings as its first message: the prepared one, or a new one
 */
export function takeThread(url: URL, worker: number): Worker {
  const thread = worker === FIRST ? prepared.get(url.href) : undefined;
  if (thread === undefined) return startThread(url, worker);
  prepared.delete(url.href);
  thread.ref();
  return thread;
}

/** A thread takes no flags that are the whole process's, as those of V8 are: it is started without any of them then. */
function startThread(url: URL, worker: number): Worker {
  const name = `aircheck-engine-${String(worker)}`;
  try {
    return new Worker(url, { name, execArgv: [...process.execArgv, QUIET] });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_INVALID_EXEC_ARGV')) throw error;
    return new Worker(url, { name, execArgv: [QUIET] });
  }
}
