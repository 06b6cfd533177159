import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { check } from '../../../src/operations/check/check.js'
import { Scene } from '../backup/scene.js'
import { inlineReader } from './inline-reader.js'

const { openSync } = fs
afterEach(() => {
  fs.openSync = openSync
  syncBuiltinESMExports()
})

/** From now on the packs cannot be opened by whoever reads them in full. */
const failWith = (code: string): void => {
  fs.openSync = ((path: fs.PathLike, ...others: [fs.OpenMode]) => {
    if (/packs\/..\/[0-9a-f]{64}$/.test(String(path)))
      throw Object.assign(new Error(`${code}: open`), { code, syscall: 'open' })
    return openSync(path, ...others)
  }) as typeof fs.openSync
  syncBuiltinESMExports()
}

/** How many packs there are, and how many of them are recorded as suspect. */
const marked = async (code: string) => {
  await using scene = await Scene.make()
  await scene.write('file', 'content')
  await scene.backup()
  await using store = await scene.open()
  failWith(code)
  const { damages } = await check(store as never, { readData: true, mark: true }, inlineReader)
  fs.openSync = openSync
  syncBuiltinESMExports()
  const packs = (await scene.objects('packs')).map((path) => `packs/${basename(path)}`)
  expect([...new Set(damages.map(({ object }) => object))].sort()).toEqual(packs.sort())
  return { packs: packs.length, suspects: (await scene.objects('suspect')).length }
}

describe('check --mark, where packs cannot be opened', () => {
  it.each(['EMFILE', 'EACCES', 'ENOMEM'])(
    'tells of them and records nothing for %s, which says nothing of their bytes',
    async (code) => {
      expect(await marked(code)).toEqual({ packs: 2, suspects: 0 })
    },
  )

  it('records each where the disk gives an error', async () => {
    expect(await marked('EIO')).toEqual({ packs: 2, suspects: 2 })
  })
})
