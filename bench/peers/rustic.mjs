import { firstLineOf, password } from './tool.mjs'

/**
 * zstd level 3 is its default; it is named so that a later default changes nothing.
 * @param {string} program
 * @returns {import('./tool.mjs').Tool}
 */
export const rustic = (program) => {
  /** @type {(place: import('./tool.mjs').Place, args: string[], cwd?: string) => import('./tool.mjs').Command} */
  const command = (place, args, cwd = place.folder) => ({
    program,
    args: ['--no-progress', '--log-level', 'warn', ...args],
    cwd,
    env: place.environment({
      RUSTIC_REPOSITORY: place.repository,
      RUSTIC_PASSWORD: password,
      RUSTIC_CACHE_DIR: place.cache,
    }),
  })
  return {
    name: 'rustic',
    version: firstLineOf(program, ['--version']),
    keepsHistory: true,
    init: (place) => [command(place, ['init', '--set-compression', '3'])],
    backup: (place, source) => command(place, ['backup', '.'], source),
    check: (place) => command(place, ['check', '--read-data']),
    restore: (place, target) => command(place, ['restore', 'latest', target]),
    one: (place, path) => command(place, ['dump', `latest:${path}`]),
  }
}
