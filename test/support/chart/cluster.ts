import { writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { listen, type Listening } from '../listening.js';

export type SecretData = Readonly<Record<string, string>>;

/** As much of a Kubernetes API server as Helm asks when a chart looks up a Secret. */
export class StandInCluster implements AsyncDisposable {
  /** By `namespace/name`; what is not here is not found. */
  readonly secrets = new Map<string, SecretData>();
  /** Paths, as they were asked for. */
  readonly asked: string[] = [];
  private readonly server = createServer(({ url = '' }, response) => {
    this.asked.push(url);
    this.answer(new URL(url, 'http://cluster').pathname, response);
  });
  private listening: Listening | undefined;

  /** @param file where the kubeconfig is written */
  static async start(file: string): Promise<StandInCluster> {
    const cluster = new StandInCluster();
    cluster.listening = await listen(cluster.server);
    await writeFile(file, JSON.stringify(kubeconfig(cluster.listening.url)));
    return cluster;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await this.listening?.[Symbol.asyncDispose]();
  }

  private answer(path: string, response: ServerResponse): void {
    if (path === '/api/v1') {
      send(response, 200, RESOURCES);
      return;
    }
    const [, namespace = '', name = ''] = /^\/api\/v1\/namespaces\/([^/]+)\/secrets\/([^/]+)$/.exec(path) ?? [];
    const data = this.secrets.get(`${namespace}/${name}`);
    if (data === undefined) {
      send(response, 404, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 });
      return;
    }
    send(response, 200, { kind: 'Secret', apiVersion: 'v1', metadata: { name, namespace }, type: 'Opaque', data });
  }
}

/** What discovery says of the core group, as far as it is asked for here. */
const RESOURCES = {
  kind: 'APIResourceList',
  groupVersion: 'v1',
  resources: [{ name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret', verbs: ['get', 'list'] }],
};

const kubeconfig = (server: string): object => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'stand-in', cluster: { server } }],
  users: [{ name: 'somebody', user: {} }],
  contexts: [{ name: 'stand-in', context: { cluster: 'stand-in', user: 'somebody' } }],
  'current-context': 'stand-in',
});

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
