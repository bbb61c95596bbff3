import { canCompile } from './faulty-disk.js';
import { hasDashSchema } from './judges/dash-schema.js';
import { canMakeNetworks } from './network/network-without-udp.js';
import { canMount } from './small-disk.js';

export type ToolName =
  | 'chromium'
  | 'ffmpeg'
  | 'gstreamer'
  | 'aiortc'
  | 'coturn'
  | 'go'
  | 'gst-launch'
  | 'hadolint'
  | 'helm'
  | 'kubeconform'
  | 'kubernetes-schemas'
  | 'minio'
  | 'postgres'
  | 'promtool'
  | 'schemathesis'
  | 'systemd';

/** Told by scripts/test-tools.mjs: names of missing tools, and why each is. */
const missing = new Map(
  Object.entries(JSON.parse(process.env['AIRCHECK_TEST_MISSING_TOOLS'] ?? '{}') as Record<string, string>),
);

/** @returns undefined when it is here, else the install command that failed, or that none was found for this machine */
export function whyMissing(tool: ToolName): string | undefined {
  return missing.get(tool);
}

/** `describe`, or a counted and named skip of all that is in it where a system tool is missing. */
export function describeWith(...tools: ToolName[]): jest.Describe {
  return tools.some((tool) => missing.has(tool)) ? describe.skip : describe;
}

/** What is not a tool to install, but a matter of the machine, of the rights on it, and of what may be passed on. */
const abilities = {
  mount: canMount,
  compiler: canCompile,
  network: canMakeNetworks,
  'DASH schema': hasDashSchema,
  // Programs of live777's makers: whoever has built them says where they are.
  LIVE777: () => isNamed('LIVE777'),
  LIVEMAN: () => isNamed('LIVEMAN'),
} as const;
type Ability = keyof typeof abilities;

/** A variable of the environment names a program. */
function isNamed(variable: string): boolean {
  return (process.env[variable] ?? '') !== '';
}

const isAbility = (name: ToolName | Ability): name is Ability => name in abilities;

/** `it`, or a counted and named skip where a system tool or right is missing. */
export function itWith(...tools: (ToolName | Ability)[]): jest.It {
  const isMissing = (tool: ToolName | Ability): boolean => (isAbility(tool) ? !abilities[tool]() : missing.has(tool));
  return tools.some(isMissing) ? it.skip : it;
}
