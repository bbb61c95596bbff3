import { ApolloServer, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import { Injectable } from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';

/**
 * Builds the schema and starts the GraphQL server, and leaves the route to a controller: credentials, content type, size
 * and broken bodies are judged there as on every other route.
 */
@Injectable()
export class ApolloServerDriver extends ApolloDriver {
  protected override async registerExpress(options: ApolloDriverConfig): Promise<void> {
    if (options.schema === undefined) throw new RangeError('no GraphQL schema');
    const { schema, plugins, formatError, introspection } = options;
    const server = new ApolloServer<BaseContext>({
      schema,
      introspection: introspection === true,
      includeStacktraceInErrorResponses: false,
      persistedQueries: false,
      hideSchemaDetailsFromClientErrors: introspection !== true,
      parseOptions: { maxLexicalTokens: MOST_TOKENS },
      stopOnTerminationSignals: false,
      plugins: (plugins ?? []) as ApolloServerPlugin[],
      ...(formatError === undefined ? {} : { formatError }),
    });
    await server.start();
    this.apolloServer = server;
  }
}

/** Of a document: some hundred fields. */
export const MOST_TOKENS = 4000;
