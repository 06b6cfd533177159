import { describe, expect, it } from 'vitest'
import { nameFields, nameListFields } from '../../../src/cli/output/json-fields.js'
import { modeText } from '../../../src/cli/output/mode-text.js'

describe('a name in JSON', () => {
  it('is text alone where its bytes are UTF-8', () => {
    expect(nameFields('path', Buffer.from('é').toString('latin1'))).toEqual({ path: 'é' })
  })

  it('brings its exact bytes in base64 where they are not', () => {
    const fields = nameFields('path', 'a\xff')
    expect(fields).toEqual({ path: 'a\ufffd', path_base64: 'Yf8=' })
    expect(Buffer.from(fields.path_base64!, 'base64')).toEqual(Buffer.from([0x61, 0xff]))
  })

  it('in a list brings those of all as soon as one needs it', () => {
    expect(nameListFields('paths', ['a', '\xff'])).toEqual({
      paths: ['a', '\ufffd'],
      paths_base64: ['YQ==', '/w=='],
    })
    expect(nameListFields('paths', ['a'])).toEqual({ paths: ['a'] })
  })
})

describe('a mode', () => {
  it.each([
    ['file', 0o644, '-rw-r--r--'],
    ['directory', 0o1777, 'drwxrwxrwt'],
    ['directory', 0o1776, 'drwxrwxrwT'],
    ['file', 0o4755, '-rwsr-xr-x'],
    ['file', 0o2644, '-rw-r-Sr--'],
    ['symlink', 0o777, 'lrwxrwxrwx'],
    ['block-device', 0, 'b---------'],
  ] as const)('of a %s, %o, looks as in ls: %s', (type, mode, text) => {
    expect(modeText({ type, mode })).toBe(text)
  })
})
