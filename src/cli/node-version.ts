/** The first that has what is used of it: argon2 in `node:crypto`. */
const NEEDED = [24, 7] as const;

/** @returns what to tell who runs it on a Node that is too old; undefined on one that will do */
export function complaintAboutNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return undefined;
  return `Aircheck runs on Node ${NEEDED.join('.')} or later, and this is ${version}. \`npm start\` and \`npm run aircheck\` use the one that \`npm ci\` brings.`;
}
