import { CorruptError } from '../errors.js'
import type { CheckedPack, CheckPackJob, CheckSetup } from './check-jobs.js'
import type { Core } from './core.js'
import { openPackFile, type PackBytes, packBytesInMemory } from './pack-bytes.js'
import { PackChecker } from './pack-checker.js'

export const openCore = (setup: CheckSetup): CheckCore => new CheckCore(setup)

/** What one thread of a check does: reads packs in full. */
export class CheckCore implements Core<CheckPackJob, CheckedPack, never> {
  readonly #checker: PackChecker

  constructor(setup: CheckSetup) {
    this.#checker = new PackChecker(setup)
  }

  close(): void {}

  run({ packId, source }: CheckPackJob): CheckedPack {
    const name = `packs/${packId}`
    try {
      using bytes: PackBytes =
        'path' in source ? openPackFile(source.path, name) : packBytesInMemory(source.bytes)
      return this.#checker.check(packId, bytes)
    } catch (error) {
      return unread(error)
    }
  }
}

/** Errors that concern this process and its rights: too few descriptors, too little memory, no permission. */
const ofThisProcess = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'EACCES', 'EPERM', 'EINTR', 'EAGAIN'])

/** A pack that cannot be read at all is a finding, whatever keeps it from being read: the check goes on. */
const unread = (error: unknown): CheckedPack => {
  const isFinding = error instanceof CorruptError || (error as NodeJS.ErrnoException).syscall !== undefined
  if (!isFinding) throw error
  const { code = '' } = error as NodeJS.ErrnoException
  const { message } = error as Error
  const packMessage =
    error instanceof CorruptError ? message.slice(error.object.length + 2) : `cannot be read: ${message}`
  const missing = code === 'ENOENT'
  const mayBeWhole = ofThisProcess.has(code)
  return { bytesRead: 0, chunks: 0, packMessage, blocksKnown: false, broken: [], missing, mayBeWhole }
}
