import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { inTransaction } from '../../../persistence/transaction.js';
import { RevokedToken } from '../entities/revoked-token.entity.js';

/** How soon what another node revoked is refused here too. */
const REFRESH_EVERY_MS = 10_000;

/** Tokens that are refused before their time, in memory: each request asks. */
@Injectable()
export class RevokedTokens implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(RevokedTokens.name);
  private ids: ReadonlySet<string> = new Set();
  private timer: NodeJS.Timeout | undefined;

  private readonly leewayMs: number;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(APP_CONFIG) { auth }: AppConfig,
  ) {
    this.leewayMs = auth.clock_leeway_seconds * 1000;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.read();
    this.timer = setInterval(() => void this.refresh(), REFRESH_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  has(tokenId: string): boolean {
    return this.ids.has(tokenId);
  }

  /**
   * Also forgets those that are refused anyway: not before the clock's leeway is over too, for so long they would be taken.
   *
   * @returns false for one that is refused anyway
   */
  async add(tokenId: string, expiresAt: Date): Promise<boolean> {
    const takenFrom = new Date(Date.now() - this.leewayMs);
    if (expiresAt < takenFrom) return false;
    await inTransaction(this.dataSource, async (manager) => {
      await manager.delete(RevokedToken, { expiresAt: LessThan(takenFrom) });
      await manager.upsert(RevokedToken, { tokenId, expiresAt, revokedAt: new Date() }, ['tokenId']);
    });
    this.ids = new Set([...this.ids, tokenId]);
    return true;
  }

  private async refresh(): Promise<void> {
    try {
      await this.read();
    } catch (error) {
      this.logger.warn({ err: error }, 'Which tokens were revoked elsewhere could not be read; what was known stays.');
    }
  }

  private async read(): Promise<void> {
    const before = this.ids;
    const rows = await this.dataSource.manager.find(RevokedToken, { select: { tokenId: true } });
    const since = [...this.ids].filter((id) => !before.has(id));
    this.ids = new Set([...rows.map(({ tokenId }) => tokenId), ...since]);
  }
}
