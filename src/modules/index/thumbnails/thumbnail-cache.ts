import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What a picture is of. */
export interface PictureName {
  /** Of the recordings that it shows, without a slash at their ends. */
  readonly directories: readonly string[];
  /** What tells it from others of the same: letters, digits and hyphens. */
  readonly id: string;
}

const SUFFIX = '.jpg';
/** File names have an end; what shows more is not kept. */
const MOST_DIRECTORIES = 4;

/** Small pictures on the disk, the longest unused of which go when there are too many. What fails is as if nothing were there. */
export class ThumbnailCache {
  /** Sizes by path below the folder, the longest unused first. */
  private readonly sizes = new Map<string, number>();
  private totalBytes = 0;
  private loading: Promise<void> | undefined;

  constructor(
    private readonly folder: string,
    private readonly limitBytes: number,
  ) {}

  async read(name: PictureName): Promise<Buffer | undefined> {
    await this.load();
    const path = pathOf(name);
    const sizeBytes = this.sizes.get(path);
    if (sizeBytes === undefined) return undefined;
    try {
      const bytes = await readFile(join(this.folder, path));
      this.sizes.delete(path);
      this.sizes.set(path, sizeBytes);
      return bytes;
    } catch {
      this.drop(path);
      return undefined;
    }
  }

  async write(name: PictureName, bytes: Uint8Array): Promise<void> {
    if (name.directories.length > MOST_DIRECTORIES) return;
    await this.load();
    const path = pathOf(name);
    const target = join(this.folder, path);
    const partial = `${target}.${randomUUID()}.partial`;
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(partial, bytes);
      await rename(partial, target);
    } catch {
      await rm(partial, { force: true }).catch(() => undefined);
      return;
    }
    this.add(path, bytes.length);
    await this.shrink();
  }

  /** Pictures of what was deleted go with it. */
  async forget(directory: string): Promise<void> {
    await this.load();
    const folder = folderOf(directory);
    for (const path of [...this.sizes.keys()].filter((known) => known.includes(folder))) {
      this.drop(path);
      await rm(join(this.folder, path), { force: true }).catch(() => undefined);
    }
    await rm(join(this.folder, folder), { recursive: true, force: true }).catch(() => undefined);
  }

  private load(): Promise<void> {
    this.loading ??= this.readFolder().catch(() => undefined);
    return this.loading;
  }

  private async readFolder(): Promise<void> {
    const found: { readonly path: string; readonly sizeBytes: number; readonly usedMs: number }[] = [];
    for (const name of await readdir(this.folder, { recursive: true })) {
      if (name.endsWith('.partial')) await rm(join(this.folder, name), { force: true });
      if (!name.endsWith(SUFFIX)) continue;
      const { size, mtimeMs } = await stat(join(this.folder, name));
      found.push({ path: `${basename(dirname(name))}/${basename(name)}`, sizeBytes: size, usedMs: mtimeMs });
    }
    for (const { path, sizeBytes } of found.sort((a, b) => a.usedMs - b.usedMs)) this.add(path, sizeBytes);
  }

  private async shrink(): Promise<void> {
    for (const path of this.sizes.keys()) {
      if (this.totalBytes <= this.limitBytes) return;
      this.drop(path);
      await rm(join(this.folder, path), { force: true }).catch(() => undefined);
    }
  }

  private add(path: string, sizeBytes: number): void {
    this.drop(path);
    this.sizes.set(path, sizeBytes);
    this.totalBytes += sizeBytes;
  }

  private drop(path: string): void {
    this.totalBytes -= this.sizes.get(path) ?? 0;
    this.sizes.delete(path);
  }
}

/** In the folder of its first directory, and with the others in its name. */
function pathOf({ directories: [directory = '', ...others], id }: PictureName): string {
  return `${folderOf(directory)}/${[id, ...others.map(folderOf)].join('-')}${SUFFIX}`;
}

/** Directories have names that no file system need take. */
function folderOf(directory: string): string {
  return createHash('sha256').update(directory).digest('hex').slice(0, 32);
}
