import type { Backend } from '../../backend/backend.js'
import { StagedFileWriter } from '../../backend/staged-file-writer.js'
import { BackendError, CorruptError, VarveError } from '../../errors.js'
import { Folder, quarantineName } from '../../format/names.js'
import type { DamagedObject } from './repair-options.js'

const copiedAtOnceBytes = 8 * 1024 * 1024
/** Objects of one name that were damaged in different ways and brought back in between. */
const copiesMax = 100

/**
 * Moves an object into the quarantine, byte for byte: a durable copy first, then the original goes. Killed in between, it
 * is in both places, and the next call only removes the original. Gives the copy's name, or undefined where the object is
 * gone already. Errors: `corrupt` where something other than a file stands there, those of the backend.
 */
const setAside = async (backend: Backend, name: string): Promise<string | undefined> => {
  try {
    const copy = await copyOf(backend, name)
    await backend.remove(name)
    return copy
  } catch (error) {
    if (error instanceof VarveError && error.code === 'missing') return undefined
    throw error
  }
}

/** The same for several. Gives what could not be moved, and why. */
export const setAllAside = async (backend: Backend, damaged: readonly DamagedObject[]): Promise<string[]> => {
  const remarks: string[] = []
  for (const { object } of damaged) {
    try {
      await setAside(backend, object)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      remarks.push(`${error.message}; it was left where it is, move it away by hand`)
    }
  }
  return remarks
}

/** A name that is no file, or a disk that does not give its bytes: nobody can copy that. */
const isUnreadable = (error: unknown): error is VarveError =>
  error instanceof CorruptError || (error instanceof BackendError && !error.transient)

const copyOf = async (backend: Backend, name: string): Promise<string> => {
  for (let number = 1; number <= copiesMax; number++) {
    const copy = quarantineName(name, number)
    const { path, sizeBytes } = await stagedCopy(backend, name)
    try {
      await backend.publishStaged(path, copy, sizeBytes)
      return copy
    } catch (error) {
      if (!(error instanceof VarveError) || error.code !== 'exists') throw error
      if (await isSame(backend, name, copy)) return copy
    }
  }
  throw new VarveError('exists', `${Folder.quarantine}/ holds ${copiesMax} other objects called ${name}`, {
    hint: 'Move some of them elsewhere, and run the repair again.',
  })
}

const stagedCopy = async (backend: Backend, name: string): Promise<{ path: string; sizeBytes: number }> => {
  const sizeBytes = await backend.size(name)
  const path = await backend.openStaging(Folder.quarantine)
  try {
    const file = new StagedFileWriter(path)
    try {
      for (let at = 0; at < sizeBytes; at += copiedAtOnceBytes)
        file.append(await backend.readRange(name, at, Math.min(copiedAtOnceBytes, sizeBytes - at)))
    } finally {
      file.close()
    }
  } catch (error) {
    await backend.discardStaged(path)
    throw error
  }
  return { path, sizeBytes }
}

const isSame = async (backend: Backend, a: string, b: string): Promise<boolean> => {
  const sizeBytes = await backend.size(a)
  if (sizeBytes !== (await backend.size(b))) return false
  for (let at = 0; at < sizeBytes; at += copiedAtOnceBytes) {
    const lengthBytes = Math.min(copiedAtOnceBytes, sizeBytes - at)
    const [ofA, ofB] = [
      await backend.readRange(a, at, lengthBytes),
      await backend.readRange(b, at, lengthBytes),
    ]
    if (!ofA.equals(ofB)) return false
  }
  return true
}
