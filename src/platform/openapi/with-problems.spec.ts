import { withProblems } from './with-problems.js';

const document = withProblems({
  openapi: '3.0.0',
  info: { title: 'Aircheck', version: '0' },
  paths: {
    '/thing': {
      get: { responses: { 200: { description: 'A thing' }, 404: { description: '`thing-not-found`' } } },
      head: { responses: { 404: { description: '`thing-not-found`' } } },
    },
  },
});
const answers = document.paths['/thing']?.get?.responses;

it('describes the document of every problem, and of nothing else', () => {
  expect(answers?.['404']).toMatchObject({
    description: '`thing-not-found`',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
  expect(answers?.['200']).not.toHaveProperty('content');
  expect(document.components?.schemas).toHaveProperty('Problem');
});

it('says of every route what all routes may answer', () => {
  expect(Object.keys(answers ?? {})).toEqual(
    expect.arrayContaining(['400', '408', '414', '431', '500', '503', 'default']),
  );
  expect(answers?.['503']).toHaveProperty('headers.Retry-After');
});

it('keeps another form that a route gives its problems', () => {
  const form = { 'application/json': { schema: { type: 'object' as const } } };
  const { paths } = withProblems({
    openapi: '3.0.0',
    info: { title: 'Aircheck', version: '0' },
    paths: { '/thing': { post: { responses: { 400: { description: 'No thing', content: form } } } } },
  });

  expect(paths['/thing']?.post?.responses['400']).toMatchObject({
    content: { ...form, 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
});

it('describes no body of an answer to HEAD', () => {
  expect(document.paths['/thing']?.head?.responses['404']).not.toHaveProperty('content');
});
