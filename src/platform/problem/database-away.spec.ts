import { QueryFailedError } from 'typeorm';
import { AppError } from '../../shared/errors.js';
import { problemOf } from './problem-document.js';
import { withDatabaseAway } from './database-away.js';

const coded = (code: string, message = 'no'): Error => Object.assign(new Error(message), { code });
const failed = (code: string): Error => new QueryFailedError('SELECT 1', [], coded(code));

describe('an error of the database', () => {
  it.each([
    ...['08006', '57P01', '57P03', '53300', '55P03', 'SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT'].map(failed),
    ...['SQLITE_IOERR_READ', 'SQLITE_CANTOPEN', 'ECONNRESET'].map(failed),
    coded('ECONNREFUSED'),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
  ])('that is away is unavailable: %p', (error) => {
    const known = withDatabaseAway(error);
    expect(known).toBeInstanceOf(AppError);
    expect(problemOf(known as AppError)).toMatchObject({ status: 503, code: 'unavailable' });
  });

  it.each([failed('22021'), failed('SQLITE_ERROR'), coded('ENOENT'), new TypeError('x is undefined')])(
    'of ours stays one: %p',
    (error) => {
      expect(withDatabaseAway(error)).toBe(error);
    },
  );
});
