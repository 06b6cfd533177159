import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { type ListedEntry, Repository, type Secret } from '../../dist/index.js'

// fixtures/golden-v1 was made once, by the first version of the format, and is never made again: every later version must
// read it. The JSON beside it says what it holds.
const fixture = fileURLToPath(new URL('../../fixtures/golden-v1', import.meta.url))
const golden = JSON.parse(readFileSync(`${fixture}.json`, 'utf8')) as {
  keyFile: string
  password: string
  snapshots: { id: string; entries: Record<string, unknown>[] }[]
}

const work = mkdtempSync(join(tmpdir(), 'varve-golden-'))
const location = join(work, 'repository')
cpSync(fixture, location, { recursive: true })
afterAll(() => rmSync(work, { recursive: true, force: true }))

const open = (secret: Secret): Promise<Repository> =>
  Repository.open({ location, secret, cacheDirectory: join(work, 'cache') })
const byKeyFile: Secret = { kind: 'key-file', key: Buffer.from(golden.keyFile, 'hex') }

const facts = (entry: ListedEntry): Record<string, unknown> => ({
  path: entry.path,
  type: entry.type,
  mode: entry.mode,
  uid: entry.uid,
  gid: entry.gid,
  sizeBytes: entry.sizeBytes,
  mtimeNs: String(entry.mtimeNs),
  links: entry.links,
  linkTarget: entry.linkTarget,
  xattrs: entry.xattrs,
})

const hashOf = async (parts: AsyncIterable<Uint8Array>): Promise<string> => {
  const hash = createHash('sha256')
  for await (const part of parts) hash.update(part)
  return hash.digest('hex')
}

test('the golden repository lists and reads as it was written, snapshot by snapshot', async () => {
  await using repository = await open(byKeyFile)
  for (const { id, entries } of golden.snapshots) {
    const found: Record<string, unknown>[] = []
    for await (const entry of repository.entries(id, { recursive: true })) {
      const content =
        entry.type === 'file'
          ? { sha256: await hashOf(repository.readFile({ snapshot: id, path: entry.path })) }
          : {}
      found.push(JSON.parse(JSON.stringify({ ...facts(entry), ...content })))
    }
    expect(found).toEqual(entries)
  }
})

test('the golden repository opens with its password, and checks clean down to the last byte', async () => {
  await using repository = await open({ kind: 'password', password: golden.password })
  const report = await repository.check({ readData: true })
  expect(report.damages).toEqual([])
  expect(report.snapshots).toBe(golden.snapshots.length)
})

test('the golden repository restores', async () => {
  await using repository = await open(byKeyFile)
  const { id, entries } = golden.snapshots[1]!
  const target = join(work, 'restored')
  const noOwnership = process.getuid?.() !== 0
  await repository.restore({ snapshot: id, target, noOwnership })
  for (const entry of entries.filter(({ type }) => type === 'file')) {
    const path = Buffer.concat([Buffer.from(`${target}/`), Buffer.from(entry.path as string, 'latin1')])
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(entry.sha256)
  }
})
