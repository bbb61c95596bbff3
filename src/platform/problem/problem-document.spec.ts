import { AppError } from '../../shared/errors.js';
import { problemOf, problemOfStatus } from './problem-document.js';

class TeapotColdError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'teapot-cold';
}

describe('a problem document', () => {
  it('of an error says what happened, with its facts', () => {
    expect(problemOf(new TeapotColdError('The teapot is cold.', { degrees: 12 }))).toEqual({
      type: 'urn:aircheck:problem:teapot-cold',
      title: 'Teapot cold',
      status: 422,
      code: 'teapot-cold',
      detail: 'The teapot is cold.',
      degrees: 12,
    });
  });

  it('does not let facts replace its own members', () => {
    expect(problemOf(new TeapotColdError('Cold.', { status: 200, code: 'fine' }))).toMatchObject({
      status: 422,
      code: 'teapot-cold',
    });
  });

  it('of a failure of our own tells nothing about it', () => {
    expect(problemOfStatus(500, 'SQLITE_ERROR: no such table')).toMatchObject({
      code: 'internal',
      detail: 'The server failed to answer this request.',
    });
  });

  it('has a stable code for each status of the framework', () => {
    expect(problemOfStatus(413, 'x').code).toBe('body-too-large');
    expect(problemOfStatus(418, 'x').code).toBe('request-refused');
  });
});
