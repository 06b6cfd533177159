import { commandPath } from '../machine/dist.mjs'
import { firstLineOf } from './tool.mjs'

/**
 * Defaults throughout: zstd level 3, one worker for each core, scrypt in every command.
 * @returns {import('./tool.mjs').Tool}
 */
export const varve = () => {
  const path = commandPath()
  /** @type {(place: import('./tool.mjs').Place, args: string[], cwd?: string) => import('./tool.mjs').Command} */
  const command = (place, args, cwd = place.folder) => ({
    program: process.execPath,
    args: [
      path,
      ...args,
      '-r',
      place.repository,
      '--password-file',
      place.passwordFile,
      '--cache-dir',
      place.cache,
    ],
    cwd,
    env: place.environment(),
  })
  return {
    name: 'varve',
    version: firstLineOf(process.execPath, [path, '--version']),
    keepsHistory: true,
    init: (place) => [command(place, ['init'])],
    backup: (place, source) => command(place, ['backup', '.', '--json'], source),
    check: (place) => command(place, ['check', '--read-data']),
    restore: (place, target) => command(place, ['restore', 'latest', '--target', target]),
    one: (place, path) => command(place, ['cat', `latest:${path}`]),
  }
}
