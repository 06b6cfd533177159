import { firstLineOf, password } from './tool.mjs'

/**
 * `repokey` is AES-256 and HMAC-SHA-256, the faster of its modes where the processor has SHA instructions.
 * @param {string} program
 * @returns {import('./tool.mjs').Tool}
 */
export const borg = (program) => {
  /** @type {(place: import('./tool.mjs').Place, args: string[], cwd?: string) => import('./tool.mjs').Command} */
  const command = (place, args, cwd = place.folder) => ({
    program,
    args,
    cwd,
    env: place.environment({
      BORG_REPO: place.repository,
      BORG_PASSPHRASE: password,
      BORG_BASE_DIR: place.home,
      BORG_CACHE_DIR: place.cache,
    }),
  })
  return {
    name: 'borg',
    version: firstLineOf(program, ['--version']),
    keepsHistory: true,
    init: (place) => [command(place, ['init', '-e', 'repokey'])],
    backup: (place, source, ordinal) =>
      command(place, ['create', '-C', 'zstd,3', `::${ordinal}`, '.'], source),
    check: (place) => command(place, ['check', '--verify-data']),
    restore: (_, target, ordinal) => command(_, ['extract', `::${ordinal}`], target),
    one: (place, path, ordinal) => command(place, ['extract', '--stdout', `::${ordinal}`, path]),
  }
}
