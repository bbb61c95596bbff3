/** What OSS does not do, as it says so. */
export class OssRefusal extends Error {
  /** @param details further elements of the XML */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    private readonly details = '',
  ) {
    super(message);
  }

  xml(requestId: string): string {
    return `<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>${this.code}</Code>
  <Message>${this.message}</Message>
  <RequestId>${requestId}</RequestId>
  <HostId>oss.test</HostId>
  ${this.details}
</Error>
`;
  }
}
