import { Counter, type Registry } from 'prom-client';

/** A counter that is told totals which begin anew now and then: a session's, a worker's. What it shows never falls. */
export class RisingCounter<Source extends string | object> {
  private readonly counter: Counter;
  private readonly named = new Map<string, number>();
  private readonly known = new WeakMap<object, number>();

  constructor(counter: Counter) {
    this.counter = counter;
  }

  static make<Source extends string | object>(
    registry: Registry,
    name: string,
    help: string,
    labelNames: readonly string[] = [],
  ): RisingCounter<Source> {
    return new RisingCounter(new Counter({ name, help, labelNames: [...labelNames], registers: [registry] }));
  }

  /** The same metric, for totals under other labels of the same sources. */
  sibling(): RisingCounter<Source> {
    return new RisingCounter(this.counter);
  }

  /** @param source whose total it is; one that falls has begun anew */
  tell(source: Source, total: number, labels: Readonly<Record<string, string>> = {}): void {
    const before = (typeof source === 'string' ? this.named.get(source) : this.known.get(source)) ?? 0;
    if (typeof source === 'string') this.named.set(source, total);
    else this.known.set(source, total);
    this.counter.inc({ ...labels }, total >= before ? total - before : total);
  }

  /** Its total is not told any more. */
  forget(source: string): void {
    this.named.delete(source);
  }
}
