const missing = new Set((process.env['AIRCHECK_TEST_MISSING_TOOLS'] ?? '').split(',').filter((name) => name !== ''));

/** `it`, or a counted and named skip where a system tool is missing. */
export function itWith(...tools: ('chromium' | 'ffmpeg')[]): jest.It {
  return tools.some((tool) => missing.has(tool)) ? it.skip : it;
}
