import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { HeaderMap } from '@apollo/server';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Caller } from '../auth/ports/caller.js';
import { CurrentCaller } from '../auth/ports/current-caller.decorator.js';
import { SignedIn } from '../auth/ports/permission.decorator.js';
import { GraphqlTooManyOperationsError } from '../../platform/graphql/graphql.errors.js';
import { OperationContext } from '../../platform/graphql/operation-context.js';
import { GraphqlAnswerDto, GraphqlRequestInput } from './dto/graphql-request.dto.js';
import { GraphqlServer } from './graphql-server.js';

/** One door for what REST has many for. */
@ApiTags('graphql')
@Controller('graphql')
export class GraphqlController {
  constructor(private readonly server: GraphqlServer) {}

  @Post()
  @HttpCode(200)
  @SignedIn()
  @ApiOperation({ summary: 'A GraphQL operation; the same path takes WebSockets of graphql-transport-ws' })
  @ApiBody({ type: GraphqlRequestInput })
  @ApiOkResponse({ type: GraphqlAnswerDto })
  @ApiResponse({ status: 400, type: GraphqlAnswerDto, description: 'Nothing was asked that could be answered' })
  @ApiResponse({ status: 500, type: GraphqlAnswerDto, description: '`internal`' })
  @ApiResponse({ status: 'default', type: GraphqlAnswerDto, description: 'Nothing could be answered' })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`: only application/json is taken' })
  async execute(
    @Req() request: Request,
    @Res() response: Response,
    @Body({ schema: z.unknown() }) body: unknown,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    if (Array.isArray(body)) throw new GraphqlTooManyOperationsError();
    const answer = await this.server.http.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers: headersOf(request), search: '', body: body ?? {} },
      context: () => Promise.resolve(new OperationContext(caller, false, request.ip ?? '')),
    });
    response.status(answer.status ?? 200);
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    if (answer.body.kind === 'complete') response.end(answer.body.string);
    else for await (const chunk of answer.body.asyncIterator) response.write(chunk);
  }
}

function headersOf({ headers }: Request): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
