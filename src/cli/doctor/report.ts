import type { Finding, Severity } from './finding.js';

const ORDER: readonly Severity[] = ['ok', 'note', 'warning', 'problem'];

export interface DoctorReport {
  readonly version: string;
  /** The weightiest of all findings. */
  readonly status: Severity;
  readonly findings: readonly Finding[];
}

export function reportOf(version: string, findings: readonly Finding[]): DoctorReport {
  const worst = Math.max(0, ...findings.map(({ severity }) => ORDER.indexOf(severity)));
  return { version, status: ORDER[worst] ?? 'problem', findings };
}

/** For a person: a line each, what to do below it, the sum at the end. */
export function linesOf({ findings }: DoctorReport): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, severity, message, remedy }) => [
    `${severity.padEnd(8)} ${check.padEnd(width)}  ${message}`,
    ...(remedy === undefined ? [] : [`${''.padEnd(9 + width)}  → ${remedy}`]),
  ]);
  const count = (severity: Severity): number => findings.filter((one) => one.severity === severity).length;
  return [...lines, `${String(count('problem'))} problems, ${String(count('warning'))} warnings.`].join('\n');
}
