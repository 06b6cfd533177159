/** The part of WebAssembly's JavaScript API that is used here; TypeScript declares it only for browsers. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer
    grow(deltaPages: number): number
  }
  var Memory: {
    new (descriptor: { initial: number; maximum?: number }): Memory
  }
  type Module = object
  var Module: { new (bytes: Uint8Array): Module }
  interface Instance {
    readonly exports: Record<string, unknown>
  }
  var Instance: {
    new (module: Module, imports: Record<string, Record<string, unknown>>): Instance
  }
}
