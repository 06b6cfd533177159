import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noise } from '../operations/check/small-repository.js'
import { Place } from './varve.js'

let place: Place
beforeEach(async () => {
  place = new Place()
  mkdirSync(place.at('source'))
  for (let n = 0; n < 20; n++) writeFileSync(place.at('source', `file-${n}`), noise(`file ${n}`, 2000 + n))
  expect((await place.varve(['init'])).code).toBe(0)
  expect((await place.varve(['backup', 'source'])).code).toBe(0)
})
afterEach(() => place[Symbol.dispose]())

const objects = (folder: string): string[] =>
  readdirSync(join(place.repository, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(place.repository, folder, name))
    .filter((path) => statSync(path).isFile())

/** The largest pack is that of the files. */
const dataPack = (): string => objects('packs').sort((a, b) => statSync(b).size - statSync(a).size)[0]!

const flip = (path: string, at: number): void => {
  const bytes = readFileSync(path)
  bytes[at]! ^= 1
  writeFileSync(path, bytes)
}

const fieldsOf = (stdout: string): Record<string, unknown> => JSON.parse(stdout.trim().split('\n').at(-1)!)

describe('varve repair', { timeout: 180_000 }, () => {
  it('says that there is nothing to do, and ends with 0', async () => {
    for (const verb of ['index', 'packs', 'snapshots']) {
      const { code, stdout } = await place.varve(['repair', verb])
      expect([verb, code]).toEqual([verb, 0])
      expect(stdout).toMatch(/^nothing to do/)
    }
  })

  it('index: plans, mends, and check is content', async () => {
    flip(objects('index')[0]!, 40)
    expect((await place.varve(['check'])).code).toBe(1)
    const plan = await place.varve(['repair', 'index', '--dry-run'])
    expect(plan.stdout).toContain('would be moved into quarantine/')
    expect((await place.varve(['check'])).code).toBe(1)
    const done = await place.varve(['--json', 'repair', 'index'])
    expect(done.code).toBe(0)
    expect(fieldsOf(done.stdout)).toMatchObject({
      dry_run: false,
      set_aside: [{ message: expect.any(String) }],
    })
    expect((await place.varve(['check'])).code).toBe(0)
  })

  it('packs, then a backup of the same source: nothing is lost in the end', async () => {
    flip(dataPack(), 500)
    expect((await place.varve(['check', '--read-data', '--mark'])).code).toBe(1)
    const plan = await place.varve(['repair', 'packs', '--dry-run'])
    expect(plan.code).toBe(3)
    const done = await place.varve(['repair', 'packs'])
    expect(done.code).toBe(3)
    expect(done.stdout).toContain('SOMETHING IS LOST. Next: back up the same sources again')
    expect((await place.varve(['backup', 'source'])).code).toBe(0)
    expect((await place.varve(['check', '--read-data'])).code).toBe(0)
    expect((await place.varve(['repair', 'packs'])).code).toBe(0)
  })

  it('snapshots: marked files are told by ls and restore, and refused by cat', async () => {
    rmSync(dataPack())
    const done = await place.varve(['repair', 'snapshots'])
    expect(done.code).toBe(3)
    expect(done.stdout).toContain('20 entries damaged, 0 lost')
    const listed = await place.varve(['snapshots'])
    expect(listed.stdout).toMatch(/was repaired from [0-9a-f]{8}: 20 entries damaged/)
    const long = await place.varve(['ls', '-l', 'latest:source'])
    expect(long.stdout.match(/lost before the snapshot was repaired/g)).toHaveLength(20)
    const restored = await place.varve(['restore', 'latest', '--target', place.at('back')])
    expect(restored.code).toBe(3)
    expect(restored.stderr).toContain('source/file-7')
    const shown = await place.varve(['cat', 'latest:source/file-7'])
    expect([shown.code, shown.stdout]).toEqual([1, ''])
    expect(shown.stderr).toContain('were lost before the snapshot was repaired')
    const archived = await place.varve(['cat', 'latest:source', '--archive', 'tar'])
    expect(archived.code).toBe(1)
    const again = await place.varve(['--json', 'repair', 'snapshots'])
    expect(fieldsOf(again.stdout)).toMatchObject({ repaired: [{ is_new: false, entries_damaged: 20 }] })
  })

  it('names a pack or a snapshot that is not there', async () => {
    for (const verb of ['packs', 'snapshots']) {
      const { code, stderr } = await place.varve(['repair', verb, 'abcdef0123'])
      expect(code).toBe(1)
      expect(stderr).toContain('abcdef0123')
    }
  })
})
