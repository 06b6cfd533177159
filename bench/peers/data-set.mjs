import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { folderSize } from '../machine/list-files.mjs'
import { historyNames, lastRelease, unpack } from './releases.mjs'

/** @typedef {{ label: string, sizeBytes: number, copyTo: (folder: string) => void }} DataSet `copyTo` makes the folder */

/**
 * The tree that is named, or the last release of each package side by side.
 * @param {string | undefined} data
 * @returns {DataSet}
 */
export const dataSet = (data) => (data === undefined ? packages() : namedTree(resolve(data)))

/**
 * @param {string} path
 * @returns {DataSet}
 */
const namedTree = (path) => ({
  label: path,
  sizeBytes: folderSize(path).bytes,
  copyTo: (folder) => {
    execFileSync('cp', ['-a', path, folder])
  },
})

/** @returns {DataSet} */
const packages = () => {
  const releases = historyNames.map((name) => ({ name, ...lastRelease(name) }))
  return {
    label: releases.map(({ name, version }) => `${name} ${version}`).join(' and '),
    sizeBytes: packagesBytesMax,
    copyTo: (folder) => {
      mkdirSync(folder)
      for (const release of releases) {
        const { content, remove } = unpack(release, folder)
        renameSync(content, join(folder, release.name))
        remove()
      }
    },
  }
}

/** More than the two releases have unpacked. */
const packagesBytesMax = 400e6
