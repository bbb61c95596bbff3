import type { DataSource } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import type { ForbiddenAddresses } from '../../../platform/outgoing/forbidden-addresses.js';
import { guardedPost, type OutgoingAnswer } from '../../../platform/outgoing/guarded-request.js';
import type { Clock } from '../../../shared/clock.js';
import type { CallHandler } from '../../storage/ports/call-handler.js';
import { WebhookDelivery, type DeliveryState } from '../entities/index.js';
import { targetIdOf, type WebhookTarget } from '../targets/webhook-target.js';
import { WebhookTargetNotFoundError } from '../webhooks.errors.js';
import { TargetTurns, type TargetTurn } from './target-turns.js';

/** A target with more to hear lets others have their turn after so many. */
const MOST_AT_ONCE = 50;
/** Another server tells the target: what we have for it, it tells too, or it is killed. */
const ELSEWHERE_MS = 1_000;
/** How often a target may say that it does not want an event before it is not asked again. */
const MOST_REFUSALS = 5;
const MOST_ERROR_CHARACTERS = 500;
/** Client errors that say nothing about the event: too early, too much, too slow. */
const TRANSIENT: readonly number[] = [408, 425, 429];

export interface DeliverySettings {
  readonly timeoutMs: number;
  /** From when on an event is not tried any more. */
  readonly keepMs: number;
}

/** Tells a target what it is to be told: in the order it happened, one at a time, until it has answered with 2xx. */
export class Deliverer implements CallHandler {
  private readonly end = new AbortController();
  private readonly turns: TargetTurns;

  constructor(
    private readonly dataSource: DataSource,
    private readonly findTarget: (id: string) => Promise<WebhookTarget>,
    private readonly forbidden: ForbiddenAddresses,
    private readonly settings: DeliverySettings,
    private readonly clock: Clock,
  ) {
    this.turns = new TargetTurns(dataSource);
  }

  /** @throws while the target does not take what is next */
  async call(key: string): Promise<number | undefined> {
    const target = await this.targetOf(key);
    if (target === undefined) return undefined;
    const turn = await this.turns.take(target.id);
    if (turn === undefined) return ELSEWHERE_MS;
    try {
      return await this.tell(target, turn);
    } finally {
      await turn.giveBack();
    }
  }

  /** Nothing is waited for any more: what was not answered is told again after the next start. */
  stop(): void {
    this.end.abort();
  }

  private async tell(target: WebhookTarget, turn: TargetTurn): Promise<number | undefined> {
    for (let sent = 0; sent < MOST_AT_ONCE; sent += 1) {
      const next = await turn.read((manager) =>
        manager.findOne(WebhookDelivery, { where: { targetId: target.id, state: 'pending' }, order: { id: 'ASC' } }),
      );
      if (next === null) return undefined;
      await this.deliver(target, next);
    }
    return 0;
  }

  /** One that was deleted is told nothing more. */
  private async targetOf(key: string): Promise<WebhookTarget | undefined> {
    try {
      return await this.findTarget(targetIdOf(key));
    } catch (error) {
      if (error instanceof WebhookTargetNotFoundError) return undefined;
      throw error;
    }
  }

  private async deliver(target: WebhookTarget, delivery: WebhookDelivery): Promise<void> {
    if (this.clock.epochMs() - delivery.happenedAt.getTime() > this.settings.keepMs) {
      await this.write(delivery, { state: 'failed' });
      return;
    }
    let answer: OutgoingAnswer;
    try {
      answer = await this.post(target, delivery);
    } catch (error) {
      if (!this.end.signal.aborted) await this.attempted(delivery, { lastStatus: null, lastError: textOf(error) });
      throw error;
    }
    if (answer.status >= 200 && answer.status < 300) {
      await this.attempted(delivery, { state: 'delivered', lastStatus: answer.status, lastError: null });
      return;
    }
    const isOver = isRefusal(answer.status) && delivery.attempts + 1 >= MOST_REFUSALS;
    const lastError = textOf(answer.text === '' ? 'It said nothing.' : answer.text);
    await this.attempted(delivery, { ...(isOver ? { state: 'failed' } : {}), lastStatus: answer.status, lastError });
    if (!isOver) throw new Error(`The target answered ${answer.status}.`);
  }

  private post(
    target: WebhookTarget,
    { body, eventId, eventType, attempts }: WebhookDelivery,
  ): Promise<OutgoingAnswer> {
    const timestamp = Math.floor(this.clock.epochMs() / 1000);
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'Aircheck',
      'Aircheck-Event': eventType,
      'Aircheck-Event-Id': eventId,
      'Aircheck-Attempt': String(attempts + 1),
      'Aircheck-Signature': `t=${timestamp},v1=${target.signatureOf(timestamp, body)}`,
    };
    const { timeoutMs } = this.settings;
    return guardedPost({ url: target.url, headers, body, timeoutMs, signal: this.end.signal }, this.forbidden);
  }

  private attempted(
    delivery: WebhookDelivery,
    outcome: { readonly state?: DeliveryState; readonly lastStatus: number | null; readonly lastError: string | null },
  ): Promise<void> {
    const triedAt = new Date(this.clock.epochMs());
    return this.write(delivery, { ...outcome, attempts: delivery.attempts + 1, triedAt });
  }

  private async write({ id }: WebhookDelivery, change: Partial<WebhookDelivery>): Promise<void> {
    await inTransaction(this.dataSource, (manager) => manager.update(WebhookDelivery, { id }, change));
  }
}

/** It has understood, and does not want it: a redirect too, which is not followed. */
function isRefusal(status: number): boolean {
  return status >= 300 && status < 500 && !TRANSIENT.includes(status);
}

/** Without what a database or a terminal cannot show. */
function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\p{Cc}+/gu, ' ').slice(0, MOST_ERROR_CHARACTERS);
}
