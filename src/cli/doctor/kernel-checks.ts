import { readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import type { Finding } from './finding.js';
import { openUdp, udpSockets } from './media-sockets.js';

/** What each media socket asks for: 27 ms of a hundred streams overflow the default. */
export const WANTED_RECEIVE_BYTES = 4 * 1024 * 1024;
/** A stream takes two files and two sockets at most; players and the database take the rest. */
const ENOUGH_FILES = 4096;

export async function kernelFindings(): Promise<Finding[]> {
  return [await receiveBuffer(), ...(await openFiles())];
}

/** Linux grants `net.core.rmem_max` at most, and tells twice of it (socket(7)). */
async function receiveBuffer(): Promise<Finding> {
  const socket = await openUdp('127.0.0.1', 0, WANTED_RECEIVE_BYTES);
  const told = socket.getRecvBufferSize();
  await udpSockets.close(socket);
  return judgeReceiveBuffer(platform() === 'linux' ? told / 2 : told);
}

/** @param grantedBytes of {@link WANTED_RECEIVE_BYTES} */
export function judgeReceiveBuffer(grantedBytes: number): Finding {
  const check = 'receive-buffer';
  const measured = { grantedBytes, wantedBytes: WANTED_RECEIVE_BYTES };
  if (grantedBytes >= WANTED_RECEIVE_BYTES) {
    return { check, severity: 'ok', message: `Media sockets get ${grantedBytes} bytes to receive into.`, measured };
  }
  return {
    check,
    severity: 'warning',
    message: `Media sockets get ${grantedBytes} bytes to receive into and want ${WANTED_RECEIVE_BYTES}: packets of many streams are lost while the processor is busy.`,
    remedy: `sysctl -w net.core.rmem_max=${WANTED_RECEIVE_BYTES}, and the same in /etc/sysctl.d/ to last. In Kubernetes it is the node's.`,
    measured,
  };
}

/** Linux only: elsewhere nobody tells. */
async function openFiles(): Promise<Finding[]> {
  try {
    const [, soft = ''] = /^Max open files\s+(\S+)/m.exec(await readFile('/proc/self/limits', 'utf8')) ?? [];
    return [judgeOpenFiles(soft === 'unlimited' ? Infinity : Number(soft))];
  } catch {
    return [];
  }
}

/** @param limit files and sockets that the process may have open */
export function judgeOpenFiles(limit: number): Finding {
  const check = 'open-files';
  const message = `The process may have ${limit === Infinity ? 'any number of' : String(limit)} files open.`;
  if (limit >= ENOUGH_FILES) return { check, severity: 'ok', message };
  const remedy = `ulimit -n ${ENOUGH_FILES * 16}, or LimitNOFILE=${ENOUGH_FILES * 16} in the systemd unit.`;
  return { check, severity: 'warning', message, remedy };
}
