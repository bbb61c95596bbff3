import type { NextFunction, Request, Response } from 'express';
import { problem } from '../problem/problem-document.js';
import { sendProblem } from '../problem/problem.filter.js';

/**
 * Answers while the server starts: the port is taken before anything is recovered, so that a second server that was
 * started by mistake ends before it touches the first one's recordings.
 */
export class StartGate {
  private isOpen = false;

  /** From now on requests go through. */
  open(): void {
    this.isOpen = true;
  }

  readonly handle = (request: Request, response: Response, next: NextFunction): void => {
    if (this.isOpen) next();
    else if (request.path === '/livez') response.json({ status: 'ok' });
    else refuse(response);
  };
}

function refuse(response: Response): void {
  response.setHeader('Retry-After', 1);
  sendProblem(response, problem(503, 'not-ready', 'This node is not ready: starting.', { reason: 'starting' }));
}
