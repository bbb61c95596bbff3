import { canMount } from './small-disk.js';

const missing = new Set((process.env['AIRCHECK_TEST_MISSING_TOOLS'] ?? '').split(',').filter((name) => name !== ''));

/** `it`, or a counted and named skip where a system tool or right is missing. */
export function itWith(...tools: ('chromium' | 'ffmpeg' | 'mount')[]): jest.It {
  const isMissing = (tool: (typeof tools)[number]): boolean => missing.has(tool) || (tool === 'mount' && !canMount());
  return tools.some(isMissing) ? it.skip : it;
}
