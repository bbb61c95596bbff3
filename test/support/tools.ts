import { canMount } from './small-disk.js';

export type ToolName = 'chromium' | 'ffmpeg' | 'gstreamer' | 'aiortc' | 'go' | 'minio';

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

/** `it`, or a counted and named skip where a system tool or right is missing. */
export function itWith(...tools: (ToolName | 'mount')[]): jest.It {
  const isMissing = (tool: ToolName | 'mount'): boolean => missing.has(tool) || (tool === 'mount' && !canMount());
  return tools.some(isMissing) ? it.skip : it;
}
