import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { firstLineOf, password } from './tool.mjs'

/**
 * vykar is told by a file what to back up and where. It has no command that writes one file to standard output.
 * @param {string} program
 * @returns {import('./tool.mjs').Tool}
 */
export const vykar = (program) => {
  /** @type {(place: import('./tool.mjs').Place, args: string[]) => import('./tool.mjs').Command} */
  const command = (place, args) => ({
    program,
    args: ['--config', configPath(place), ...args],
    cwd: place.folder,
    env: place.environment({ VYKAR_PASSPHRASE: password }),
  })
  return {
    name: 'vykar',
    version: firstLineOf(program, ['--version']),
    keepsHistory: true,
    init: (place) => {
      writeConfig(place, place.folder)
      return [command(place, ['init'])]
    },
    backup: (place, source) => {
      writeConfig(place, source)
      return command(place, ['backup'])
    },
    check: (place) => command(place, ['check', '--verify-data']),
    restore: (place, target) => command(place, ['restore', 'latest', target]),
  }
}

/** @param {import('./tool.mjs').Place} place */
const configPath = (place) => join(place.folder, 'vykar.yaml')

/**
 * JSON is YAML. zstd level 3 is named because its default is lz4.
 * @param {import('./tool.mjs').Place} place
 * @param {string} source
 */
const writeConfig = (place, source) =>
  writeFileSync(
    configPath(place),
    JSON.stringify({
      sources: [{ path: source, label: 'source' }],
      repositories: [{ label: 'main', url: place.repository }],
      compression: { algorithm: 'zstd', zstd_level: 3 },
    }),
  )
