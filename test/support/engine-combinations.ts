const receivers = ['dgram', 'fd'] as const;
const implementations = ['node', 'wasm'] as const;

/** How the engine hears datagrams, and what opens and seals media: settings, whichever of which must do the same. */
export interface EngineCombination {
  readonly receive: (typeof receivers)[number];
  readonly srtp: (typeof implementations)[number];
}

/** For what takes a few seconds. */
export const everyCombination: readonly EngineCombination[] = receivers.flatMap((receive) =>
  implementations.map((srtp) => ({ receive, srtp })),
);

/** For what takes longer: two that have nothing in common. */
export const oppositeCombinations: readonly EngineCombination[] = [
  { receive: 'fd', srtp: 'wasm' },
  { receive: 'dgram', srtp: 'node' },
];

/** What those tests run with that do not say: `npm test -- --engine=dgram+node`; undefined for the server's own choice. */
export const wantedCombination = parse(process.env['AIRCHECK_TEST_ENGINE']);

/** For some of what runs once with a server and browsers: others of that have the server's own choice, which is the opposite. */
export const otherCombination: EngineCombination = wantedCombination ?? { receive: 'dgram', srtp: 'node' };

/** For a server. */
export function environmentOf(combination: EngineCombination | undefined): Readonly<Record<string, string>> {
  if (combination === undefined) return {};
  return { AIRCHECK_ENGINE_RECEIVE: combination.receive, AIRCHECK_ENGINE_SRTP: combination.srtp };
}

/**
 * One test for each combination, whose name says which; a counted skip of those that this system has not.
 * @param run `it`, or what stands in for it where a tool is missing
 */
export function itByEngine(
  combinations: readonly EngineCombination[],
  run: jest.It = it,
): (name: string, test: (combination: EngineCombination) => Promise<void>) => void {
  return (name, test) => {
    for (const combination of combinations) {
      const { receive, srtp } = combination;
      (isPossible(combination) ? run : it.skip)(`${name} (${receive}, ${srtp})`, () => test(combination));
    }
  };
}

/** Elsewhere sockets have no descriptor. A Node that has none either is told of by src/engine/udp/udp-port.spec.ts. */
function isPossible({ receive }: EngineCombination): boolean {
  return receive !== 'fd' || process.platform !== 'win32';
}

/** @throws {Error} for words that name none */
function parse(words: string | undefined): EngineCombination | undefined {
  if (words === undefined || words === '') return undefined;
  const found = everyCombination.find(({ receive, srtp }) => words === `${receive}+${srtp}`);
  if (found === undefined) throw new Error(`No engine is called ${words}: dgram or fd, then +node or +wasm.`);
  return found;
}
