import fs from 'node:fs'
import path from 'node:path'
import { restore } from '../../../src/operations/restore/restore.js'
import { openInlineEngine } from '../../../src/operations/restore/restore-engine.js'
import type { RestoredEntry, RestoreOptions } from '../../../src/operations/restore/restore-options.js'
import type { RepositoryFixture } from '../../repository-fixture.js'

/** Restores the latest snapshot in this thread. */
export const restoreHere = (
  { store }: RepositoryFixture,
  target: string,
  options: Partial<RestoreOptions> = {},
) => restore(store, { snapshot: 'latest', target, ...options }, openInlineEngine)

/** What was told of each path. */
export const actionsOf = async (
  fixture: RepositoryFixture,
  target: string,
  options: Partial<RestoreOptions> = {},
): Promise<Record<string, RestoredEntry['action']>> => {
  const actions: Record<string, RestoredEntry['action']> = {}
  const onEntry = (entry: RestoredEntry): void => {
    actions[entry.path] = entry.action
  }
  await restoreHere(fixture, target, { ...options, onEntry })
  return actions
}

/** All paths below a directory, in order; directories end with a slash. */
export const pathsBelow = (directory: string): string[] =>
  fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const below = path.relative(directory, path.join(entry.parentPath, entry.name))
      return entry.isDirectory() ? `${below}/` : below
    })
    .sort()

export const read = (...names: string[]): string => fs.readFileSync(path.join(...names), 'utf8')
