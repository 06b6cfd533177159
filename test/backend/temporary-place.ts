import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { LocalBackend } from '../../src/backend/local-backend.js'
import { openLocalBackend } from '../../src/backend/open-local-backend.js'

/** An empty folder that is removed after the test. */
export const temporaryPlace = async (): Promise<string> => {
  const place = await mkdtemp(join(tmpdir(), 'varve-backend-test-'))
  onTestFinished(() => rm(place, { recursive: true, force: true }))
  return place
}

/** A local backend in an empty folder of its own, or in `root`. */
export const localBackend = async (root?: string): Promise<LocalBackend> => {
  const backend = await openLocalBackend(root ?? (await temporaryPlace()), { randomBytes })
  onTestFinished(() => backend[Symbol.asyncDispose]())
  return backend
}

export const freshHex = (): string => randomBytes(32).toString('hex')

/** Everything below a folder that is not itself a folder, as relative paths in order. */
export const filesBelow = async (root: string): Promise<string[]> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort()
}
