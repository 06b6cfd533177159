import { kernelWasm } from './kernel.wasm.js'

/** The compiled functions of src/chunking/kernel. Addresses are below 2^31. */
export interface Kernel {
  findCut(from: number, to: number, zeroBits: number, gear: number): number
  findZeroRun(from: number, to: number, need: number): number
  leadingZeros(address: number, length: number): number
  trailingZeros(address: number, length: number): number
}

/** Above this an address would come back from WebAssembly as a negative number. */
export const ADDRESS_MAX = 2 ** 31 - 1

let compiled: WebAssembly.Module | undefined

/** Binds the kernel to a memory, of which it reads only what it is given addresses of. */
export const instantiateKernel = (memory: WebAssembly.Memory): Kernel => {
  compiled ??= new WebAssembly.Module(Buffer.from(kernelWasm, 'base64'))
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernel
}
