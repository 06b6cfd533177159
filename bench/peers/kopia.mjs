import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { password } from './tool.mjs'

/**
 * kopia restores by the path that was backed up; the name of one file's object would have to be asked for first.
 * @param {string} program
 * @returns {import('./tool.mjs').Tool}
 */
export const kopia = (program) => {
  /** @type {Map<import('./tool.mjs').Place, string>} */
  const sources = new Map()
  /** @type {(place: import('./tool.mjs').Place, args: string[]) => import('./tool.mjs').Command} */
  const command = (place, args) => ({
    program,
    args: [...args, '--config-file', join(place.folder, 'kopia.config'), '--log-dir', place.temporary],
    cwd: place.folder,
    env: place.environment({
      KOPIA_PASSWORD: password,
      KOPIA_CACHE_DIRECTORY: place.cache,
      KOPIA_CHECK_FOR_UPDATES: 'false',
    }),
  })
  return {
    name: 'kopia',
    version: spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim(),
    keepsHistory: true,
    init: (place) => [
      command(place, ['repository', 'create', 'filesystem', '--path', place.repository]),
      command(place, ['policy', 'set', '--global', '--compression=zstd']),
    ],
    backup: (place, source) => {
      sources.set(place, source)
      return command(place, ['snapshot', 'create', source])
    },
    check: (place) => command(place, ['snapshot', 'verify', '--verify-files-percent=100']),
    restore: (place, target) =>
      command(place, ['restore', /** @type {string} */ (sources.get(place)), target]),
  }
}
