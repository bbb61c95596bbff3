import { useEffect, useState } from 'react';
import type { PeerLink } from '../peer-link';

const REFRESH_MS = 1000;
const MS = 1000;

/** What the browser counts of one RTP stream. */
interface RtpReport {
  readonly id: string;
  readonly type: string;
  readonly timestamp: number;
  readonly kind?: string;
  readonly rid?: string;
  readonly codecId?: string;
  readonly mimeType?: string;
  readonly frameWidth?: number;
  readonly frameHeight?: number;
  readonly framesPerSecond?: number;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly packetsSent?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly framesDropped?: number;
  readonly freezeCount?: number;
  readonly nackCount?: number;
  readonly pliCount?: number;
  readonly jitter?: number;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
  readonly currentRoundTripTime?: number;
  readonly nominated?: boolean;
}

/** One RTP stream as it is shown; undefined where the browser does not tell. */
export interface StreamStatistics {
  readonly id: string;
  /** `video`, `audio`, `video f`. */
  readonly name: string;
  readonly codec: string;
  readonly size: string | undefined;
  readonly framesPerSecond: number | undefined;
  /** Since the last look. */
  readonly bitrateBps: number | undefined;
  readonly packets: number;
  readonly packetsLost: number | undefined;
  readonly framesDropped: number | undefined;
  readonly freezes: number | undefined;
  readonly nacks: number | undefined;
  readonly keyFrameRequests: number | undefined;
  readonly jitterMs: number | undefined;
  readonly bufferMs: number | undefined;
  readonly roundTripMs: number | undefined;
}

/** @returns what goes on in a connection, each second anew */
export function useStatistics(link: PeerLink | undefined): readonly StreamStatistics[] {
  const [shown, setShown] = useState<readonly StreamStatistics[]>([]);
  useEffect(() => {
    if (link === undefined) return undefined;
    let isCurrent = true;
    let before = new Map<string, RtpReport>();
    const look = async (): Promise<void> => {
      const reports = new Map<string, RtpReport>();
      (await link.connection?.getStats())?.forEach((report: RtpReport) => reports.set(report.id, report));
      if (!isCurrent) return;
      setShown(describe(reports, before));
      before = reports;
    };
    const timer = window.setInterval(() => void look(), REFRESH_MS);
    return () => {
      isCurrent = false;
      window.clearInterval(timer);
    };
  }, [link]);
  return link === undefined ? [] : shown;
}

function describe(
  reports: ReadonlyMap<string, RtpReport>,
  before: ReadonlyMap<string, RtpReport>,
): readonly StreamStatistics[] {
  const all = [...reports.values()];
  const pair = all.find(({ type, nominated }) => type === 'candidate-pair' && nominated === true);
  return all
    .filter(({ type }) => type === 'inbound-rtp' || type === 'outbound-rtp')
    .map((report) => ({
      id: report.id,
      name: [report.kind, report.rid].filter((part) => part !== undefined).join(' '),
      codec: reports.get(report.codecId ?? '')?.mimeType?.split('/')[1] ?? '',
      size: report.frameWidth === undefined ? undefined : `${report.frameWidth}×${String(report.frameHeight)}`,
      framesPerSecond: report.framesPerSecond,
      bitrateBps: bitrateOf(report, before.get(report.id)),
      packets: report.packetsReceived ?? report.packetsSent ?? 0,
      packetsLost: report.packetsLost,
      framesDropped: report.framesDropped,
      freezes: report.freezeCount,
      nacks: report.nackCount,
      keyFrameRequests: report.pliCount,
      jitterMs: report.jitter === undefined ? undefined : report.jitter * MS,
      bufferMs: bufferOf(report, before.get(report.id)),
      roundTripMs: pair?.currentRoundTripTime === undefined ? undefined : pair.currentRoundTripTime * MS,
    }));
}

const bytesOf = ({ bytesReceived, bytesSent }: RtpReport): number => bytesReceived ?? bytesSent ?? 0;

function bitrateOf(now: RtpReport, before: RtpReport | undefined): number | undefined {
  if (before === undefined || now.timestamp <= before.timestamp) return undefined;
  return ((bytesOf(now) - bytesOf(before)) * 8 * MS) / (now.timestamp - before.timestamp);
}

/** How long what was shown last had lain in the jitter buffer. */
function bufferOf(now: RtpReport, before: RtpReport | undefined): number | undefined {
  const emitted = (now.jitterBufferEmittedCount ?? 0) - (before?.jitterBufferEmittedCount ?? 0);
  const delay = (now.jitterBufferDelay ?? 0) - (before?.jitterBufferDelay ?? 0);
  return emitted <= 0 ? undefined : (delay / emitted) * MS;
}
