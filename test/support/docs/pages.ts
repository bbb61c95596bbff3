import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const PROJECT = resolve(__dirname, '../../..');
/** What a shell block may need that no machine of a test has. */
export const CLOUDS: readonly string[] = ['AWS', 'Alibaba', 'Cloudflare', 'Kubernetes'];

export interface Page {
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
}

export interface ShellBlock {
  /** `README.md:12`. */
  readonly place: string;
  readonly script: string;
  /** What stands behind `needs=`. */
  readonly needs: string | undefined;
}

/** README, CONTRIBUTING and everything under docs. */
export function readPages(): Page[] {
  const docs = readdirSync(join(PROJECT, 'docs'), { recursive: true, encoding: 'utf8' });
  const paths = [
    'README.md',
    'CONTRIBUTING.md',
    ...docs.filter((name) => name.endsWith('.md')).map((name) => join('docs', name)),
  ];
  return paths.map((path) => ({ path, text: readFileSync(join(PROJECT, path), 'utf8') }));
}

export function shellBlocks({ path, text }: Page): ShellBlock[] {
  return [...text.matchAll(/^```(?:sh|bash|shell|console)([^\n]*)\n(.*?)^```$/gms)].map((match) => ({
    place: `${path}:${text.slice(0, match.index).split('\n').length}`,
    script: match[2] ?? '',
    needs: /\bneeds=(\S+)/.exec(match[1] ?? '')?.[1],
  }));
}

/** @returns for each link to a file of the project that leads nowhere: the page and the link */
export function brokenLinks(pages: readonly Page[]): string[] {
  const headings = new Map(pages.map(({ path, text }) => [path, anchorsOf(text)]));
  return pages.flatMap(({ path, text }) => {
    const prose = text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    return links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? path : join(dirname(path), file);
        if (anchor === undefined) return !exists(target);
        return headings.get(target)?.has(anchor) !== true;
      })
      .map((link) => `${path}: ${link}`);
  });
}

function exists(path: string): boolean {
  try {
    readdirSync(join(PROJECT, path));
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'ENOTDIR';
  }
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  const plain = headings.map((heading) => heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase());
  return new Set(plain.map((heading) => heading.replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')));
}
