import { until } from './wait.js';
import type { TestServer } from './server.js';

interface InspectorMessage {
  readonly method?: string;
  readonly params?: { readonly sessionId: string; readonly workerInfo: { readonly title: string } };
}

/** Settings with which {@link endWorker} finds the server's inspector. */
export const INSPECTABLE = { NODE_OPTIONS: '--inspect-port=127.0.0.1:0' } as const;

/**
 * Ends one engine worker from outside, as a crash of its thread would: through the inspector that every Node.js process
 * opens at SIGUSR1.
 *
 * @param title ends with these characters
 */
export async function endWorker(server: TestServer, title: string): Promise<void> {
  process.kill(server.pid, 'SIGUSR1');
  const address = (): string | undefined => /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(server.log)?.[0];
  await until(() => address() !== undefined, 'the inspector listens');
  const inspector = new WebSocket(address() ?? '');
  const found = new Promise<string>((resolve) => {
    inspector.addEventListener('message', ({ data }) => {
      const { method, params } = JSON.parse(String(data)) as InspectorMessage;
      if (method === 'NodeWorker.attachedToWorker' && params?.workerInfo.title.endsWith(title) === true)
        resolve(params.sessionId);
    });
  });
  await new Promise((resolve) => {
    inspector.addEventListener('open', resolve);
  });
  const ask = (id: number, method: string, params: object): void => {
    inspector.send(JSON.stringify({ id, method, params }));
  };
  ask(1, 'NodeWorker.enable', { waitForDebuggerOnStart: false });
  const sessionId = await found;
  const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: 'process.exit(1)' } });
  ask(2, 'NodeWorker.sendMessageToWorker', { sessionId, message });
  await new Promise((resolve) => {
    inspector.addEventListener('message', ({ data }) => {
      if ((JSON.parse(String(data)) as InspectorMessage).method === 'NodeWorker.detachedFromWorker') resolve(undefined);
    });
  });
  inspector.close();
}
