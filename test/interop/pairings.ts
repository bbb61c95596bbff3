import type { TestServer } from '../support/server.js';
import type { InteropCodec, InteropSender } from './sender.js';
import { senders } from './senders/index.js';
import type { InteropViewer, Watching } from './viewer.js';
import { viewers } from './viewers/index.js';

/** Whom the table of pairings has as publishers; what the others send is judged by what is recorded of it. */
const PUBLISHERS = ['Chromium', 'FFmpeg', 'GStreamer webrtcbin', 'node-datachannel'];

/** FFmpeg 8.1's demuxer does not read VP9's flexible mode (RFC 9628 section 4.2), which Chromium sends: it finds one picture in all of them. */
function isBeyond(viewer: string, codec: InteropCodec, sender: string): boolean {
  return viewer === 'node-datachannel and FFmpeg' && codec === 'VP9' && sender === 'Chromium';
}

export interface Pairing {
  readonly sender: InteropSender;
  readonly codec: InteropCodec;
  readonly viewer: InteropViewer;
}

/** Every pairing that shares a codec: those of one publisher and codec behind each other, they watch together. */
export const pairings: readonly Pairing[] = senders
  .filter(({ name }) => PUBLISHERS.includes(name))
  .flatMap((sender) => sender.codecs.map((codec) => ({ sender, codec })))
  .flatMap((cell) => viewers.filter(({ codecs }) => codecs.includes(cell.codec)).map((viewer) => ({ ...cell, viewer })))
  .filter(({ sender, codec, viewer }) => !isBeyond(viewer.name, codec, sender.name));

export interface Seen {
  readonly sent: number;
  readonly decoded: number;
}

/** Publishes once for all viewers of a codec, who are there before the publisher: all of its pictures are theirs. */
export class PairingRuns {
  private readonly outcomes = new Map<Pairing, Promise<Seen>>();
  private readonly asked = new Set<Pairing>();
  private runs = 0;

  /** @param able those whose publisher and viewer can run here */
  constructor(
    private readonly server: TestServer,
    private readonly able: readonly Pairing[],
    private readonly seconds: number,
  ) {}

  /** Asked for again, a pairing is run again, alone. */
  async seen(pairing: Pairing): Promise<Seen> {
    const isAgain = this.asked.has(pairing);
    this.asked.add(pairing);
    const isBeside = ({ sender, codec }: Pairing): boolean => sender === pairing.sender && codec === pairing.codec;
    if (isAgain || !this.outcomes.has(pairing)) this.begin(isAgain ? [pairing] : this.able.filter(isBeside));
    const outcome = this.outcomes.get(pairing);
    if (outcome === undefined) throw new Error('This pairing cannot run here.');
    return await outcome;
  }

  private begin(together: readonly Pairing[]): void {
    const run = this.run(together);
    for (const pairing of together) {
      const outcome = run.then((all) => all.get(pairing) ?? { sent: 0, decoded: 0 });
      outcome.catch(() => undefined);
      this.outcomes.set(pairing, outcome);
    }
  }

  private async run(together: readonly Pairing[]): Promise<Map<Pairing, Seen>> {
    const [first] = together;
    if (first === undefined) throw new Error('Nobody watches.');
    const { sender, codec } = first;
    const stream = `pairing-${++this.runs}`;
    await using stack = new AsyncDisposableStack();
    const watching = new Map<Pairing, Watching>();
    for (const pairing of together) {
      const order = { whepUrl: this.server.url(`/whep/${stream}`), codec };
      watching.set(pairing, stack.use(await pairing.viewer.watch(order)));
    }
    const whipUrl = this.server.url(`/whip/${stream}`);
    const { videoFrames: sent } = await sender.publish({ whipUrl, codec, seconds: this.seconds });
    const seen = new Map<Pairing, Seen>();
    for (const [pairing, viewer] of watching) seen.set(pairing, { sent, decoded: await viewer.end(sent) });
    return seen;
  }
}
