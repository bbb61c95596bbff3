import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { ClientLeftError, sendParts } from '../../src/platform/http/resource/send-parts.js';

const PART_BYTES = 128 * 1024;
/** More than the kernel takes for a client that does not read. */
const PARTS = 256;

/** Parts that all lie in the same memory, each filled with its number. */
async function* partsInOneBuffer(): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(PART_BYTES);
  for (let number = 0; number < PARTS; number += 1) {
    await Promise.resolve();
    yield memory.fill(number);
  }
}

/** @returns what a client gets, and how the sending ends */
async function send(parts: AsyncIterable<Uint8Array>): Promise<{ response: IncomingMessage; sent: Promise<unknown> }> {
  const server = createServer();
  const asked = once(server, 'request');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = get({ port: (server.address() as AddressInfo).port, agent: false });
  const [, answer] = (await asked) as [unknown, Parameters<typeof sendParts>[0]];
  const sent = sendParts(answer, parts).catch((error: unknown) => error);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  server.close();
  return { response, sent };
}

it('sends each part as it was, though the next one takes its memory', async () => {
  const { response, sent } = await send(partsInOneBuffer());
  await setTimeout(50);

  const body = await buffer(response);

  await expect(sent).resolves.toBeUndefined();
  expect(body).toHaveLength(PARTS * PART_BYTES);
  for (let number = 0; number < PARTS; number += 1) {
    const part = body.subarray(number * PART_BYTES, (number + 1) * PART_BYTES);
    expect(part.equals(Buffer.alloc(PART_BYTES, number))).toBe(true);
  }
});

it('ends, and asks for no more, when the client leaves', async () => {
  const { response, sent } = await send(partsInOneBuffer());

  response.destroy();

  await expect(sent).resolves.toBeInstanceOf(ClientLeftError);
});

it('breaks the connection off when a part cannot be had', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('begun'));
    throw new Error('gone');
  }
  const { response, sent } = await send(broken());

  await expect(buffer(response)).rejects.toThrow('aborted');
  await expect(sent).resolves.toMatchObject({ message: 'gone' });
});
