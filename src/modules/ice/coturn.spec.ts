import { coturnIceServer } from './coturn.js';

it('makes credentials that coturn takes until they expire', () => {
  const server = { urls: ['turn:t.example.org'], secret: 'live777', ttlSeconds: 3600 };

  // The vector of live777's own tests: secret "live777", expiry 2147483647.
  expect(coturnIceServer(server, (2_147_483_647 - 3600) * 1000 + 999)).toEqual({
    urls: ['turn:t.example.org'],
    username: '2147483647',
    credential: 'HH+w8NN6qmf+uXPId6yGRy3CLps=',
  });
});
