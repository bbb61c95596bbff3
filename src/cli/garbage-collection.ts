import { setFlagsFromString } from 'node:v8';

/**
 * V8 marks what lives in the old generation with four threads at once, however few cores there are: on one core the main
 * thread is then left a fifth of it for as long as that takes, some 80 ms every few seconds, and so much longer is an
 * answer. With one such thread it is left half.
 */
const MARKING_THREADS = 1;

/**
 * The young generation begins with 1 MiB and doubles now and then, up to what `begin-again.ts` says: while it is small, much
 * that a request leaves behind is taken for old. So it gets there in one step.
 */
const YOUNG_GROWTH = 16;

/**
 * The same of threads that are started later, in MiB: a worker makes few objects, since packets lie elsewhere, and what
 * it makes for each fits into a processor's cache.
 */
const WORKER_YOUNG_MIB = 2;

// All are looked at each time that they matter, the last when a thread begins. Imported before anything grows.
setFlagsFromString(`--concurrent-marking-max-worker-num=${String(MARKING_THREADS)}`);
setFlagsFromString(`--semi-space-growth-factor=${String(YOUNG_GROWTH)}`);
setFlagsFromString(`--max-semi-space-size=${String(WORKER_YOUNG_MIB)}`);
