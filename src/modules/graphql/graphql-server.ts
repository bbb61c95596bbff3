import type { ApolloServer } from '@apollo/server';
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { GraphQLModule, GraphQLSchemaHost } from '@nestjs/graphql';
import type { GraphQLSchema } from 'graphql';
import type { ApolloServerDriver } from '../../platform/graphql/apollo-server.driver.js';

/** What the framework has made of the resolvers of all modules; there once the application is initialised. */
@Injectable()
export class GraphqlServer {
  constructor(
    private readonly modules: ModuleRef,
    private readonly host: GraphQLSchemaHost,
  ) {}

  get http(): ApolloServer {
    const module: GraphQLModule<ApolloServerDriver> = this.modules.get(GraphQLModule, { strict: false });
    return module.graphQlAdapter.instance;
  }

  get schema(): GraphQLSchema {
    return this.host.schema;
  }
}
