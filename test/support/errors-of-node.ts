/** Errors of Node's own are of another realm than Jest's modules, and the SDK of AWS tells errors by their class. */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, error: unknown): boolean {
    return this === Error
      ? Object.prototype.toString.call(error) === '[object Error]'
      : Function.prototype[Symbol.hasInstance].call(this, error);
  },
});
