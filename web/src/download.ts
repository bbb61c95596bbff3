import { request } from './credentials';
import { refusalOf } from './explain';

/** Gets a file as somebody who has logged in, which a link alone cannot. @throws {Refusal} */
export async function download(url: string, fileName: string): Promise<void> {
  const response = await request(url);
  if (!response.ok) throw await refusalOf(response);
  const blobUrl = URL.createObjectURL(await response.blob());
  save(blobUrl, fileName);
  URL.revokeObjectURL(blobUrl);
}

/** Has the browser save what is at an address that needs no token. */
export function save(url: string, fileName: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
}
