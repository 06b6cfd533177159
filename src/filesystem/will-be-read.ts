import { nativeCalls } from './native.js'

/** The kernel reads on by itself, in growing steps, once a file is read from. */
const bytesMax = 1024 * 1024

/** Tells the kernel that the start of an open file is read soon, so that it fetches it from the disk now. Without koffi it is not told. */
export const willBeRead = (fd: number, sizeBytes: number): void => {
  if (sizeBytes > 0) nativeCalls()?.adviseWillNeed(fd, Math.min(sizeBytes, bytesMax))
}
