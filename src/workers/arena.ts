import { GEAR_BYTES } from '../chunking/gear.js'

/** The largest file that is read whole, and the span that a larger one is read by. */
export const spanBytes = 8 * 1024 * 1024

const pageBytes = 65_536
const gearAddress = 64
/** Bytes before the data that the chunk hasher may use for its prefix (src/crypto/chunk-id.ts). */
const marginBytes = 1024
const dataAddress = gearAddress + GEAR_BYTES + marginBytes

/**
 * A worker's memory: file content is read into it, cut in it by the WebAssembly kernel, and hashed and compressed
 * from it, without a copy in between. It belongs to one thread, and must not be shared: V8 copies out of shared memory
 * word by word, which cost 3 % of a first backup (docs/PERFORMANCE.md, First backup).
 */
export interface Arena {
  readonly memory: WebAssembly.Memory
  readonly gearAddress: number
  readonly dataAddress: number
  /** All of the memory as bytes. */
  readonly bytes: Uint8Array
}

export const newArena = (dataBytes: number): Arena => {
  const pages = Math.ceil((dataAddress + dataBytes) / pageBytes)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  return { memory, gearAddress, dataAddress, bytes: new Uint8Array(memory.buffer) }
}
