import 'reflect-metadata';
import { Body, Param } from '@nestjs/common';
import { z } from 'zod';
import { wantedBody } from './wanted-body.js';

class Doors {
  text(@Param('id') id: string, @Body() body: string | undefined): string {
    return id + (body ?? '');
  }

  json(@Body({ schema: z.object({}) }) body: object): object {
    return body;
  }

  none(@Param('id') id: string): string {
    return id;
  }
}

describe('the body a handler wants', () => {
  it('is text where it takes it as it is', () => {
    expect(wantedBody(Doors, 'text')).toBe('text');
  });

  it('is JSON where a schema checks it', () => {
    expect(wantedBody(Doors, 'json')).toBe('json');
  });

  it('is none where it takes none', () => {
    expect(wantedBody(Doors, 'none')).toBeUndefined();
  });
});
