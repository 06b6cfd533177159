import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Ignored by git. */
const dataFolder = fileURLToPath(new URL('../data/', import.meta.url))

/** All stable releases of a stretch, as `npm view` listed them in 2026: fixed, so that the data is the same everywhere. */
const histories = {
  typescript: [
    ...['5.2.2', '5.3.2', '5.3.3', '5.4.2', '5.4.3', '5.4.4', '5.4.5', '5.5.2', '5.5.3', '5.5.4'],
    ...['5.6.2', '5.6.3', '5.7.2', '5.7.3', '5.8.2', '5.8.3', '5.9.2', '5.9.3', '6.0.2', '6.0.3'],
  ],
  next: [
    ...['16.3.0', '16.3.1', '16.3.2', '16.3.3', '16.3.4', '16.3.5'],
    ...['16.3.6', '16.3.7', '16.3.8', '16.4.0', '16.4.1', '16.4.2'],
  ],
}

/** @typedef {keyof typeof histories} HistoryName */
/** @typedef {{ version: string, archive: string }} Release */

export const historyNames = /** @type {HistoryName[]} */ (Object.keys(histories))

/**
 * Fetches what is not there yet with npm.
 * @param {HistoryName} name
 * @returns {Release[]} oldest first
 */
export const releasesOf = (name) =>
  histories[name].map((version) => ({ version, archive: fetched(name, version) }))

/**
 * @param {HistoryName} name
 * @returns {Release}
 */
export const lastRelease = (name) => {
  const version = /** @type {string} */ (histories[name].at(-1))
  return { version, archive: fetched(name, version) }
}

/**
 * Unpacks a release into a new folder inside `parent`; its files lie in the folder that is returned.
 * @param {Release} release
 * @param {string} parent
 */
export const unpack = ({ archive }, parent) => {
  const folder = mkdtempSync(join(parent, 'release-'))
  execFileSync('tar', ['xzf', archive, '-C', folder, '--no-same-owner'])
  return { content: join(folder, 'package'), remove: () => rmSync(folder, { recursive: true }) }
}

/**
 * @param {HistoryName} name
 * @param {string} version
 */
const fetched = (name, version) => {
  const archive = join(dataFolder, `${name}-${version}.tgz`)
  if (existsSync(archive)) return archive
  process.stderr.write(`fetching ${name} ${version}\n`)
  const arriving = join(dataFolder, 'arriving')
  mkdirSync(arriving, { recursive: true })
  const args = ['pack', `${name}@${version}`, '--silent', '--pack-destination', arriving]
  execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  renameSync(join(arriving, `${name}-${version}.tgz`), archive)
  return archive
}
