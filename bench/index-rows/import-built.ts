/** A module of the built server: its decorators are nothing that Node reads from TypeScript. */
export async function importBuilt<T>(path: string): Promise<T> {
  return (await import(new URL(`../../dist/${path}`, import.meta.url).href)) as T;
}
