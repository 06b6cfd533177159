import { firstLineOf, password } from './tool.mjs'

/**
 * Repository version 2 compresses; `auto`, its default, is zstd level 3.
 * @param {string} program
 * @returns {import('./tool.mjs').Tool}
 */
export const restic = (program) => {
  /** @type {(place: import('./tool.mjs').Place, args: string[], cwd?: string) => import('./tool.mjs').Command} */
  const command = (place, args, cwd = place.folder) => ({
    program,
    args: ['--quiet', ...args],
    cwd,
    env: place.environment({
      RESTIC_REPOSITORY: place.repository,
      RESTIC_PASSWORD: password,
      RESTIC_CACHE_DIR: place.cache,
    }),
  })
  return {
    name: 'restic',
    version: firstLineOf(program, ['version']),
    keepsHistory: true,
    init: (place) => [command(place, ['init', '--repository-version', '2'])],
    backup: (place, source) => command(place, ['backup', '--compression', 'auto', '.'], source),
    check: (place) => command(place, ['check', '--read-data']),
    restore: (place, target) => command(place, ['restore', 'latest', '--target', target]),
    one: (place, path) => command(place, ['dump', 'latest', `/${path}`]),
  }
}
