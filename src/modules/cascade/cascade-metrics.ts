import { Counter, Gauge, type Registry } from 'prom-client';
import type { CascadeService } from './cascade.service.js';
import { SOURCE_STATES } from './sources/source.js';
import type { SourcesService } from './sources/sources.service.js';

const DIRECTIONS = ['pull', 'push'] as const;
const STATES = ['connecting', 'connected', 'waiting'] as const;

/** Shows Prometheus how streams come and go between servers. */
export function showCascades(cascades: Pick<CascadeService, 'links' | 'onAttempt'>, registry: Registry): void {
  new Gauge({
    name: 'aircheck_cascades',
    help: 'Ways of streams from and to other servers',
    labelNames: ['direction', 'state'],
    registers: [registry],
    collect() {
      const { links } = cascades;
      for (const direction of DIRECTIONS) {
        for (const state of STATES) {
          const these = links.filter((link) => link.direction === direction && link.state === state);
          this.set({ direction, state }, these.length);
        }
      }
    },
  });
  const attempts = new Counter({
    name: 'aircheck_cascade_attempts_total',
    help: 'Sessions that were asked of other servers',
    labelNames: ['direction', 'outcome'],
    registers: [registry],
  });
  cascades.onAttempt((direction, error) => {
    attempts.inc({ direction, outcome: error === undefined ? 'ok' : 'failed' });
  });
}

/** Shows Prometheus which streams are fetched by themselves, and which of them come. */
export function showSources(sources: Pick<SourcesService, 'list'>, registry: Registry): void {
  new Gauge({
    name: 'aircheck_sources',
    help: 'Streams that come from other servers by themselves',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { list } = sources;
      for (const state of SOURCE_STATES) this.set({ state }, list.filter((source) => source.state === state).length);
    },
  });
}
