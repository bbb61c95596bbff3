import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Clip, ClipFormat } from '../../../media/clips/clip.js';
import { makeClip, type ClipFault } from '../../../media/clips/make-clip.js';
import type { ClipRange, SourceObject, SourceRun } from '../../../media/clips/source.js';
import { clipFormats } from '../../../media/containers/index.js';
import { PlaybackRangeService, type PlaybackRange } from '../../index/playback-range.service.js';
import { StorageService } from '../../storage/storage.service.js';
import {
  FormatDoesNotFitError,
  GapTooLongError,
  NothingPlayableError,
  ParametersDifferError,
} from '../exports.errors.js';
import type { Steps } from '../../../shared/steps.js';
import { findPieces } from './find-pieces.js';
import type { ClipRequest, PlannedClip } from './planned-clip.js';
import type { ClipObject, RecordedPiece } from './recorded-object.js';
import { readPieces, type ReadPiece } from './source-reader.js';
import { takeTurns } from './take-turns.js';

/** Changes whenever the same media would give other bytes. */
const WRITER_VERSION = 2;
/** A segment may begin without a key frame: then it is looked for this far back, and no further. */
const LOOK_BACK_MS = [15_000, 60_000] as const;

/** Makes the plan of a file from rows and from the headers of the segments concerned. */
@Injectable()
export class ClipPlanner {
  constructor(
    private readonly ranges: PlaybackRangeService,
    private readonly storage: StorageService,
  ) {}

  /**
   * @param signal ends the work
   * @throws what {@link PlaybackRangeService.find} throws, {StorageUnavailableError}
   * @throws {NothingPlayableError | ParametersDifferError | GapTooLongError | FormatDoesNotFitError}
   */
  async plan(request: ClipRequest, signal?: AbortSignal): Promise<PlannedClip> {
    const { stream, selection, format: name } = request;
    const format = formatOf(name);
    const range = await this.ranges.find(stream, selection);
    const wanted = { fromEpochMs: range.fromMs, toEpochMs: range.toMs ?? Date.now() };
    const read = await readPieces(this.storage, await this.piecesOf(range), signal);
    return takeTurns(planOf(request, format, wanted, read), signal);
  }

  /**
   * What can be said of a request by its rows alone.
   *
   * @throws what {@link PlaybackRangeService.find} throws
   * @throws {ParametersDifferError | FormatDoesNotFitError}
   */
  async check({ stream, selection, format: name }: ClipRequest): Promise<void> {
    const { pieces } = await findPieces(this.ranges, await this.ranges.find(stream, selection));
    const lastOf = new Map<string, string>();
    const splitEpochMs: number[] = [];
    for (const { kind, codecName, startEpochMs } of pieces) {
      if ((lastOf.get(kind) ?? codecName) !== codecName) splitEpochMs.push(startEpochMs);
      lastOf.set(kind, codecName);
    }
    if (splitEpochMs.length > 0) throw new ParametersDifferError(splitEpochMs);
    const codecs = [...new Set(pieces.map(({ codecName }) => codecName))];
    if (!formatOf(name).carries(codecs)) throw new FormatDoesNotFitError(name, codecs);
  }

  /** Segments of the range, and those before it that its first picture needs. */
  private async piecesOf(range: PlaybackRange): Promise<readonly RecordedPiece[]> {
    let found = await findPieces(this.ranges, range);
    for (const lookBackMs of LOOK_BACK_MS) {
      if (found.isIndependent) break;
      found = await findPieces(this.ranges, {
        ...range,
        parts: (await this.ranges.find(range.stream, { fromMs: range.fromMs - lookBackMs, toMs: range.toMs })).parts,
      });
    }
    return found.pieces;
  }
}

function formatOf(name: string): ClipFormat {
  const format = clipFormats.find((known) => known.name === name);
  if (format === undefined) throw new RangeError('No such format.');
  return format;
}

/** A day has millions of samples: seconds of work, which nobody else of the thread is to wait for. */
function* planOf(
  { format: name, gaps }: ClipRequest,
  format: ClipFormat,
  wanted: ClipRange,
  read: readonly ReadPiece[],
): Steps<PlannedClip> {
  const clip = yield* makeClip(yield* runsOf(read), wanted, gaps);
  if ('fault' in clip) throw errorOf(clip);
  const codecs = clip.tracks.map(({ init }) => init.codec.name);
  if (!format.carries(codecs)) throw new FormatDoesNotFitError(name, codecs);
  const { parts, sizeBytes } = yield* format.plan(clip);
  const etag = yield* etagOf([name, gaps, wanted.fromEpochMs, wanted.toEpochMs, sizeBytes], clip, read);
  const objects = yield* objectsOf(clip, read);
  const { contentType, extension } = format;
  const { startEpochMs } = clip;
  return { parts, sizeBytes, etag, objects, contentType, extension, startEpochMs, durationSeconds: durationOf(clip) };
}

function errorOf(fault: ClipFault): Error {
  if (fault.fault === 'parameters-differ') return new ParametersDifferError(fault.splitEpochMs);
  return fault.fault === 'nothing' ? new NothingPlayableError() : new GapTooLongError();
}

function* runsOf(read: readonly ReadPiece[]): Steps<SourceRun[]> {
  const runs = new Map<number, SourceObject[]>();
  for (const [object, { piece, source }] of read.entries()) {
    const run = runs.get(piece.run) ?? [];
    runs.set(piece.run, run);
    run.push({ ...source, object });
    yield;
  }
  return [...runs.values()];
}

function* objectsOf({ tracks }: Clip, read: readonly ReadPiece[]): Steps<ClipObject[]> {
  const ends = new Map<number, number>();
  for (const { chunks } of tracks) {
    for (const { parts } of chunks) {
      for (const part of parts) {
        if (!('bytes' in part)) ends.set(part.object, Math.max(ends.get(part.object) ?? 0, part.offset + part.length));
      }
      yield;
    }
  }
  const objects: ClipObject[] = [];
  for (const [object, { piece }] of read.entries()) {
    const { key, sizeBytes } = piece;
    objects.push({ key, sizeBytes, endOffset: ends.get(object) ?? 0 });
    yield;
  }
  return objects;
}

function durationOf({ tracks }: Clip): number {
  return Math.max(...tracks.map(({ shownEndTicks, init }) => shownEndTicks / init.timescale));
}

/** The same media asked for in the same way gives the same bytes, on whatever node. */
function* etagOf(request: readonly (string | number)[], { tracks }: Clip, read: readonly ReadPiece[]): Steps<string> {
  const hash = createHash('sha256').update(JSON.stringify([WRITER_VERSION, ...request]));
  for (const { sampleEntry } of tracks) hash.update(sampleEntry);
  for (const { piece } of read) {
    hash.update(`${piece.sha256}${piece.initSha256}`);
    yield;
  }
  return `"${hash.digest('hex')}"`;
}
