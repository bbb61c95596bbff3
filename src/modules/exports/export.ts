/** `waiting → running → completed` or `failed`. One that is cancelled is deleted. */
export const EXPORT_STATES = ['waiting', 'running', 'completed', 'failed'] as const;
export type ExportState = (typeof EXPORT_STATES)[number];

/** How far a running export is. */
export interface ExportProgress {
  readonly writtenBytes: number;
  /** Undefined until it is known how large it gets. */
  readonly etaSeconds: number | undefined;
}

/** An export as the outside sees it. */
export interface ExportView {
  readonly id: string;
  readonly stream: string;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  readonly sessionId: string | undefined;
  readonly format: string;
  readonly gaps: 'keep' | 'close';
  readonly state: ExportState;
  readonly nodeAlias: string;
  readonly sizeBytes: number | undefined;
  readonly durationMs: number | undefined;
  readonly fileName: string | undefined;
  readonly problem: { readonly code: string; readonly detail: string } | undefined;
  readonly progress: ExportProgress;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
}

/** Something of an export changed; `deleted` is the last that is heard of it. */
export type ExportEvent =
  | { readonly type: 'changed'; readonly export: ExportView }
  | { readonly type: 'deleted'; readonly id: string; readonly stream: string };
