import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RestoreOptions, RestoreReport } from '../../../src/operations/restore/restore-options.js'
import { temporaryDirectory } from '../../filesystem/temporary-directory.js'
import { RepositoryFixture } from '../../repository-fixture.js'
import { pathsBelow, restoreHere } from './restored.js'

const toldOf = async (
  fixture: RepositoryFixture,
  target: string,
  options: Partial<RestoreOptions>,
): Promise<{ told: string[]; report: Partial<RestoreReport> }> => {
  const told: string[] = []
  const onEntry: RestoreOptions['onEntry'] = ({ action, path: name, sizeBytes }) =>
    told.push(`${action} ${name} ${sizeBytes}`)
  const {
    durationMs: _,
    bytesVerified: __,
    ...report
  } = await restoreHere(fixture, target, { ...options, onEntry })
  return { told: told.sort(), report }
}

/** A dry run, and then the same in earnest. */
const bothOf = async (
  fixture: RepositoryFixture,
  target: string,
  options: Partial<RestoreOptions> = {},
): Promise<{ dry: Awaited<ReturnType<typeof toldOf>>; real: Awaited<ReturnType<typeof toldOf>> }> => {
  const before = fs.existsSync(target) ? pathsBelow(target) : undefined
  const dry = await toldOf(fixture, target, { ...options, dryRun: true })
  expect(fs.existsSync(target) ? pathsBelow(target) : undefined).toEqual(before)
  return { dry, real: await toldOf(fixture, target, options) }
}

describe('A dry run of a restore', () => {
  it('tells the files and bytes that a restore to a new directory writes', async () => {
    await using fixture = await RepositoryFixture.create({ chunkBytes: 40_000 })
    await fixture.snapshot({ 'a/file': randomBytes(5000), listed: randomBytes(3_000_000), empty: '' })
    const { dry, real } = await bothOf(fixture, path.join(temporaryDirectory(), 'new'))
    expect(dry).toEqual(real)
    expect(dry.report).toMatchObject({ filesRestored: 3, bytesWritten: 3_005_000 })
  })

  it('tells what is taken from the files that are there, also of one that is restored in parts', async () => {
    await using fixture = await RepositoryFixture.create({ chunkBytes: 400_000, packBytes: 2 ** 27 })
    const large = randomBytes(33 * 2 ** 20)
    const small = randomBytes(900_000)
    await fixture.snapshot({ large, small, right: 'x' })
    const target = temporaryDirectory()
    const spoilt = (bytes: Buffer): Buffer => Buffer.concat([randomBytes(1000), bytes.subarray(1000)])
    fs.writeFileSync(path.join(target, 'large'), spoilt(large))
    fs.writeFileSync(path.join(target, 'small'), spoilt(small))
    fs.writeFileSync(path.join(target, 'right'), 'x')
    const { dry, real } = await bothOf(fixture, target, { overwrite: 'always' })
    expect(dry).toEqual(real)
    expect(dry.report.bytesWritten).toBeGreaterThan(0)
    expect(dry.report.bytesReused).toBeGreaterThan(33 * 2 ** 20)
  })

  it('counts a file with several names once', async () => {
    await using fixture = await RepositoryFixture.create()
    const linked = { file: [randomBytes(5000)], inode: 7, links: 3 }
    await fixture.snapshot({ 'a/one': linked, 'b/two': linked, three: linked })
    const target = path.join(temporaryDirectory(), 'new')
    const onNothing = await bothOf(fixture, target)
    expect(onNothing.dry).toEqual(onNothing.real)
    expect(onNothing.dry.report.bytesWritten).toBe(5000)
    fs.rmSync(path.join(target, 'a'), { recursive: true })
    fs.rmSync(path.join(target, 'three'))
    fs.writeFileSync(path.join(target, 'three'), 'another')
    const onSome = await bothOf(fixture, target, { overwrite: 'always' })
    expect(onSome.dry).toEqual(onSome.real)
  })

  it('names everything that would be deleted, below directories too', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ 'a/file': 'x', place: 'y' })
    const target = temporaryDirectory()
    for (const directory of ['a/extra/deep', 'place'])
      fs.mkdirSync(path.join(target, directory), { recursive: true })
    fs.writeFileSync(path.join(target, 'a/extra/deep/one'), '1')
    fs.writeFileSync(path.join(target, 'a/extra/two'), '22')
    fs.writeFileSync(path.join(target, 'place/three'), '333')
    const { dry, real } = await bothOf(fixture, target, { overwrite: 'always', delete: true })
    expect(dry).toEqual(real)
    expect(dry.told.filter((line) => line.startsWith('deleted'))).toEqual([
      'deleted a/extra 0',
      'deleted a/extra/deep 0',
      'deleted a/extra/deep/one 1',
      'deleted a/extra/two 2',
      'deleted place 0',
      'deleted place/three 3',
    ])
  })

  it('tells of a directory that is not empty in place of a file', async () => {
    await using fixture = await RepositoryFixture.create()
    await fixture.snapshot({ full: 'x', empty: 'y' })
    const target = temporaryDirectory()
    fs.mkdirSync(path.join(target, 'full/of'), { recursive: true })
    fs.mkdirSync(path.join(target, 'empty'))
    const { dry, real } = await bothOf(fixture, target, { overwrite: 'always' })
    expect(dry).toEqual(real)
    expect(dry.report.problems).toMatchObject([{ path: 'full' }])
  })
})
