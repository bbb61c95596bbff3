import { type Page } from 'playwright-core';
import { launchChromium } from '../support/browser.js';
import { TestServer } from '../support/server.js';
import { whyMissing } from '../support/tools.js';
import { type CellReport, runCell } from './cell.js';
import type { Row } from './report.js';
import type { InteropCodec, InteropSender } from './sender.js';

export interface Cell {
  readonly sender: InteropSender;
  readonly codec: InteropCodec;
}

/** Two cores hold so many: most of a cell is waiting for real time to pass. */
const AT_ONCE = 3;
export const SECONDS = 9;

/** All cells on one server, some at a time. The first to be asked for is the first to have been run. */
export class Cells implements AsyncDisposable {
  private readonly resources = new AsyncDisposableStack();
  private readonly running = new Map<Cell, Promise<CellReport>>();
  private readonly attempts = new Map<Cell, number>();
  private readonly outcomes = new Map<Cell, Row['outcome']>();
  private busy = 0;
  private readonly waiting: (() => void)[] = [];

  private constructor(
    private readonly server: TestServer,
    private readonly page: Page | undefined,
  ) {}

  /**
   * @param cells those that can run here are begun, in this order
   * @param missing why senders cannot run here, undefined for those that can
   */
  static async start(cells: readonly Cell[], missing: ReadonlyMap<InteropSender, string | undefined>): Promise<Cells> {
    const server = await TestServer.start();
    const browser = whyMissing('chromium') === undefined ? await launchChromium() : undefined;
    const page = await browser?.newPage();
    await page?.goto(server.url('/'));
    const all = new Cells(server, page);
    all.resources.use(server);
    if (browser !== undefined) all.resources.use(browser);
    for (const cell of cells) {
      const reason = missing.get(cell.sender);
      if (reason === undefined) void all.begin(cell);
      else all.outcomes.set(cell, { skipped: reason });
    }
    return all;
  }

  /** Asked for again, a cell is run again. */
  async report(cell: Cell): Promise<CellReport> {
    const running = this.running.get(cell) ?? this.begin(cell);
    this.running.delete(cell);
    try {
      const report = await running;
      this.outcomes.set(cell, report);
      return report;
    } catch (error) {
      this.outcomes.set(cell, { failed: String(error) });
      throw error;
    }
  }

  /** What has come of each cell so far. */
  rows(): Row[] {
    return [...this.outcomes].map(([{ sender, codec }, outcome]) => ({ sender: sender.name, codec, outcome }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resources.disposeAsync();
  }

  private begin(cell: Cell): Promise<CellReport> {
    const attempt = (this.attempts.get(cell) ?? 0) + 1;
    this.attempts.set(cell, attempt);
    const { server, page } = this;
    const running = this.inTurn(() => runCell({ server, page, ...cell, seconds: SECONDS, attempt }));
    running.catch(() => undefined);
    this.running.set(cell, running);
    return running;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy >= AT_ONCE) await new Promise<void>((turn) => this.waiting.push(turn));
    this.busy++;
    try {
      return await work();
    } finally {
      this.busy--;
      this.waiting.shift()?.();
    }
  }
}
