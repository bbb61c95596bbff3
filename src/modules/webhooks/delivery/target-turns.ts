import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { isPostgres } from '../../../persistence/portable-data-source.js';
import { readSettled } from '../../../persistence/transaction.js';
import { KeyedQueue } from '../../../shared/keyed-queue.js';

/** Of the advisory locks that are about webhooks: "hook" in ASCII. */
const LOCK_CLASS = 0x68_6f_6f_6b;
const TAKE = 'SELECT pg_try_advisory_lock($1, hashtext($2)) AS "isOurs"';
const GIVE_BACK = 'SELECT pg_advisory_unlock($1, hashtext($2))';
const GIVE_BACK_ALL = 'SELECT pg_advisory_unlock_all()';
const ONE_AT_A_TIME = 'connection';

/** The right to tell a target, until it is given back or its connection ends. */
export interface TargetTurn {
  /** Asks the database what is next. @throws when the right may be another's by now */
  read<T>(question: (manager: EntityManager) => Promise<T>): Promise<T>;
  giveBack(): Promise<void>;
}

/**
 * Of all servers of a database one at a time tells a target, or events would overtake each other. PostgreSQL keeps the turns as
 * advisory locks, which are free at once when their server is killed; all of one server are on one connection, which is open as long as it
 * has any. A SQLite database has one server.
 */
export class TargetTurns {
  private locks: LockConnection | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /** @returns undefined while another server has the turn, or those who had turns by a connection that failed have not left it */
  async take(targetId: string): Promise<TargetTurn | undefined> {
    const { dataSource } = this;
    if (!isPostgres(dataSource)) {
      return { read: (question) => readSettled(dataSource, question), giveBack: () => Promise.resolve() };
    }
    if (this.locks?.isFailing === true) return undefined;
    if (this.locks?.isOver !== false) this.locks = new LockConnection(dataSource.createQueryRunner());
    return this.locks.take(targetId);
  }
}

class LockConnection {
  isOver = false;
  private users = 0;
  private readonly questions = new KeyedQueue();

  constructor(private readonly runner: QueryRunner) {}

  /** A second one beside it could take what is left of a small pool, which those on this one need to come to their end. */
  get isFailing(): boolean {
    return this.isOver && this.users > 0;
  }

  async take(targetId: string): Promise<TargetTurn | undefined> {
    this.users += 1;
    try {
      const answers: unknown = await this.ask(() => this.runner.query(TAKE, [LOCK_CLASS, targetId]));
      if ((answers as [{ readonly isOurs: boolean }])[0].isOurs) return this.turnOf(targetId);
    } catch (error) {
      await this.leave();
      throw error;
    }
    await this.leave();
    return undefined;
  }

  private turnOf(targetId: string): TargetTurn {
    return {
      read: (question) => this.ask(() => question(this.runner.manager)),
      giveBack: async () => {
        await this.ask(() => this.runner.query(GIVE_BACK, [LOCK_CLASS, targetId])).catch(() => undefined);
        await this.leave();
      },
    };
  }

  /** A failure may mean that the connection, and every turn with it, is lost: nobody goes on with it. */
  private ask<T>(question: () => Promise<T>): Promise<T> {
    return this.questions.run(ONE_AT_A_TIME, async () => {
      if (this.isOver) throw new Error('The connection that kept the turns of targets is lost.');
      try {
        return await question();
      } catch (error) {
        this.isOver = true;
        throw error;
      }
    });
  }

  /** The pool gets the connection without locks, also after a failure that kept one from being given back. */
  private async leave(): Promise<void> {
    this.users -= 1;
    if (this.users > 0) return;
    this.isOver = true;
    await this.questions.run(ONE_AT_A_TIME, () => this.runner.query(GIVE_BACK_ALL)).catch(() => undefined);
    await this.runner.release();
  }
}
