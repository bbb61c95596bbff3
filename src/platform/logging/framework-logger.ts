import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** Contexts in which the framework tells, dozens of lines long, what it wires. */
const CHATTY: readonly unknown[] = [
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
];

/** The framework's logger: what it says about its own start is for those who debug it. */
@Injectable()
export class FrameworkLogger extends Logger {
  override log(message: unknown, ...optionalParams: unknown[]): void {
    if (CHATTY.includes(optionalParams.at(-1))) this.debug(message, ...optionalParams);
    else super.log(message, ...optionalParams);
  }
}
