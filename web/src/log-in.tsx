import type { SubmitEvent } from 'react';
import { Problem, useAttempt } from './attempt';
import { logIn, useToken } from './credentials';

/** Asks who one is, by an account or by a token. */
export function LogIn(): React.JSX.Element {
  const { isBusy, problem, attempt } = useAttempt();
  const submit = (event: SubmitEvent<HTMLFormElement>, find: (form: FormData) => Promise<string>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    attempt(() => find(form).then(useToken));
  };
  return (
    <section className="card" aria-labelledby="log-in">
      <h2 id="log-in">Log in</h2>
      <form onSubmit={(event) => submit(event, (form) => logIn(textOf(form, 'username'), textOf(form, 'password')))}>
        <label>
          User name
          <input name="username" required autoComplete="username" autoCapitalize="none" spellCheck={false} />
        </label>
        <label>
          Password
          <input name="password" type="password" required autoComplete="current-password" />
        </label>
        <button type="submit" className="primary" disabled={isBusy}>
          Log in
        </button>
      </form>
      <form onSubmit={(event) => submit(event, (form) => Promise.resolve(textOf(form, 'token').trim()))}>
        <label>
          Or a token
          <input name="token" type="password" required autoComplete="off" />
        </label>
        <button type="submit" disabled={isBusy}>
          Use the token
        </button>
      </form>
      <Problem text={problem} />
    </section>
  );
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
