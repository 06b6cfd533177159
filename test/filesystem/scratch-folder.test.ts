import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { clearScratchFolders, scratchFolder } from '../../src/filesystem/scratch-folder.js'
import { temporaryDirectory } from './temporary-directory.js'

test('a scratch folder goes when its process has ended, and stays while that runs', () => {
  const parent = temporaryDirectory()
  const mine = scratchFolder(parent, 'check', randomBytes)
  const ended = mine.replace(`-${process.pid}-`, `-${spawnSync('true').pid}-`)
  const elsewhere = ended.replace(/-[0-9a-f]{8}-/, '-00000000-')
  const cutShort = `${ended}.removed-0123456789ab`
  for (const folder of [mine, ended, elsewhere, cutShort, join(parent, 'index')])
    mkdirSync(join(folder, 'runs'), { recursive: true })
  clearScratchFolders(parent)
  expect(readdirSync(parent).sort()).toEqual([basename(elsewhere), basename(mine), 'index'].sort())
})

test('nothing is cleared where there is no folder', () => {
  expect(() => clearScratchFolders(join(temporaryDirectory(), 'none'))).not.toThrow()
})
