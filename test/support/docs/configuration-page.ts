import { listSettings, type Setting } from '../../../src/config/settings.js';
import { groupBy } from '../../../src/shared/group-by.js';

const HEAD = `# Configuration

Every setting, made of the schema that the server checks them by. Each has a key of the file \`aircheck.toml\` (or the one that \`-c FILE\` or
\`AIRCHECK_CONFIG\` names) and a variable. \`AIRCHECK_*\` beats \`PORT\`, \`DATABASE_URL\` and \`LOG_LEVEL\`, which beat the file, which beats the defaults.
A \`.env\` in the working directory is read first; the real environment wins. An empty variable counts as absent. In variables lists are comma separated and
lists of tables are JSON. A wrong value stops the start with one sentence; a key that nobody knows too. \`aircheck doctor\` tries what is configured
([troubleshooting.md](troubleshooting.md)).

\`\`\`toml
# aircheck.toml
[recorder]
segment_duration_seconds = 4
auto_streams = ["studio-*"]

[recorder.storage]
type = "s3"
bucket = "recordings"
\`\`\`
`;

/** What the tables are about, in a few words. */
const TITLES: Readonly<Record<string, string>> = {
  http: 'Pages, API, metrics',
  webrtc: 'Media ports and addresses: see [ice.md](ice.md)',
  engine: 'Media workers',
  recorder: 'Recording, and where recordings are kept: see [buckets.md](buckets.md)',
  retention: 'What is deleted, and when: see [durability.md](durability.md)',
  playback: 'Playback: see [playback.md](playback.md)',
  exports: 'Files made of recordings: see [exports.md](exports.md)',
  database: 'The index: see [database.md](database.md)',
  graphql: 'GraphQL: see [graphql.md](graphql.md)',
  tracing: 'Spans for OpenTelemetry, which has names of its own for these: see [tracing.md](tracing.md)',
  cascade: 'Streams between servers: see [cascade.md](cascade.md)',
  auth: 'Who may: see [auth.md](auth.md)',
};

/** @returns docs/configuration.md */
export function configurationPage(): string {
  const tables = groupBy(listSettings(), ({ key }) => key.split('.')[0] ?? '');
  const parts = [...tables].map(([table, settings]) => {
    const title = TITLES[table] === undefined ? '' : `${TITLES[table]}\n\n`;
    return `## ${table}\n\n${title}| key | variable | default | values | what |\n| --- | --- | --- | --- | --- |\n${settings.map(row).join('\n')}`;
  });
  return [HEAD, ...parts].join('\n\n');
}

function row({ key, variable, default: byDefault, unit, description, secret }: Setting): string {
  const shown = Array.isArray(byDefault) ? byDefault.join(',') : String(byDefault);
  const cells = [
    `\`${key}\``,
    `\`${variable}\``,
    shown === '' ? '' : `\`${shown}\``,
    plain(unit),
    plain(secret === 'value' ? `${description} Never shown.` : description),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A star is a star, and begins nothing that leans. */
function plain(words: string): string {
  return words.replaceAll('*', '\\*');
}
