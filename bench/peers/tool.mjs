import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {import('../machine/measured-command.mjs').Command} Command */

/**
 * A tool under comparison, as commands. What a tool cannot do is left out. Paths inside a snapshot are relative to its
 * source, without `./` before.
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} version
 * @property {(place: Place) => Command[]} init makes the repository; not measured
 * @property {(place: Place, source: string, ordinal: number) => Command} backup everything in `source`
 * @property {((place: Place) => Command)} check reads and proves all data
 * @property {((place: Place, target: string, ordinal: number) => Command)} restore all into an empty folder
 * @property {((place: Place, path: string, ordinal: number) => Command)} [one] writes one file to standard output
 * @property {boolean} keepsHistory a second backup is an increment of the first
 */

/** What a tool has to itself: its repository, its caches, its home, its temporary files. */
export class Place {
  /**
   * @param {string} work
   * @param {string} name
   */
  constructor(work, name) {
    this.folder = join(work, name)
    this.repository = join(this.folder, 'repository')
    this.cache = join(this.folder, 'cache')
    this.home = join(this.folder, 'home')
    this.temporary = join(this.folder, 'temporary')
    this.passwordFile = join(this.folder, 'password')
    for (const folder of [this.repository, this.cache, this.home, this.temporary])
      mkdirSync(folder, { recursive: true })
    writeFileSync(this.passwordFile, `${password}\n`)
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /**
   * The whole environment of a command.
   * @param {Record<string, string>} own
   * @returns {Record<string, string>}
   */
  environment(own = {}) {
    const { PATH = '/usr/bin:/bin' } = process.env
    return { PATH, HOME: this.home, TMPDIR: this.temporary, LANG: 'C.UTF-8', ...own }
  }
}

export const password = 'correct horse battery staple'

/**
 * The first line of what a program says about its version.
 * @param {string} program
 * @param {readonly string[]} args
 */
export const firstLineOf = (program, args) =>
  spawnSync(program, args, { encoding: 'utf8' }).stdout.split('\n')[0].trim()
