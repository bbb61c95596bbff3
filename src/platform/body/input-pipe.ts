import { StandardSchemaValidationPipe } from '@nestjs/common';
import { InputInvalidError } from './body.errors.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Holds bodies and queries against the schema of their parameter: what does not fit is {@link InputInvalidError}. */
export function inputPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => new InputInvalidError(issues.map(complaintOf)),
  });
}

function complaintOf({ message, path = [] }: Issue): string {
  const names = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return names.length === 0 ? message : `${names.join('.')}: ${message}`;
}
