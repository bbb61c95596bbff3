import { Chart, KUBERNETES } from '../support/chart/chart.js';
import { MATRIX } from '../support/chart/matrix.js';
import { describeWith } from '../support/tools.js';

describeWith(
  'helm',
  'kubeconform',
  'kubernetes-schemas',
  'go',
)('the Helm chart, for a version of Kubernetes', () => {
  describe.each(Object.entries(KUBERNETES))('the %s, %s', (_which, version) => {
    let chart: Chart;
    beforeEach(async () => {
      chart = await Chart.open(version);
    });
    afterEach(() => chart[Symbol.asyncDispose]());

    it('makes objects that it takes, of everything that may be set', async () => {
      for (const [what, values] of MATRIX) {
        const { exitCode, output } = await chart.template(values);
        expect({ what, exitCode, said: exitCode === 0 ? '' : output }).toEqual({ what, exitCode: 0, said: '' });
      }

      const { exitCode, output } = await chart.conform();
      expect({ exitCode, output }).toEqual({
        exitCode: 0,
        output: expect.stringMatching(/ Invalid: 0, Errors: 0, Skipped: 0\n$/) as string,
      });
    });

    it('is judged by what this version knows', async () => {
      // Images as volumes came with 1.31.
      await chart.template({ extraVolumes: [{ name: 'models', image: { reference: 'models:1' } }] });

      const { exitCode, output } = await chart.conform();
      expect({ isTaken: exitCode === 0, output }).toEqual({
        isTaken: version === KUBERNETES.newest,
        output: expect.stringMatching(version === KUBERNETES.newest ? /Invalid: 0/ : /'image' not allowed/) as string,
      });
    });

    it('tells publishers as many addresses of a node as a pod is told', async () => {
      const { output } = await chart.template({ media: { exposure: 'hostNetwork' } });

      // More than one came with 1.30.
      const field = version === KUBERNETES.newest ? 'status.hostIPs' : 'status.hostIP';
      expect(output).toContain(`fieldPath: ${field} }`);
    });
  });

  it('is not installed on one before the lowest', async () => {
    await using before = await Chart.open('1.27.16');

    const { exitCode, output } = await before.template({});
    expect(exitCode).not.toBe(0);
    expect(output).toContain(`requires kubeVersion: >=${KUBERNETES.lowest}-0`);
  });
});
