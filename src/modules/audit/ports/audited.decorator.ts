import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/** What is written down of what people and programs do. */
export type AuditedAction =
  | 'login'
  | 'token-created'
  | 'token-revoked'
  | 'account-created'
  | 'account-password-changed'
  | 'account-removed'
  | 'playback-url-created'
  | 'publish-started'
  | 'session-ended'
  | 'subscriber-muted'
  | 'layer-chosen'
  | 'stream-created'
  | 'stream-deleted'
  | 'cascade-started'
  | 'cascade-ended'
  | 'source-added'
  | 'source-removed'
  | 'recording-started'
  | 'recording-stopped'
  | 'recording-split'
  | 'recordings-deleted'
  | 'hold-placed'
  | 'hold-released'
  | 'export-created'
  | 'export-deleted'
  | 'object-presigned'
  | 'node-drained'
  | 'webhook-created'
  | 'webhook-deleted';

/** What a call was given, in the places where that may stand, and what it gave; undefined for one that failed. */
export interface Told {
  readonly given: readonly unknown[];
  readonly answer: unknown;
}

export interface Audit {
  readonly action: AuditedAction;
  /** Member of what is given with the name of what it is about, where that is no `id`. */
  readonly subjectMember?: string;
  /** More of what was done; never a secret. */
  readonly describe?: (told: Told) => string | undefined;
  /** Member of the body with the account that acts, where no credentials say who does: a log-in. */
  readonly actorMember?: string;
  /** Member of the answer with the id of what was made. */
  readonly madeMember?: string;
}

export const AUDIT_METADATA = 'aircheck:audit';

/** Has every call of a route or a resolver written down: who, from where, on which stream, and what came of it. */
export const Audited = (action: AuditedAction, facts: Omit<Audit, 'action'> = {}): CustomDecorator =>
  SetMetadata(AUDIT_METADATA, { action, ...facts } satisfies Audit);
