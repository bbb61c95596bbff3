// What answers as OSS does to a driver that puts and reads an object of zeros, without keeping it: no signature is looked at.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';

const CRC64_PATH = join(resolve(import.meta.dirname, '..'), 'dist/modules/storage/crc64.js');
const CHECKSUM_HEADER = 'x-oss-hash-crc64ecma';
const ZEROS = Buffer.alloc(64 * 1024);

interface Checksum {
  update(bytes: Uint8Array): unknown;
  decimal(): string;
}

interface Checksums {
  readonly Crc64: new () => Checksum;
}

/** Of an object that came whole, or of the parts of one that have come so far. */
interface Kept {
  readonly checksum: Checksum;
  sizeBytes: number;
}

export interface OssStore {
  readonly endpoint: string;
  stop(): void;
}

export async function startOssStore(): Promise<OssStore> {
  const { Crc64 } = (await import(CRC64_PATH)) as Checksums;
  const objects = new Map<string, Kept>();

  async function take(request: IncomingMessage, kept: Kept): Promise<string> {
    const md5 = createHash('md5');
    for await (const part of request as AsyncIterable<Buffer>) {
      md5.update(part);
      kept.checksum.update(part);
      kept.sizeBytes += part.length;
    }
    return `"${md5.digest('hex').toUpperCase()}"`;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://store');
    const kept = objects.get(pathname) ?? { checksum: new Crc64(), sizeBytes: 0 };
    if (request.method === 'GET') return send(response, kept.sizeBytes);
    if (request.method === 'PUT') {
      objects.set(pathname, kept);
      response.setHeader('ETag', await take(request, kept));
    } else request.resume();
    response.setHeader(CHECKSUM_HEADER, kept.checksum.decimal());
    if (request.method === 'PUT') response.end();
    else if (searchParams.has('uploads')) response.end(xml('InitiateMultipartUploadResult', '<UploadId>1</UploadId>'));
    else response.end(xml('CompleteMultipartUploadResult', '<ETag>"0"</ETag>'));
  }

  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => server.close() };
}

async function send(response: ServerResponse, sizeBytes: number): Promise<void> {
  response.writeHead(200, { 'Content-Length': sizeBytes });
  for (let sent = 0; sent < sizeBytes; sent += ZEROS.length) {
    if (!response.write(ZEROS.subarray(0, sizeBytes - sent))) await once(response, 'drain');
  }
  response.end();
}

function xml(name: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><${name}><Bucket>b</Bucket><Key>k</Key>${content}</${name}>`;
}
