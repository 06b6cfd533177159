import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { folderSize } from '../machine/list-files.mjs'
import { bigFiles, diskImage } from './big-files.mjs'
import { changeFiles } from './change-files.mjs'
import { historyNames, lastRelease, unpack } from './releases.mjs'

/**
 * Changes some of a folder's files, and gives what gives all of them their content and times back.
 * @typedef {(folder: string, entries: readonly import('../machine/list-files.mjs').Listed[], seed: string) => () => void} Change
 */

/**
 * `copyTo` makes the folder. `changed` says what `change` does.
 * @typedef {{ label: string, sizeBytes: number, copyTo: (folder: string) => void, changed: string, change: Change }} DataSet
 */

/** What can be asked for by name. */
export const dataSetNames = /** @type {const} */ (['tree', 'big', 'image'])
/** @typedef {typeof dataSetNames[number]} DataSetName */

/**
 * @param {DataSetName} name `tree` is the tree that is named, or the last release of each package side by side
 * @param {string | undefined} data
 * @returns {DataSet}
 */
export const dataSet = (name, data) => {
  if (name === 'big') return bigFiles()
  if (name === 'image') return diskImage()
  return data === undefined ? packages() : namedTree(resolve(data))
}

const oneInAHundred = { changed: 'one file in a hundred changed', change: changeFiles }

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
  ...oneInAHundred,
})

/** @returns {DataSet} */
const packages = () => {
  const releases = historyNames.map((name) => ({ name, ...lastRelease(name) }))
  return {
    label: releases.map(({ name, version }) => `${name} ${version}`).join(' and '),
    ...{ sizeBytes: packagesBytesMax, ...oneInAHundred },
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
