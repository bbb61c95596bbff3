import { request } from './credentials';
import { explain } from './explain';

/** Gets a file as somebody who has logged in, which a link alone cannot. @throws Error with the server's own words */
export async function download(url: string, fileName: string): Promise<void> {
  const response = await request(url);
  if (!response.ok) throw new Error(await explain(response));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(link.href);
}
