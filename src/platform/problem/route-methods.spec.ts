import express, { type RequestHandler } from 'express';
import { methodsOfPath } from './route-methods.js';

const answer: RequestHandler = (_request, response) => {
  response.end();
};

describe('the methods of a path', () => {
  const application = express();
  application.use(answer);
  application.all('/{*path}', answer);
  application.get('/api/:stream', answer);
  application.delete('/api/:stream', answer);
  application.post('/whip/:stream', answer);

  it('are those of all its routes, HEAD with GET', () => {
    expect(methodsOfPath(application, '/api/cam')).toEqual(['DELETE', 'GET', 'HEAD']);
    expect(methodsOfPath(application, '/whip/cam')).toEqual(['POST']);
  });

  it('are none when only middleware answers', () => {
    expect(methodsOfPath(application, '/nothing')).toEqual([]);
  });

  it('are none for a path that cannot be decoded', () => {
    expect(methodsOfPath(application, '/api/%zz')).toEqual([]);
  });
});
