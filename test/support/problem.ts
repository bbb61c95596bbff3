import { Ajv } from 'ajv';

const isProblem = new Ajv().compile({
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', pattern: '^[a-z][a-z0-9-]*$' },
    detail: { type: 'string' },
  },
});

/** @returns status and code of an answer that must be a problem document (RFC 9457) */
export async function problem(response: Response): Promise<{ status: number; code: string; detail: string }> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const body = (await response.json()) as { status: number; code: string; detail: string };
  expect(isProblem(body)).toBe(true);
  expect(body.status).toBe(response.status);
  return { status: body.status, code: body.code, detail: body.detail };
}
