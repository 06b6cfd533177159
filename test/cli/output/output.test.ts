import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Output } from '../../../src/cli/output/output.js'
import { ClosedOutput } from '../../../src/cli/output/sink.js'

const collecting = (isTTY = false) => {
  const chunks: Buffer[] = []
  const stream = new PassThrough()
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return {
    stream: Object.assign(stream, { isTTY, columns: 40 }),
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}

const failing = (code: string): Writable =>
  new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })),
  })

describe('output', () => {
  it('keeps data and what is told about the work apart', async () => {
    const data = collecting()
    const log = collecting()
    const output = new Output(data.stream, log.stream)
    await output.line('data')
    output.log('told')
    await output.flush()
    expect(data.text()).toBe('data\n')
    expect(log.text()).toBe('told\n')
  })

  it('writes lines and bytes in the order in which they came', async () => {
    const data = collecting()
    const output = new Output(data.stream, collecting().stream)
    await output.line('one')
    await output.bytes(Buffer.from([0xff]))
    const both = [output.line('two'), output.line('three'), output.flush(), output.flush()]
    await Promise.all(both)
    expect(data.text()).toBe(`one\n${Buffer.from([0xff]).toString('utf8')}two\nthree\n`)
  })

  it('never redraws where there is no terminal', () => {
    const log = collecting(false)
    new Output(collecting().stream, log.stream).showProgress('50 %')
    expect(log.text()).toBe('')
  })

  it('takes the line of progress away before it says something else', async () => {
    const log = collecting(true)
    const output = new Output(collecting().stream, log.stream)
    output.showProgress('50 %')
    output.log('unreadable: x')
    await new Promise((resolve) => setImmediate(resolve))
    expect(log.text()).toBe('\r50 %\x1b[K\r\x1b[Kunreadable: x\n')
  })

  it('stops a listing whose reader is gone', async () => {
    const output = new Output(failing('EPIPE'), collecting().stream)
    await output.line('x')
    await expect(output.flush()).rejects.toBeInstanceOf(ClosedOutput)
  })

  it('lets work go on whose report nobody reads', async () => {
    const output = new Output(failing('EPIPE'), collecting().stream)
    await output.report('summary')
    await output.report('again')
  })

  it('does not hide a full disk', async () => {
    const output = new Output(failing('ENOSPC'), collecting().stream)
    await expect(output.report('summary')).rejects.toThrow('ENOSPC')
  })

  it('waits until a slow reader has taken the bytes', async () => {
    let release = (): void => undefined
    const slow = new Writable({
      write: (_chunk, _encoding, done) => {
        release = () => done()
      },
    })
    const output = new Output(slow, collecting().stream)
    let written = false
    const writing = output.bytes(Buffer.from('x')).then(() => {
      written = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(written).toBe(false)
    release()
    await writing
    expect(written).toBe(true)
  })
})
