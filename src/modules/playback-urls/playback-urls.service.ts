import type { KeyObject } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import type { Caller } from '../auth/ports/caller.js';
import { UnknownRecordingSessionError } from '../index/index.errors.js';
import { RecordedSessionsService } from '../index/recorded-sessions.service.js';
import { readGrant, writeGrant } from './grant-token.js';
import type { GrantedSelection, PlaybackGrant } from './playback-grant.js';
import { SIGNED_PREFIX } from './signed-path.js';
import { keptKey, keyOfSecret } from './url-key.js';

/** Whoever asks: what was made in that one's name is good no longer than that one's rights. */
type Maker = Pick<Caller, 'expiresAtMs' | 'origin'>;

export interface WantedUrls {
  readonly stream: string;
  readonly selection: GrantedSelection;
  /** Undefined: as long as the configuration says. */
  readonly ttlSeconds: number | undefined;
  /** Who asks: they are good as long as that one is at most. */
  readonly maker: Maker;
}

/** Paths on this server, good for whoever has them. */
export interface SignedUrls {
  readonly dash: string;
  readonly hls: string;
  /** One file; undefined where everything of the stream was granted, of which there is none. */
  readonly mp4: string | undefined;
  readonly expiresAt: Date;
}

/** The file of an export, good for whoever has the path. */
export interface SignedFile {
  readonly file: string;
  readonly expiresAt: Date;
}

/** URLs for players that cannot send headers. */
@Injectable()
export class PlaybackUrlsService implements OnModuleInit {
  private key: KeyObject | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: RecordedSessionsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async onModuleInit(): Promise<void> {
    const { secret } = this.config.auth;
    this.key = secret === '' ? await keptKey(this.dataSource) : keyOfSecret(secret);
  }

  /**
   * The expiry is in whole seconds: never later than asked for.
   *
   * @throws {UnknownRecordingSessionError} for a session that the stream does not have
   */
  async sign({
    stream,
    selection,
    ttlSeconds = this.config.playback.url_ttl_seconds,
    maker,
  }: WantedUrls): Promise<SignedUrls> {
    const { session } = selection;
    if (session !== undefined && (await this.sessions.session(session))?.stream !== stream) {
      throw new UnknownRecordingSessionError(session);
    }
    const expiresAt = expiryOf(ttlSeconds, maker.expiresAtMs);
    const token = writeGrant({ stream, selection, expiresAt, origin: maker.origin }, this.requireKey());
    const folder = `${SIGNED_PREFIX}${token}/play/${encodeURIComponent(stream)}`;
    const hasFile = selection.session !== undefined || selection.to !== undefined;
    return {
      dash: `${folder}/manifest.mpd`,
      hls: `${folder}/index.m3u8`,
      mp4: hasFile ? `${folder}/clip.mp4` : undefined,
      expiresAt: new Date(expiresAt * 1000),
    };
  }

  /** Good for `playback.url_ttl_seconds`, and no longer than whoever asks has rights. */
  signExport(
    { id, stream }: { readonly id: string; readonly stream: string },
    { expiresAtMs, origin }: Maker,
  ): SignedFile {
    const expiresAt = expiryOf(this.config.playback.url_ttl_seconds, expiresAtMs);
    const token = writeGrant({ stream, selection: {}, exportId: id, expiresAt, origin }, this.requireKey());
    const file = `${SIGNED_PREFIX}${token}/api/v1/exports/${encodeURIComponent(id)}/file`;
    return { file, expiresAt: new Date(expiresAt * 1000) };
  }

  /** @throws {SignedUrlInvalidError | SignedUrlExpiredError} */
  grantOf(token: string): PlaybackGrant {
    return readGrant(token, this.requireKey(), Date.now());
  }

  private requireKey(): KeyObject {
    if (this.key === undefined) throw new RangeError('the application has not started');
    return this.key;
  }
}

/** @returns epoch seconds, whole ones */
function expiryOf(ttlSeconds: number, notAfterMs: number): number {
  return Math.floor(Math.min(Date.now() + ttlSeconds * 1000, notAfterMs) / 1000);
}
