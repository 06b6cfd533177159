import { constants } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { tolerating } from './file-system-error.js'
import { cannotChmod } from './folder-keeper.js'
import { temporaryBase } from './local-layout.js'
import { ownerMark } from './temporary-owner.js'

export interface TemporaryFile {
  readonly path: string
  readonly handle: FileHandle
}

const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
const fileMode = 0o600
const idSizeBytes = 12

/** Makes an empty file that only its owner may read, under a name of its own. Rejects with the raw system error. */
export const openTemporary = async (
  folder: string,
  randomBytes: (sizeBytes: number) => Uint8Array,
): Promise<TemporaryFile> => {
  const path = join(folder, temporaryBase(randomBytes(idSizeBytes)) + ownerMark)
  const handle = await open(path, flags, fileMode)
  try {
    await tolerating(cannotChmod, handle.chmod(fileMode), undefined)
    return { path, handle }
  } catch (error) {
    await dropTemporary({ path, handle })
    throw error
  }
}

export const writeWhole = async (handle: FileHandle, parts: readonly Uint8Array[]): Promise<void> => {
  for (const part of parts) {
    for (let done = 0; done < part.length; ) {
      done += (await handle.write(part, done, part.length - done)).bytesWritten
    }
  }
}

/**
 * Closes and removes. Called when something has already failed, so it swallows its own errors: what it leaves is an
 * abandoned temporary, which the next cleaning takes away.
 */
export const dropTemporary = async ({ path, handle }: TemporaryFile): Promise<void> => {
  await handle.close().catch(() => undefined)
  await unlink(path).catch(() => undefined)
}
