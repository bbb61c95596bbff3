import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Context, Disposable, SubscribePayload } from 'graphql-ws';
import { CloseCode } from 'graphql-ws';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type ExecutionArgs,
  type GraphQLFormattedError,
} from 'graphql';
import { WebSocketServer, type WebSocket } from 'ws';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { MOST_TOKENS } from '../../platform/graphql/apollo-server.driver.js';
import { formatFailure, graphqlErrorOf } from '../../platform/graphql/format-failure.js';
import {
  ConnectionsFullError,
  TooManyConnectionsError,
  TooManySubscriptionsError,
} from '../../platform/graphql/graphql.errors.js';
import { limitsOf } from '../../platform/graphql/graphql-options.js';
import { OperationContext } from '../../platform/graphql/operation-context.js';
import { checkOperation } from '../../platform/graphql/operation-limits.js';
import { problem, problemOf, problemOfStatus, type ProblemDocument } from '../../platform/problem/problem-document.js';
import { clientOfAddress } from '../../platform/http/client-address.js';
import { forwardedAddressOf, type TrustsProxy } from '../../platform/http/forwarded-address.js';
import { refuseRaw } from '../../platform/http/broken-requests.js';
import { Origins, pageHeadersOf } from '../../platform/http/origins.js';
import { AppError } from '../../shared/errors.js';
import { Places } from '../../shared/places.js';
import { AuditService } from '../audit/audit.service.js';
import { AuthService } from '../auth/auth.service.js';
import type { Caller } from '../auth/ports/caller.js';
import { GraphqlServer } from './graphql-server.js';
import { SocketPlaces } from './socket-places.js';

const PATH = '/graphql';
const PROTOCOL = 'graphql-transport-ws';
const MOST_MESSAGE_BYTES = 256 * 1024;
const MOST_OPERATIONS = 50;
const KEEP_ALIVE_MS = 12_000;
/** A subscriber that has not said goodbye by then is cut off. */
const GOODBYE_MS = 1000;

/** As 429, and as 4401 stands for 401. */
const TOO_MANY_CONNECTIONS = 4429;
/** As 503. */
const CONNECTIONS_FULL = 4503;

/** What the handshake told of who connects. */
type Known = Record<PropertyKey, unknown> & { authorization?: string | undefined };

/** Of the framework underneath, what is asked for here. */
interface ExpressSettings {
  get(name: string): unknown;
}

type Subscriber = Context<Record<string, unknown> | undefined, Extra & Known>;

/** GraphQL over WebSocket: `graphql-transport-ws` on the path that also takes POST. */
@Injectable()
export class GraphqlSocket implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  private readonly origins: Origins;
  private readonly places: SocketPlaces<Duplex>;
  /** Why the header of a handshake is not good. */
  private readonly complaints = new WeakMap<IncomingMessage, AppError>();
  private readonly ofTokens: Places;
  private protocol: Disposable | undefined;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly auth: AuthService,
    private readonly server: GraphqlServer,
    private readonly audit: AuditService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    this.origins = new Origins(config);
    const { max_connections: inAll, max_connections_per_address: perAddress } = config.graphql;
    this.places = new SocketPlaces({ inAll, perAddress });
    this.ofTokens = new Places(config.graphql.max_connections_per_token);
  }

  onApplicationBootstrap(): void {
    this.protocol = useServer<Record<string, unknown> | undefined, Known>(
      {
        onConnect: (subscriber) => this.connect(subscriber),
        onSubscribe: (subscriber, _id, payload) => this.prepare(subscriber, payload),
        onError: (_subscriber, _id, _payload, errors) => errors.map(formatted),
        onNext: (_subscriber, _id, _payload, _args, { data = null, errors }) =>
          errors === undefined ? { data } : { data, errors: errors.map(formatted) },
      },
      this.sockets,
      KEEP_ALIVE_MS,
    );
    const http = this.adapterHost.httpAdapter.getHttpServer() as Server;
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      void this.upgrade(request, socket, head);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    const cut = setTimeout(() => {
      for (const socket of this.sockets.clients) socket.terminate();
    }, GOODBYE_MS).unref();
    await this.protocol?.dispose();
    clearTimeout(cut);
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const refusal = this.refusalOf(request);
    if (refusal !== undefined) {
      refuseRaw(socket, refusal);
      return;
    }
    const drop = (): unknown => socket.destroy();
    socket.on('error', drop).once('close', () => {
      this.places.leave(socket);
    });
    try {
      await this.admit(request, socket);
    } catch (error) {
      if (error instanceof AppError) refuseRaw(socket, problemOf(error), error.retryAfterSeconds);
      else refuseRaw(socket, problemOfStatus(500, ''));
      return;
    }
    socket.off('error', drop);
    this.sockets.handleUpgrade(request, socket, head, (connection) => {
      this.sockets.emit('connection', connection, request);
    });
  }

  /** @throws {TooManyConnectionsError | ConnectionsFullError} */
  private async admit(request: IncomingMessage, socket: Duplex): Promise<void> {
    const address = this.clientOf(request);
    this.places.enter(socket, address);
    try {
      await this.auth.callerOf(request.headers.authorization, () => address);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.complaints.set(request, error);
      this.places.await(socket);
      return;
    }
    this.places.prove(socket);
  }

  private refusalOf(request: IncomingMessage): ProblemDocument | undefined {
    const { url = '', headers } = request;
    const [path] = url.split('?', 1);
    if (path !== PATH) return problem(404, 'route-not-found', 'There is no WebSocket under this path.');
    if (headers.upgrade?.toLowerCase() !== 'websocket')
      return problemOfStatus(400, 'This path upgrades to WebSocket only.');
    return this.judge(request);
  }

  /** Browsers let every page open a WebSocket anywhere, with nothing asked before. */
  private judge(request: IncomingMessage): ProblemDocument | undefined {
    try {
      this.origins.checkHost(request.headers.host);
      this.origins.checkOrigin(pageHeadersOf(request));
      return undefined;
    } catch (error) {
      if (error instanceof AppError) return problemOf(error);
      throw error;
    }
  }

  /** Credentials come with the handshake, or with the first message where a client cannot set headers: a browser. */
  private async connect({ extra, connectionParams }: Subscriber): Promise<boolean> {
    const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
    const authorization = typeof given === 'string' ? given : extra.request.headers.authorization;
    const address = this.clientOf(extra.request);
    const { socket, request } = extra;
    let actor = '';
    try {
      actor = (await this.callerOf(authorization, request)).subject;
      this.places.prove(request.socket);
      this.enter(socket, (await this.auth.credentialOf(authorization))?.holder);
      extra.authorization = authorization;
      const end = this.auth.whenOver(authorization, () => {
        socket.close(CloseCode.Unauthorized, 'token-invalid');
      });
      socket.once('close', end);
      if (socket.readyState !== socket.OPEN) end();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const subject = `WebSocket ${PATH}`;
      this.audit.refused(error, { actor, address, stream: undefined, subject });
      socket.close(closeCodeOf(error), error.code);
      return false;
    }
    return true;
  }

  /** What the handshake brought was judged then, and is counted once. */
  private async callerOf(authorization: string | undefined, request: IncomingMessage): Promise<Caller> {
    const complaint = this.complaints.get(request);
    if (complaint !== undefined && authorization === request.headers.authorization) throw complaint;
    return this.auth.callerOf(authorization, () => this.clientOf(request));
  }

  /** @throws {TooManyConnectionsError} */
  private enter(socket: WebSocket, holder: string | undefined): void {
    if (holder === undefined || socket.readyState !== socket.OPEN) return;
    const leave = this.ofTokens.take(holder);
    if (leave === undefined) {
      throw new TooManyConnectionsError('token', this.config.graphql.max_connections_per_token);
    }
    socket.once('close', leave);
  }

  private clientOf(request: IncomingMessage): string {
    return clientOfAddress(this.addressOf(request));
  }

  private addressOf(request: IncomingMessage): string {
    const express: ExpressSettings = this.adapterHost.httpAdapter.getInstance();
    return forwardedAddressOf(request, express.get('trust proxy fn') as TrustsProxy | undefined);
  }

  /** Each operation is judged anew: the token may have been revoked since the connection was made. */
  private async prepare(
    { extra, subscriptions }: Subscriber,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | GraphQLError[]> {
    try {
      if (Object.keys(subscriptions).length > MOST_OPERATIONS) throw new TooManySubscriptionsError(MOST_OPERATIONS);
      const caller = await this.auth.callerOf(extra.authorization);
      return this.argumentsOf(caller, payload, this.addressOf(extra.request));
    } catch (error) {
      if (error instanceof AppError) return [graphqlErrorOf(error)];
      if (error instanceof GraphQLError) return [refusal(error, 'GRAPHQL_PARSE_FAILED')];
      throw error;
    }
  }

  private argumentsOf(caller: Caller, payload: SubscribePayload, address: string): ExecutionArgs | GraphQLError[] {
    const { schema } = this.server;
    const document = parse(payload.query, { maxLexicalTokens: MOST_TOKENS });
    const rules = this.config.graphql.introspection
      ? specifiedRules
      : [...specifiedRules, NoSchemaIntrospectionCustomRule];
    const complaints = validate(schema, document, rules);
    if (complaints.length > 0) return complaints.map((error) => refusal(error, 'GRAPHQL_VALIDATION_FAILED'));
    const variableValues = payload.variables ?? {};
    checkOperation({ schema, document, variables: variableValues }, limitsOf(this.config));
    const { operationName } = payload;
    const contextValue = new OperationContext(caller, true, address);
    return { schema, document, variableValues, contextValue, ...(operationName ? { operationName } : {}) };
  }
}

function closeCodeOf(error: AppError): number {
  if (error instanceof TooManyConnectionsError) return TOO_MANY_CONNECTIONS;
  return error instanceof ConnectionsFullError ? CONNECTIONS_FULL : CloseCode.Unauthorized;
}

function refusal(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source,
    positions: error.positions,
    extensions: { code },
  });
}

function formatted(error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError {
  return error instanceof GraphQLError ? formatFailure(error.toJSON(), error) : error;
}
