import { AppError } from '../../../shared/errors.js';

export class AccountNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'account-not-found';

  constructor(username: string) {
    super('The database has no account of this name.', { username });
  }
}

export class AccountExistsError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'account-exists';

  constructor(username: string) {
    super('There is an account of this name.', { username });
  }
}

export class AccountConfiguredError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'account-configured';

  constructor(username: string) {
    super('The account is in the configuration (auth.accounts) and is changed there.', { username });
  }
}

export class PasswordWeakError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'password-weak';

  /** @param why follows "The password" */
  constructor(why: string) {
    super(`The password ${why}: choose another one.`);
  }
}

export class AccountsUnavailableError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'accounts-unavailable';

  constructor() {
    super('Nobody has to log in here: configure auth.secret first.');
  }
}
