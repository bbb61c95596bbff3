import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SOURCE = resolve('test/support/network/sender-network.c');

/** What happens to the media of a sender on libdatachannel. */
export interface SenderConditions {
  /** Of its RTP packets, each by itself. */
  readonly lostPercent?: number;
  /** Forged, replayed, far-ahead, cut and other packets that come beside each of its own, from its own address and port. */
  readonly forgedPerPacket?: number;
}

/** A network that is bad or hostile, by a library that is preloaded into the sender: it costs no process in between. */
export class SenderNetwork implements Disposable {
  private readonly folder = mkdtempSync(join(tmpdir(), 'aircheck-network-'));
  private readonly conditions: SenderConditions;

  /** @throws {Error} without a C compiler */
  constructor(conditions: SenderConditions) {
    this.conditions = conditions;
    execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', this.library, SOURCE, '-ldl'], { stdio: 'ignore' });
  }

  /** For the sender. */
  get environment(): Readonly<Record<string, string>> {
    const { lostPercent = 0, forgedPerPacket = 0 } = this.conditions;
    return {
      LD_PRELOAD: this.library,
      AIRCHECK_LOST_PERCENT: String(lostPercent),
      AIRCHECK_FORGED_PER_PACKET: String(forgedPerPacket),
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get library(): string {
    return join(this.folder, 'sender-network.so');
  }
}
