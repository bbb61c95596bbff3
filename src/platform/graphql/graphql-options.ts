import type { ApolloServerPlugin } from '@apollo/server';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { OperationTypeNode, type GraphQLFormattedError } from 'graphql';
import type { AppConfig } from '../../config/index.js';
import { AppError } from '../../shared/errors.js';
import { DATABASE_RETRY_SECONDS } from '../problem/database-away.js';
import { formatFailure, graphqlErrorOf } from './format-failure.js';
import { SubscriptionOverPostError } from './graphql.errors.js';
import { checkOperation, type OperationLimits } from './operation-limits.js';

export function limitsOf({ graphql }: AppConfig): OperationLimits {
  return { depth: graphql.max_depth, aliases: graphql.max_aliases, objects: graphql.max_objects };
}

/** Code first: the schema is made of the resolvers of all modules. */
export function graphqlOptions(config: AppConfig): Omit<ApolloDriverConfig, 'driver'> {
  return {
    autoSchemaFile: true,
    sortSchema: true,
    graphiql: false,
    introspection: config.graphql.introspection,
    fieldResolverEnhancers: ['guards'],
    autoTransformHttpErrors: false,
    preserveHttpStatusForExecutionErrors: false,
    formatError: formatFailure,
    plugins: [limiting(limitsOf(config)), statusOfFailure],
  };
}

function limiting(limits: OperationLimits): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ schema, document, request, operation }) => {
          try {
            if (operation?.operation === OperationTypeNode.SUBSCRIPTION) throw new SubscriptionOverPostError();
            checkOperation({ schema, document, variables: request.variables ?? {} }, limits);
          } catch (error) {
            throw error instanceof AppError ? graphqlErrorOf(error) : error;
          }
          return Promise.resolve();
        },
      }),
  };
}

/** Where nothing could be answered at all the answer has the status that the same request has over REST. */
const statusOfFailure: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response }) => {
        const result = response.body.kind === 'single' ? response.body.singleResult : undefined;
        const isRefused = result?.data === undefined || result.data === null;
        const status = isRefused ? statusOf(result?.errors) : undefined;
        response.http.status = status ?? response.http.status ?? 200;
        if (status === 503) response.http.headers.set('retry-after', String(DATABASE_RETRY_SECONDS));
        return Promise.resolve();
      },
    }),
};

function statusOf(errors: readonly GraphQLFormattedError[] = []): number | undefined {
  const status = errors[0]?.extensions?.['status'];
  return typeof status === 'number' ? status : undefined;
}
