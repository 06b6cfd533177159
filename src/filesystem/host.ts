import os from 'node:os'

/** What snapshots say they are of, unless the user says otherwise. */
export const hostName = (): string => os.hostname()

/** Who this process runs as. */
export const processOwner = (): { uid: number; gid: number } => ({
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
})

/** Processors that this process may use. */
export const cpuCount = (): number => os.availableParallelism()
