// Real senders and players keep real time on a machine that may be busy: a test of theirs that fails is told of and tried once more.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
