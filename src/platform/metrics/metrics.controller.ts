import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Registry } from 'prom-client';
import { MetricsAudience } from './metrics-audience.js';

/** A sample with the name of a stream among its labels. */
const OF_STREAM = /^\w+\{(?:\w+="(?:[^"\\]|\\.)*",)*stream="/;

/** What Prometheus scrapes. Wants a token with `http.metrics_public = false`, and for names of streams where authorisation is on. */
@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly registry: Registry,
    private readonly modules: ModuleRef,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Metrics in the text format of Prometheus' })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const audience = this.modules.get(MetricsAudience, { strict: false });
    const mayReadNames = await audience.mayReadNames(request);
    const text = await this.registry.metrics();
    response.setHeader('Content-Type', this.registry.contentType);
    response.end(mayReadNames ? text : withoutStreams(text));
  }
}

function withoutStreams(text: string): string {
  const lines = text.split('\n');
  return lines.filter((line) => !OF_STREAM.test(line)).join('\n');
}
