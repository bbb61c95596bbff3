/**
 * @param response of another server, which may send without end
 * @returns its body
 * @throws {RangeError} once there is more than `mostBytes` of it @throws when it breaks off
 */
export async function limitedText({ body }: Response, mostBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    parts.push(part);
    sizeBytes += part.length;
    if (sizeBytes > mostBytes) throw new RangeError(`more than ${String(mostBytes / 1024)} KiB`);
  }
  return Buffer.concat(parts).toString();
}
