import type { Request, Response } from 'express';
import { DEVICE_SECONDS } from './login/login-devices.js';

const NAME = 'aircheck_device';
const COOKIE = new RegExp(`(?:^|; *)${NAME}=([\\w.-]{1,200})(?:;|$)`);

/** @returns what the device was given at an earlier log-in */
export function deviceMarkOf({ headers }: Pick<Request, 'headers'>): string | undefined {
  return COOKIE.exec(headers.cookie ?? '')?.[1];
}

/** For log-ins alone: no other request has it, and no page can read it. */
export function giveDeviceMark(response: Response, mark: string): void {
  const { secure } = response.req;
  response.cookie(NAME, mark, {
    path: '/api/login',
    maxAge: DEVICE_SECONDS * 1000,
    httpOnly: true,
    sameSite: 'strict',
    secure,
  });
}
