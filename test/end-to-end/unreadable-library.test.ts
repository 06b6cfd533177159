import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Place } from './varve.js'

/** Node reads the files of packages with fs.readFileSync: those of koffi fail as where no descriptor is left. */
const program = `
import fs from 'node:fs'
const { readFileSync } = fs
fs.readFileSync = (path, ...others) => {
  if (!String(path).endsWith('koffi/index.cjs')) return readFileSync(path, ...others)
  throw Object.assign(new Error('EMFILE: too many open files, open ' + path), { code: 'EMFILE', syscall: 'open' })
}`
const before = `data:text/javascript,${encodeURIComponent(program)}`

describe('a library that is installed and cannot be read just now', () => {
  it('is an error, and no file silently loses the nanoseconds of its time', async () => {
    using place = new Place()
    mkdirSync(place.at('source'))
    writeFileSync(place.at('source', 'file'), 'content')
    utimesSync(place.at('source', 'file'), 1, 1_700_000_000.123456)
    expect((await place.varve(['init'])).code).toBe(0)
    const failed = await place.varve(['backup', 'source'], { before })
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('EMFILE')
    expect((await place.varve(['backup', 'source'])).code).toBe(0)
    const restore = ['restore', 'latest', '--target', place.at('target')]
    expect((await place.varve(restore, { before })).code).not.toBe(0)
    expect((await place.varve([...restore, '--overwrite', 'always'])).code).toBe(0)
    const mtimeNs = (...path: string[]) => statSync(place.at(...path), { bigint: true }).mtimeNs
    expect(mtimeNs('target', 'source', 'file')).toBe(mtimeNs('source', 'file'))
  }, 60_000)
})
