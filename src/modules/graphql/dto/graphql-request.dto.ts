import { ApiProperty } from '@nestjs/swagger';

const OBJECT = {
  type: 'object',
  nullable: true,
  additionalProperties: true,
  selfRequired: false,
} as const;

export class GraphqlRequestInput {
  @ApiProperty({ example: '{ streams { edges { node { name isLive } } } }' })
  readonly query!: string;

  @ApiProperty(OBJECT)
  readonly variables?: Readonly<Record<string, unknown>> | null;

  @ApiProperty({ type: String, required: false, nullable: true })
  readonly operationName?: string | null;
}

/** GraphQL's own form: `extensions.code` of an error is one of docs/problems.md. */
export class GraphqlAnswerDto {
  @ApiProperty(OBJECT)
  readonly data?: Readonly<Record<string, unknown>> | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'object', required: ['message'], properties: { message: { type: 'string' } } },
    required: false,
  })
  readonly errors?: readonly object[];
}
