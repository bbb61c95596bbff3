import { Gauge, type Registry } from 'prom-client';
import { parseUdpTables, readUdpTables, type Engine } from '../../engine/index.js';

const PORTS_GOOD_FOR_MS = 10_000;

/** What the kernel threw away since nobody read it in time, from its own table. Absent where there is none. */
export class UdpMetrics {
  private ports: { readonly numbers: ReadonlySet<number>; readonly askedAtMs: number } | undefined;

  constructor(
    private readonly engine: Pick<Engine, 'reachability'>,
    registry: Registry,
  ) {
    const drops = (): Promise<number | undefined> => this.drops();
    new Gauge({
      name: 'aircheck_udp_receive_drops',
      help: 'Datagrams for the media ports that the kernel dropped since they were opened: the receive buffer was full',
      registers: [registry],
      async collect() {
        const value = await drops();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  }

  private async drops(): Promise<number | undefined> {
    try {
      const ports = await this.mediaPorts();
      return dropsOf(await readUdpTables(), ports);
    } catch {
      // The engine is about to stop; the other metrics are there all the same.
      return undefined;
    }
  }

  private async mediaPorts(): Promise<ReadonlySet<number>> {
    const nowMs = performance.now();
    if (this.ports === undefined || nowMs - this.ports.askedAtMs > PORTS_GOOD_FOR_MS) {
      const workers = await this.engine.reachability();
      this.ports = { numbers: new Set(workers.map(({ udp }) => udp.port)), askedAtMs: nowMs };
    }
    return this.ports.numbers;
  }
}

/** @param tables as `readUdpTables` has them @returns the drops of the rows of these ports; undefined without any */
export function dropsOf(tables: string, ports: ReadonlySet<number>): number | undefined {
  const rows = parseUdpTables(tables).filter(({ localPort }) => ports.has(localPort));
  return rows.length === 0 ? undefined : rows.reduce((sum, { drops }) => sum + drops, 0);
}
