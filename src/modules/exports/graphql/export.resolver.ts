import { Args, Field, ID, InputType, Mutation, Query, Resolver } from '@nestjs/graphql';
import { InputInvalidError } from '../../../platform/body/body.errors.js';
import { Instant } from '../../../platform/graphql/scalars.js';
import { Audited } from '../../audit/ports/audited.decorator.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { onStream, onStreamOf } from '../../auth/ports/place.js';
import { selectionOf } from '../clips/clip-query.js';
import { ExportDto, GapRuleEnum } from '../dto/export.dto.js';
import { exportInput, type ExportInput } from '../export-query.js';
import { ExportOwner } from '../export-owner.js';
import { ExportsService } from '../exports.service.js';

@InputType({ description: 'A range of time, or a session.' })
class CreateExportInput {
  @Field(() => ID)
  readonly stream!: string;

  @Field(() => Instant, { nullable: true, description: 'The first picture.' })
  readonly from?: Date | null;

  @Field(() => Instant, { nullable: true, description: 'Exclusive.' })
  readonly to?: Date | null;

  @Field(() => ID, { nullable: true, description: 'Id of a recording session, instead of `from` and `to`.' })
  readonly session?: string | null;

  @Field(() => String, { defaultValue: 'mp4', description: 'As over REST: mp4, fmp4, ogg or webm.' })
  readonly format!: string;

  @Field(() => GapRuleEnum, { defaultValue: 'keep' })
  readonly gaps!: string;
}

/** Files made of recordings. */
@Resolver(() => ExportDto)
@Permission('playback', onStreamOf(ExportOwner, 'id'))
export class ExportResolver {
  constructor(private readonly exports: ExportsService) {}

  @Query(() => ExportDto, { name: 'export', nullable: true, description: 'One export and how far it is.' })
  async find(@Args('id', { type: () => ID }) id: string): Promise<ExportDto | null> {
    const view = await this.exports.search(id);
    return view === undefined ? null : new ExportDto(view);
  }

  @Permission('playback', onStream('input.stream'))
  @Mutation(() => ExportDto, { description: 'Has a file made of a range of what was recorded, or of a session.' })
  @Audited('export-created')
  async createExport(@Args('input', { type: () => CreateExportInput }) input: CreateExportInput): Promise<ExportDto> {
    const checked = check(input);
    const { stream, format, gaps } = checked;
    return new ExportDto(await this.exports.create({ stream, format, gaps, selection: selectionOf(checked) }));
  }
}

/** The rules of `POST /api/v1/exports`. @throws {InputInvalidError} */
function check({ from, to, session, ...input }: CreateExportInput): ExportInput {
  const read = exportInput.safeParse({
    ...input,
    from: from?.toISOString(),
    to: to?.toISOString(),
    session: session ?? undefined,
  });
  if (read.success) return read.data;
  throw new InputInvalidError(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
}
