/** An element of a document without text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
}

const TAG = /<(\/?)([A-Za-z][\w:]*)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>/g;
const ATTRIBUTE = /([\w:]+)="([^"<]*)"/g;

/** @throws what is not well-formed: whatever stands between two tags, tags that do not match, an attribute twice */
export function parseXml(text: string): XmlElement {
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>/, '');
  const rest = body.replace(TAG, '').trim();
  if (rest !== '') throw new Error(`Not XML: ${rest.slice(0, 100)}`);
  const document = { name: '', attributes: {}, children: [] as XmlElement[] };
  const open: { readonly name: string; readonly children: XmlElement[] }[] = [document];
  for (const [, closing, name = '', attributes = '', empty] of body.matchAll(TAG)) {
    if (closing === '/') {
      if (open.pop()?.name !== name) throw new Error(`Not XML: </${name}> closes another element.`);
      continue;
    }
    const element = { name, attributes: readAttributes(attributes), children: [] as XmlElement[] };
    open.at(-1)?.children.push(element);
    if (empty !== '/') open.push(element);
  }
  const [root] = document.children;
  if (root === undefined || document.children.length > 1 || open.length > 1) throw new Error('Not one whole element.');
  return root;
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [name, value] as const);
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw new Error(`An attribute twice:${text}`);
  return Object.fromEntries(pairs);
}
