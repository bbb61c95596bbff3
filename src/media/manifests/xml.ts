/** Attributes of an element; undefined ones are left out. */
export type XmlAttributes = Readonly<Record<string, string | number | undefined>>;

/** @returns lines of an element, its children one step to the right */
export function element(name: string, attributes: XmlAttributes, children: readonly string[] = []): string[] {
  const start = `<${name}${writeAttributes(attributes)}`;
  if (children.length === 0) return [`${start}/>`];
  return [`${start}>`, ...children.map((line) => `  ${line}`), `</${name}>`];
}

function writeAttributes(attributes: XmlAttributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${typeof value === 'string' ? escapeXml(value) : String(value)}"`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Not allowed in XML 1.0, not even escaped. */
// eslint-disable-next-line no-control-regex -- control characters are what this finds
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** White space in attributes is written as references, or a parser makes spaces of it. */
function escapeXml(text: string): string {
  return text
    .replace(FORBIDDEN, '')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replace(/[\t\n\r]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
