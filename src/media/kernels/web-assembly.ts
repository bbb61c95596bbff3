/** A WebAssembly memory; TypeScript declares the API for browsers only. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

interface WebAssemblyApi {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ) => { readonly exports: object };
}

declare const WebAssembly: WebAssemblyApi;

/** @param pages of 64 KiB; the memory never grows, so that its views stay valid */
export function createWasmMemory(pages: number): WasmMemory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
}

/** @throws {Error} when these are not the bytes of a module that runs here */
export function instantiate(bytes: Uint8Array, memory: WasmMemory): object {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports;
}
