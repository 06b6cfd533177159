import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as zlib from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Repository } from '../../dist/index.js'

let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'varve-init-'))
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

it('Who makes a repository is asked for its secret once', async () => {
  let asked = 0
  const secret = async () => {
    asked++
    return { kind: 'key-file', key: Buffer.alloc(32, asked) } as const
  }
  const { repository } = await Repository.init({ location: join(place, 'repository'), secret, noCache: true })
  await repository.close()
  expect(asked).toBe(1)
})

it('The password for a new repository may come from a stream that can be read only once', () => {
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  const words = `echo secret | '${process.execPath}' '${main}' -r '${place}/repository' --no-cache --password-file /dev/stdin init`
  const { status, stderr } = spawnSync('/bin/sh', ['-c', words], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, expect.stringContaining('made repository')])
})

it('Where nothing can be compressed, no repository is made', () => {
  // The command is gathered into few files: away from the packages beside it, it has an addon that does not load.
  cpSync(fileURLToPath(new URL('../../dist/cli', import.meta.url)), join(place, 'dist', 'cli'), {
    recursive: true,
  })
  cpSync(fileURLToPath(new URL('../../package.json', import.meta.url)), join(place, 'package.json'))
  mkdirSync(join(place, 'node_modules/zstd-napi'), { recursive: true })
  writeFileSync(
    join(place, 'node_modules/zstd-napi/binding.js'),
    "throw new Error('no addon for this machine')",
  )
  const repository = join(place, 'repository')
  const args = [join(place, 'dist/cli/main.js'), '-r', repository, '--no-cache', 'init']
  const environment = { PATH: process.env.PATH, HOME: place, VARVE_PASSWORD: 'x' }
  const { status, stderr } = spawnSync(process.execPath, args, { env: environment, encoding: 'utf8' })
  if ('zstdCompressSync' in zlib) return expect(status).toBe(0)
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/this Node has no zstd.*\nUse Node 22\.15 or later/),
  ])
  expect(existsSync(repository)).toBe(false)
})

it('A number of threads that cannot be is refused', async () => {
  const secret = { kind: 'key-file', key: Buffer.alloc(32, 7) } as const
  for (const workers of [0, -1, 1.5, Number.NaN]) {
    const opened = Repository.init({ location: join(place, `of ${workers}`), secret, noCache: true, workers })
    await expect(opened).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(existsSync(join(place, `of ${workers}`))).toBe(false)
  }
})
