import { Field, Int, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { Whole } from '../../../platform/graphql/scalars.js';
import type { Deletion } from '../deletion/delete-recordings.js';

/** What was deleted: the rows are gone, objects follow. */
@ObjectType('Deletion', { description: 'What was deleted: the rows are gone, objects follow.' })
export class DeletionDto {
  @ApiProperty()
  @Field(() => Int)
  readonly segmentCount: number;

  @ApiProperty({ description: 'Of their objects' })
  @Field(() => Whole, { description: 'Of their objects' })
  readonly sizeBytes: number;

  @ApiProperty({ type: [String], description: 'Key prefixes that had something of it' })
  @Field(() => [String], { description: 'Key prefixes that had something of it' })
  readonly directories: readonly string[];

  constructor({ segmentCount, sizeBytes, directories }: Deletion) {
    this.segmentCount = segmentCount;
    this.sizeBytes = sizeBytes;
    this.directories = directories;
  }
}
