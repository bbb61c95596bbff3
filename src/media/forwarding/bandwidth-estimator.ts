import type { TransportFeedback } from '../rtcp/packet.js';
import { extendSequence } from '../rtp/sequence.js';
import { RateMeter } from './rate-meter.js';
import type { SentPackets } from './sent-packets.js';
import { StandingQueue } from './standing-queue.js';

/** More than that in line is a narrow way; less may be the network's own doing. */
const LONGEST_QUEUE_MS = 80;
/** Loss above is taken for a narrow way: radio loses some per cent with any amount of room (as in RFC 8698 and GCC). */
const TOLERATED_LOSS = 0.1;
/** Of one packet: what counts are the last two hundred. */
const LOSS_WEIGHT = 0.005;
/** What is left when the way is narrow, of what has come through it: the queue has to empty. */
const BACKOFF = 0.85;
/** One finding of a narrow way is worked off before the next one counts. */
const SETTLE_MS = 1_000;
/** While nothing speaks against it, the estimate grows by this part per second; halved when that was wrong soon. */
const FASTEST_GROWTH = 0.1;
const SLOWEST_GROWTH = 0.0125;
/** A narrow way found later than that after the last one is news. */
const TRUSTED_MS = 60_000;
/** Less is sent now and still all is as late: the way has become longer, not narrower. */
const MOST_QUEUES_IN_A_ROW = 3;
/** Packets overtake each other on some ways. */
const REORDER_MS = 100;
/** The estimate grows from here. */
const LEAST_BITS_PER_SECOND = 50_000;
/** Over so long is averaged what is usually sent. When much more than that does not fit, the usual is still taken to. */
const USUAL_MS = 5_000;
const MUCH_MORE = 1.5;
const SPARE = 1.1;
const MOST_ELAPSED_MS = 1_000;

/**
 * How many bits per second the way to a viewer carries, as far as its simulcast layer depends on it.
 *
 * We send what a layer has, not what fits: as long as nothing queues and little is lost, more may fit, and the estimate
 * grows until something speaks against it. The first thing that does is believed at once: packets that queue, or are
 * lost, by transport-wide feedback; an estimate of the receiver (REMB) below what is sent; loss in receiver reports.
 * Times are local, monotonic.
 */
export class BandwidthEstimator {
  /** Infinity until the first sign of a narrow way. */
  bitsPerSecond = Infinity;
  private readonly queue = new StandingQueue();
  private readonly sentRate = new RateMeter();
  private readonly deliveredRate = new RateMeter();
  private deliveredBytes = 0;
  private hasFeedback = false;
  private loss = 0;
  /** The newest packet that was told of, and the oldest of which it is not yet known whether it was lost. */
  private highestTold = -1;
  private judged = 0;
  private growth = FASTEST_GROWTH;
  private queuesInARow = 0;
  private usualBitsPerSecond = 0;
  private narrowMs = -Infinity;
  private lastMs = -Infinity;

  constructor(private readonly sentPackets: SentPackets) {}

  /** To be called some times per second. @param bytesSent of all streams so far */
  tick(nowMs: number, bytesSent: number): void {
    this.sentRate.read(bytesSent, nowMs);
    const elapsedMs = Math.min(nowMs - this.lastMs, MOST_ELAPSED_MS);
    this.lastMs = nowMs;
    this.usualBitsPerSecond += ((this.sentRate.bitsPerSecond - this.usualBitsPerSecond) * elapsedMs) / USUAL_MS;
    if (nowMs - this.narrowMs < SETTLE_MS) return;
    if (nowMs - this.narrowMs >= TRUSTED_MS) this.growth = FASTEST_GROWTH;
    this.bitsPerSecond *= 1 + (this.growth * elapsedMs) / 1000;
  }

  /** Packets of this session arrived, or did not. What was told before may be told again. */
  feedback({ baseSequence, arrivalsMs }: TransportFeedback, nowMs: number): void {
    const base = extendSequence(baseSequence, this.sentPackets.newest);
    arrivalsMs.forEach((arrivalMs, index) => this.arrived(base + index, arrivalMs, nowMs));
    this.hasFeedback = true;
    this.judgeLoss();
    const delivered = this.deliveredRate.read(this.deliveredBytes, nowMs);
    const isQueueing = this.queue.delayMs > LONGEST_QUEUE_MS;
    if (!isQueueing) this.queuesInARow = 0;
    if (delivered === 0 || (!isQueueing && this.loss <= TOLERATED_LOSS)) return;
    if (this.narrow(Math.max(delivered, this.triedFromBitsPerSecond), nowMs) && isQueueing) this.noteQueue();
  }

  /** The receiver's own estimate (REMB). It follows what is sent, so that it means something only when it is below. */
  receiverEstimate(bitsPerSecond: number, nowMs: number): void {
    if (bitsPerSecond < this.sentRate.bitsPerSecond) this.narrow(bitsPerSecond / BACKOFF, nowMs);
  }

  /** A receiver report; of no use where there is transport-wide feedback. @param fractionLost 0 to 255, as reported */
  reportedLoss(fractionLost: number, nowMs: number): void {
    const loss = fractionLost / 256;
    if (!this.hasFeedback && loss > TOLERATED_LOSS) this.narrow(this.sentRate.bitsPerSecond * (1 - loss), nowMs);
  }

  private arrived(number: number, arrivalMs: number, nowMs: number): void {
    const { sentPackets } = this;
    if (!sentPackets.knows(number)) return;
    this.highestTold = Math.max(this.highestTold, number);
    if (Number.isNaN(arrivalMs) || !sentPackets.acknowledge(number)) return;
    this.deliveredBytes += sentPackets.sizeBytesOf(number);
    this.queue.add(arrivalMs - sentPackets.sentAtMs(number), nowMs);
  }

  /** Of packets that had time to be overtaken. */
  private judgeLoss(): void {
    const { sentPackets, highestTold } = this;
    if (highestTold < 0) return;
    const endMs = sentPackets.sentAtMs(highestTold) - REORDER_MS;
    for (; this.judged < highestTold && sentPackets.sentAtMs(this.judged) <= endMs; this.judged += 1) {
      if (!sentPackets.knows(this.judged)) continue;
      const lost = sentPackets.isAcknowledged(this.judged) ? 0 : 1;
      this.loss += (lost - this.loss) * LOSS_WEIGHT;
    }
  }

  /** What was sent before more was tried, 0 where nothing was. */
  private get triedFromBitsPerSecond(): number {
    const isTrial = this.sentRate.bitsPerSecond > this.usualBitsPerSecond * MUCH_MORE;
    return isTrial ? (this.usualBitsPerSecond * SPARE) / BACKOFF : 0;
  }

  private noteQueue(): void {
    this.queuesInARow += 1;
    if (this.queuesInARow < MOST_QUEUES_IN_A_ROW) return;
    this.queuesInARow = 0;
    this.queue.clear();
  }

  /** @returns false while the last finding is still being worked off */
  private narrow(passedBitsPerSecond: number, nowMs: number): boolean {
    if (nowMs - this.narrowMs < SETTLE_MS) return false;
    if (nowMs - this.narrowMs < TRUSTED_MS) this.growth = Math.max(SLOWEST_GROWTH, this.growth / 2);
    this.narrowMs = nowMs;
    this.loss = 0;
    const passed = Math.max(LEAST_BITS_PER_SECOND, passedBitsPerSecond * BACKOFF);
    this.bitsPerSecond = Math.min(this.bitsPerSecond, passed);
    return true;
  }
}
