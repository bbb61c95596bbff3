/** @returns what comes before the name, with its slash; empty where there is only a name */
export function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/') + 1);
}

/** @returns the address of another name in the same folder */
export function besideUri(uri: string, name: string): string {
  return folderOf(uri) + name;
}
