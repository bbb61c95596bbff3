/**
 * Threads that wait for disks, of the whole process: libuv's default of four would be taken by a few syncs of what is
 * recorded on a slow disk, and everybody who reads would wait behind them. It looks once, when the first of them is used,
 * so this is imported before everything else.
 */
const FILE_THREADS = '16';

process.env['UV_THREADPOOL_SIZE'] ??= FILE_THREADS;
