import { Ajv, type ValidateFunction } from 'ajv';

interface Answer {
  readonly headers?: Readonly<Record<string, { readonly schema: object }>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, Answer>>;
}

export interface ApiDocument {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** Header fields of every answer, or of HTTP itself: no route documents them. */
const EVERYWHERE: readonly string[] = [
  'access-control-allow-credentials',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'etag',
  'cache-control',
  'keep-alive',
  'referrer-policy',
  'strict-transport-security',
  'transfer-encoding',
  'vary',
  'x-accel-buffering',
  'x-content-type-options',
];

/** What `/api-docs-json` promises, to hold answers of the server against it. */
export class ApiDescription {
  private readonly ajv = new Ajv({ strict: false, validateFormats: false });

  constructor(readonly document: ApiDocument) {
    this.ajv.addSchema({ $id: 'api', components: document.components });
  }

  operation(method: string, route: string): Operation {
    const operation = this.document.paths[route]?.[method.toLowerCase()];
    if (operation === undefined) throw new Error(`${method} ${route} is not documented.`);
    return operation;
  }

  /** @returns what the answer has or is that its route does not document; empty when all is well */
  async faults(method: string, route: string, response: Response): Promise<string[]> {
    const answer = this.operation(method, route).responses[response.status];
    if (answer === undefined) return [`status ${response.status}`];
    const documented = Object.keys(answer.headers ?? {}).map((name) => name.toLowerCase());
    const headers = [...response.headers.keys()].filter((name) => ![...EVERYWHERE, ...documented].includes(name));
    return [...headers.map((name) => `header ${name}`), ...(await this.bodyFaults(answer, response))];
  }

  private async bodyFaults({ content = {} }: Answer, response: Response): Promise<string[]> {
    const text = await response.text();
    const [type = ''] = (response.headers.get('content-type') ?? '').split(';', 1);
    if (text === '') return [];
    const schema = content[type]?.schema;
    if (schema === undefined) return [`body of type ${type}`];
    const validate = this.validator(schema);
    const isJson = type === 'application/json' || type.endsWith('+json');
    return validate(isJson ? JSON.parse(text) : text) ? [] : [`body: ${this.ajv.errorsText(validate.errors)}`];
  }

  private validator(schema: object): ValidateFunction {
    return this.ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as object);
  }
}
