import { nativeCalls } from './native.js'

/** Below the size of a block, 512 KiB, which is what a backup allocates and frees most. */
const mappedFromBytes = 256 * 1024

/**
 * From here on the process gives the memory of large buffers back when they are freed. Left alone, glibc raises the size from
 * which it does so with every such buffer that is freed, to 32 MiB, and then keeps their memory in the arenas of the threads, in
 * pieces: 29 MB of the peak of a backup of 113,000 files, for 0.4 s in the kernel (docs/PERFORMANCE.md). Nothing without koffi.
 * Source: mallopt(3), "dynamic mmap threshold".
 */
export const giveLargeBuffersBack = (): void => nativeCalls()?.mapMemoryFrom?.(mappedFromBytes)
