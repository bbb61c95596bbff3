import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { ForbiddenAddresses } from './forbidden-addresses.js';
import { guardedPost, type OutgoingAnswer } from './guarded-request.js';

/** Posts to a target that does `answer` with the connection. @returns what came, and whether the target was left */
async function postTo(
  answer: (socket: Socket) => void,
  signal = new AbortController().signal,
): Promise<{ readonly answer: Promise<OutgoingAnswer>; readonly left: Promise<unknown> }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      answer(socket);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const post = { url: `http://127.0.0.1:${port}/`, headers: {}, body: '{}', timeoutMs: 300, signal };
  const answered = guardedPost(post, new ForbiddenAddresses(['127.0.0.1']));
  const left = answered.then(ignore, ignore).then(() => {
    server.close();
    return once(server, 'close');
  });
  return { answer: answered, left };
}

function ignore(): void {
  // The test judges it.
}

describe('guardedPost', () => {
  it('returns the answer', async () => {
    const { answer, left } = await postTo((socket) => socket.write('HTTP/1.1 202 OK\r\nContent-Length: 2\r\n\r\nok'));

    await expect(answer).resolves.toEqual({ status: 202, text: 'ok' });
    await left;
  });

  it('takes another protocol for a failure, and leaves it', async () => {
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello';
    const { answer, left } = await postTo((socket) => socket.write(upgrade));

    await expect(answer).rejects.toThrow('another protocol');
    await left;
  });

  it.each([
    ['nothing', ''],
    ['half an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    ['that it goes on', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('waits no longer than said for a target that answers %s', async (_what, text) => {
    const { answer, left } = await postTo((socket) => socket.write(text));

    await expect(answer).rejects.toThrow('No answer in 300 ms.');
    await left;
  });

  it('ends when it is told to', async () => {
    const end = new AbortController();
    const { answer, left } = await postTo(() => {
      end.abort();
    }, end.signal);

    await expect(answer).rejects.toThrow('aborted');
    await left;
  });
});
