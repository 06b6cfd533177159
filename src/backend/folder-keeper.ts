import { chmod, mkdir, readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DirectorySync } from './directory-sync.js'
import { tolerating } from './file-system-error.js'
import { isTemporary } from './local-layout.js'

export const folderMode = 0o700

/** File systems without permission bits answer chmod with these. */
export const cannotChmod = ['EPERM', 'ENOTSUP', 'ENOSYS']

/**
 * Makes folders below the root when they are first needed, and knows which of them are durable.
 *
 * A folder that exists need not be durable: another process may have made it a moment ago and not have synced its
 * parent yet. So what existed before a sync of the parent is durable, and every other folder costs one more sync.
 */
export class FolderKeeper {
  readonly #durable = new Map<string, Promise<void>>()
  readonly #surveyed = new Map<string, Promise<ReadonlySet<string>>>()

  constructor(
    readonly root: string,
    private readonly directories: DirectorySync,
  ) {}

  /** Resolves when `folder` (the root or below it) exists durably. Rejects with the raw system error. */
  ensure(folder: string): Promise<void> {
    if (folder === this.root) return Promise.resolve()
    let made = this.#durable.get(folder)
    if (made === undefined) {
      made = this.#make(folder)
      this.#durable.set(folder, made)
      made.catch(() => this.#durable.delete(folder))
    }
    return made
  }

  async #make(folder: string): Promise<void> {
    const parent = dirname(folder)
    await this.ensure(parent)
    if ((await this.#survey(parent)).has(folder.slice(parent.length + 1))) return
    await makeFolder(folder)
    await this.directories.sync(parent)
  }

  /** What the parent held when it was synced for the first time here. */
  #survey(parent: string): Promise<ReadonlySet<string>> {
    let survey = this.#surveyed.get(parent)
    if (survey === undefined) {
      survey = readdir(parent).then(async (entries) => {
        const existing = entries.filter((entry) => !isTemporary(entry))
        if (existing.length > 0) await this.directories.sync(parent)
        return new Set(existing)
      })
      this.#surveyed.set(parent, survey)
      survey.catch(() => this.#surveyed.delete(parent))
    }
    return survey
  }
}

/** Makes one folder that only its owner may enter, whatever the umask says; an existing one stays as it is. */
const makeFolder = async (folder: string): Promise<void> => {
  const made = await tolerating(
    ['EEXIST'],
    mkdir(folder, folderMode).then(() => true),
    false,
  )
  if (made) await tolerating(cannotChmod, chmod(folder, folderMode), undefined)
}
