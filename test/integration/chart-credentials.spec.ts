import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chart } from '../support/chart/chart.js';
import { StandInCluster, type SecretData } from '../support/chart/cluster.js';
import { describeWith } from '../support/tools.js';

const NAMESPACE = 'studio';
const SECRET = `${NAMESPACE}/live-aircheck`;
const GENERATED = { AIRCHECK_AUTH_TOKENS: made(), AIRCHECK_AUTH_SECRET: made() };

/** What the chart makes: 48 letters and digits, as a Secret has them. */
function made(): unknown {
  return expect.stringMatching(/^[A-Za-z0-9+/]{64}$/) as unknown;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const KEPT = {
  AIRCHECK_AUTH_TOKENS: base64('the-token-of-the-first-install'),
  AIRCHECK_AUTH_SECRET: base64('the-key-of-the-first-install'),
};

describeWith('helm')('credentials that the chart made', () => {
  let folder: string;
  let chart: Chart;
  let cluster: StandInCluster;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-cluster-'));
    chart = await Chart.open();
    cluster = await StandInCluster.start(join(folder, 'kubeconfig'));
  });
  beforeEach(() => {
    cluster.secrets.clear();
    cluster.asked.length = 0;
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await chart[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** The Secret of the release, rendered with what the cluster has. */
  async function rendered(values: object = {}): Promise<SecretData | undefined> {
    const at = ['--dry-run=server', '--kubeconfig', join(folder, 'kubeconfig'), '--namespace', NAMESPACE];
    const objects = await chart.objects(values, at);
    return objects.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === 'live-aircheck')?.data;
  }

  it('are new on the first install, and in each release', async () => {
    const first = await rendered();
    const second = await rendered();

    expect(first).toEqual(GENERATED);
    expect(second).toEqual(GENERATED);
    for (const name of Object.keys(GENERATED)) expect(second?.[name]).not.toBe(first?.[name]);
    expect(cluster.asked.some((path) => path.endsWith('/namespaces/studio/secrets/live-aircheck'))).toBe(true);
  });

  it('are kept by an upgrade, all of them', async () => {
    cluster.secrets.set(SECRET, KEPT);

    expect(await rendered()).toEqual(KEPT);
  });

  it.each(Object.keys(KEPT))('are kept but for %s, where only that is gone', async (name) => {
    cluster.secrets.set(SECRET, Object.fromEntries(Object.entries(KEPT).filter(([key]) => key !== name)));

    expect(await rendered()).toEqual({ ...KEPT, [name]: made() });
  });

  it('are those of this release in this namespace', async () => {
    cluster.secrets.set('theatre/live-aircheck', KEPT);
    cluster.secrets.set('studio/other-aircheck', KEPT);

    expect(await rendered()).toEqual(GENERATED);
  });

  it('are kept as far as they have signed tokens, where somebody names tokens of his own', async () => {
    cluster.secrets.set(SECRET, KEPT);
    const own = { secrets: { AIRCHECK_AUTH_TOKENS: 'a-token-of-somebodys-own' } };
    const key = { secrets: { AIRCHECK_AUTH_SECRET: 'a-key-of-somebodys-own-of-32-letters' } };

    expect(await rendered(own)).toEqual({ ...KEPT, AIRCHECK_AUTH_TOKENS: base64(own.secrets.AIRCHECK_AUTH_TOKENS) });
    expect(await rendered(key)).toEqual({ AIRCHECK_AUTH_SECRET: base64(key.secrets.AIRCHECK_AUTH_SECRET) });
    expect(await rendered({ settings: { AIRCHECK_AUTH_MODE: 'none' } })).toBeUndefined();
    cluster.secrets.clear();
    expect(await rendered(own)).toEqual({ AIRCHECK_AUTH_TOKENS: base64(own.secrets.AIRCHECK_AUTH_TOKENS) });
  });

  it('give way to those that somebody names', async () => {
    cluster.secrets.set(SECRET, KEPT);
    const own = { secrets: { AIRCHECK_AUTH_TOKENS: 'a-token-of-somebodys-own' } };

    expect(await rendered(own)).toMatchObject({ AIRCHECK_AUTH_TOKENS: base64(own.secrets.AIRCHECK_AUTH_TOKENS) });
    expect(await rendered({ existingSecret: 'ours' })).toBeUndefined();
  });
});
