import { Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { ApolloServerDriver } from '../../platform/graphql/apollo-server.driver.js';
import { graphqlOptions } from '../../platform/graphql/graphql-options.js';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { GraphqlController } from './graphql.controller.js';
import { GraphqlServer } from './graphql-server.js';
import { GraphqlSocket } from './graphql-socket.js';

/** How GraphQL is reached. What there is to ask for, the resolvers of the other modules say. */
@Module({
  imports: [
    AuditModule,
    AuthModule,
    GraphQLModule.forRootAsync({
      driver: ApolloServerDriver,
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig) => graphqlOptions(config),
    }),
  ],
  controllers: [GraphqlController],
  providers: [GraphqlServer, GraphqlSocket],
})
export class GraphqlModule {}
