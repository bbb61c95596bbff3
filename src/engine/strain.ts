/**
 * The rule by which a worker has more to do than it can, whatever its processor use says: a container's limit, a neighbour or a
 * disk may hold up a thread that looks idle.
 *
 * A second is strained when the worker came 1000 ms late to its work, or the kernel dropped a datagram of its sockets. What a
 * shorter delay costs a recording are such datagrams, which count by themselves: the receive buffer of a stream of 20 Mbit/s holds
 * 400 ms, that of one of 2.5 Mbit/s three seconds. A whole second late, viewers see a pause, reports are left out, and lost
 * packets are asked for when it is nearly too late (they are given up after 2 s). Each such second makes the worker look
 * busier to placement (`Placement`). In three of the last five it is overstrained: it gets nothing new while another is not,
 * and a node of such workers refuses. One garbage collection, one burst of handshakes or a start is one second, or two where
 * it lies across a border, so it refuses nobody; three calm seconds of five let people in again.
 */
const LATE_MS = 1000;
const WINDOW_SECONDS = 5;
const OVERSTRAINED_SECONDS = 3;

/** @param strainedSeconds of a worker's last five */
export function isOverstrained(strainedSeconds: number): boolean {
  return strainedSeconds >= OVERSTRAINED_SECONDS;
}

/** Of one worker, told once a second. */
export class StrainMeter {
  private readonly seconds: boolean[] = [];
  private lastDrops = 0;

  /**
   * @param loopLagMs the longest of the last second
   * @param receiveDrops since the worker started
   * @returns how many of the last five seconds were strained
   */
  read(loopLagMs: number, receiveDrops: number): number {
    this.seconds.push(loopLagMs >= LATE_MS || receiveDrops > this.lastDrops);
    if (this.seconds.length > WINDOW_SECONDS) this.seconds.shift();
    this.lastDrops = receiveDrops;
    return this.seconds.filter(Boolean).length;
  }
}
