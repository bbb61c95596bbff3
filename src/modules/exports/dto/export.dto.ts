import { Field, Float, ID, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { enumOf } from '../../../platform/graphql/enum-values.js';
import { Instant, Whole } from '../../../platform/graphql/scalars.js';
import type { SignedFile } from '../../playback-urls/playback-urls.service.js';
import { EXPORT_STATES, type ExportState, type ExportView } from '../export.js';
import type { ExportPage } from '../exports.service.js';
import { GAP_RULES } from '../clips/clip-query.js';
import { FORMAT_NAMES } from '../export-query.js';

const ExportStateEnum = enumOf('ExportState', EXPORT_STATES, 'How far an export is.');

export const GapRuleEnum = enumOf('GapRule', GAP_RULES, 'What becomes of gaps in a file.');

const instant = { type: String, format: 'date-time', nullable: true } as const;

/** What `POST /api/v1/exports` takes. */
export class ExportInputDto {
  @ApiProperty({ example: 'cam' })
  readonly stream!: string;

  @ApiProperty({ required: false, format: 'date-time', description: 'The first picture' })
  readonly from?: string;

  @ApiProperty({ required: false, format: 'date-time', description: 'Exclusive' })
  readonly to?: string;

  @ApiProperty({ required: false, description: 'Id of a recording session, instead of `from` and `to`' })
  readonly session?: string;

  @ApiProperty({ required: false, enum: FORMAT_NAMES, default: 'mp4' })
  readonly format?: string;

  @ApiProperty({ required: false, enum: GAP_RULES, default: 'keep' })
  readonly gaps?: string;
}

@ObjectType('ExportProblem')
export class ExportProblemDto {
  @ApiProperty({ description: 'Of the problem list', example: 'export-storage-full' })
  @Field(() => String, { description: 'Of the problem list' })
  readonly code!: string;

  @ApiProperty()
  @Field(() => String)
  readonly detail!: string;
}

@ObjectType('Export', { description: 'A file made of recordings.' })
export class ExportDto {
  @ApiProperty()
  @Field(() => ID)
  readonly id: string;

  @ApiProperty({ example: 'cam' })
  @Field(() => String)
  readonly stream: string;

  @ApiProperty(instant)
  @Field(() => Instant, { nullable: true })
  readonly from: string | null;

  @ApiProperty(instant)
  @Field(() => Instant, { nullable: true })
  readonly to: string | null;

  @ApiProperty({ type: String, nullable: true })
  @Field(() => String, { nullable: true })
  readonly session: string | null;

  @ApiProperty({ enum: FORMAT_NAMES })
  @Field(() => String)
  readonly format: string;

  @ApiProperty({ enum: GAP_RULES })
  @Field(() => GapRuleEnum)
  readonly gaps: string;

  @ApiProperty({ enum: EXPORT_STATES })
  @Field(() => ExportStateEnum)
  readonly state: ExportState;

  @ApiProperty({ description: 'Alias of the server that makes it and has the file' })
  @Field(() => String, { description: 'Alias of the server that makes it and has the file' })
  readonly node: string;

  @ApiProperty({ minimum: 0, maximum: 100 })
  @Field(() => Float)
  readonly percent: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Until it is done, as fast as it went so far' })
  @Field(() => Whole, { nullable: true, description: 'Until it is done, as fast as it went so far' })
  readonly etaSeconds: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Known before the file is written' })
  @Field(() => Whole, { nullable: true, description: 'Known before the file is written' })
  readonly sizeBytes: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  @Field(() => Whole, { nullable: true })
  readonly durationMs: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'What a browser saves it as' })
  @Field(() => String, { nullable: true, description: 'What a browser saves it as' })
  readonly fileName: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Where the file is, once it is completed' })
  @Field(() => String, { nullable: true, description: 'Where the file is, once it is completed' })
  readonly file: string | null;

  @ApiProperty({ type: () => ExportProblemDto, nullable: true, description: 'Why it failed' })
  @Field(() => ExportProblemDto, { nullable: true, description: 'Why it failed' })
  readonly problem: ExportProblemDto | null;

  @ApiProperty({ format: 'date-time' })
  @Field(() => Instant)
  readonly createdAt: string;

  @ApiProperty(instant)
  @Field(() => Instant, { nullable: true })
  readonly startedAt: string | null;

  @ApiProperty(instant)
  @Field(() => Instant, { nullable: true })
  readonly endedAt: string | null;

  @ApiProperty({ ...instant, description: 'When it is deleted' })
  @Field(() => Instant, { nullable: true, description: 'When it is deleted' })
  readonly expiresAt: string | null;

  constructor(view: ExportView) {
    const { writtenBytes, etaSeconds } = view.progress;
    this.id = view.id;
    this.stream = view.stream;
    this.from = view.from?.toISOString() ?? null;
    this.to = view.to?.toISOString() ?? null;
    this.session = view.sessionId ?? null;
    this.format = view.format;
    this.gaps = view.gaps;
    this.state = view.state;
    this.node = view.nodeAlias;
    this.percent = view.sizeBytes === undefined ? 0 : Math.floor((writtenBytes * 1000) / view.sizeBytes) / 10;
    this.etaSeconds = etaSeconds ?? null;
    this.sizeBytes = view.sizeBytes ?? null;
    this.durationMs = view.durationMs ?? null;
    this.fileName = view.fileName ?? null;
    this.file = view.state === 'completed' ? `/api/v1/exports/${view.id}/file` : null;
    this.problem = view.problem ?? null;
    this.createdAt = view.createdAt.toISOString();
    this.startedAt = view.startedAt?.toISOString() ?? null;
    this.endedAt = view.endedAt?.toISOString() ?? null;
    this.expiresAt = view.expiresAt?.toISOString() ?? null;
  }
}

/** What `POST /api/v1/exports/{id}/url` answers. */
export class ExportUrlDto {
  @ApiProperty({ description: 'Path of the file that needs no credentials, for whoever has it' })
  readonly file: string;

  @ApiProperty({ format: 'date-time' })
  readonly expiresAt: string;

  constructor({ file, expiresAt }: SignedFile) {
    this.file = file;
    this.expiresAt = expiresAt.toISOString();
  }
}

export class ExportPageDto {
  @ApiProperty({ type: () => [ExportDto] })
  readonly exports: ExportDto[];

  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor: string | null;

  constructor({ exports, nextCursor }: ExportPage) {
    this.exports = exports.map((view) => new ExportDto(view));
    this.nextCursor = nextCursor ?? null;
  }
}
