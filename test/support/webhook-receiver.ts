import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a webhook says, as docs/webhooks.md has it. */
export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly stream?: string;
  readonly sequence: number;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ReceivedPost {
  readonly event: ReceivedEvent;
  readonly attempt: number;
  readonly isSigned: boolean;
}

type Answer = (event: ReceivedEvent, response: ServerResponse) => void;

/** A target of webhooks on plain node:http, which judges signatures by itself. */
export class WebhookReceiver implements AsyncDisposable {
  readonly posts: ReceivedPost[] = [];
  answer: Answer = (_event, response) => void response.writeHead(204).end();
  private readonly server: Server = createServer((request, response) => void this.take(request, response));

  private constructor(private readonly secret: string) {}

  static async start(secret: string): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(secret);
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}/hook`;
  }

  get types(): string[] {
    return this.posts.map(({ event }) => event.type);
  }

  /** Each event once, as a receiver keeps them that goes by their ids. */
  get events(): ReceivedEvent[] {
    return [...new Map(this.posts.map(({ event }) => [event.id, event])).values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const event = JSON.parse(body) as ReceivedEvent;
    const attempt = Number(request.headers['aircheck-attempt']);
    this.posts.push({ event, attempt, isSigned: this.isSigned(request, body) });
    this.answer(event, response);
  }

  private isSigned({ headers }: IncomingMessage, body: string): boolean {
    const [, time = '', signature = ''] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['aircheck-signature'])) ?? [];
    const expected = createHmac('sha256', this.secret).update(`${time}.${body}`).digest();
    const isRecent = Math.abs(Date.now() / 1000 - Number(time)) < 300;
    return isRecent && signature !== '' && timingSafeEqual(Buffer.from(signature, 'hex'), expected);
  }
}
